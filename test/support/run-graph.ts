import path from 'node:path';
import { OnnxSession } from '../../src/engine/runtime/onnx-session.ts';
import type { TensorValue } from '../../src/engine/runtime/tensor-value.ts';

/**
 * Runs a graph once on the CPU and gives back its outputs (all of them unless some are named).
 * @param folder where the graph's weights lie
 */
export async function runGraph(
  model: Uint8Array,
  folder: string,
  feeds: Readonly<Record<string, TensorValue>>,
  outputs?: readonly string[],
): Promise<Record<string, TensorValue>> {
  const session = await OnnxSession.create(model, {
    weightsFolder: path.resolve(folder),
    providers: ['cpu'],
    threads: 1,
  });
  try {
    return await session.run(feeds, outputs ?? session.outputNames);
  } finally {
    await session.release();
  }
}
