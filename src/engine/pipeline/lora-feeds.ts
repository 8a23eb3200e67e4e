import { type ComputeType, toFloat16Bits } from '../graph/element-type.ts';
import { loraWeightInput } from '../graph/lora-updates.ts';
import type { OnnxSession } from '../runtime/onnx-session.ts';

/**
 * A session whose runs draw with so much of each LoRA that its graph was written with. A LoRA that changes nothing in
 * this graph has no input in it.
 * @param compute of the graph
 */
export function withLoraWeights(session: OnnxSession, weights: readonly number[], compute: ComputeType): OnnxSession {
  const feeds = weights.map((weight, lora) => {
    const value =
      compute === 'float32'
        ? ({ type: 'float32', shape: [1], data: Float32Array.of(weight) } as const)
        : ({ type: 'float16', shape: [1], data: Uint16Array.of(toFloat16Bits(weight)) } as const);
    return [loraWeightInput(lora), value] as const;
  });
  return session.feeding(Object.fromEntries(feeds.filter(([name]) => session.inputNames.includes(name))));
}
