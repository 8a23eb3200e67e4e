import path from 'node:path';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { predictNoise } from '../../engine/consistory/predict-noise.ts';
import { PLAIN_SETTINGS } from '../../engine/consistory/settings.ts';
import { buildUnet } from '../../engine/graph/unet/unet.ts';
import { packRows, UnetSession } from '../../engine/pipeline/unet-session.ts';
import { OnnxSession } from '../../engine/runtime/onnx-session.ts';
import { openCheckpoint } from '../../engine/weights/checkpoint.ts';
import { ANY_OBJECT, readJson } from '../../engine/weights/read-json.ts';
import { writeFileAtomically } from '../../files/write-atomically.ts';
import { EVERYTHING, sdxlQuestion } from './question.ts';
import { writeRivalFiles } from './rival-files.ts';

/** What scripts/bench/sdxl-unet.ts is told. */
export const unetTask = z.object({
  /** a folder with unet/ */
  model: z.string(),
  /** side of the picture, pixels */
  size: z.number(),
  threads: z.number(),
  mapWeights: z.boolean(),
  /** where the answers and the rival's files go */
  folder: z.string(),
});
export type UnetTask = z.output<typeof unetTask>;

/** of SDXL's autoencoder, and SDXL's tokens in a prompt */
const LATENT_DOWNSCALE = 8;
const TOKENS = 77;

/** Opens the U-Net, says ready, and answers `plain` and `everything` by one step of it. */
export async function answerSteps(task: UnetTask): Promise<void> {
  const say = (message: object) => process.stdout.write(`${JSON.stringify(message)}\n`);
  const folder = path.join(task.model, 'unet');
  const side = task.size / LATENT_DOWNSCALE;
  const graph = buildUnet({
    config: readJson(path.join(folder, 'config.json'), ANY_OBJECT),
    weights: openCheckpoint(folder, 'diffusion_pytorch_model'),
    root: task.model,
    compute: 'float32',
    height: side,
    width: side,
    tokens: TOKENS,
  });
  const session = await OnnxSession.create(graph.model, {
    weightsFolder: task.model,
    providers: ['cpu'],
    threads: task.threads,
    mapWeights: task.mapWeights,
  });
  const unet = new UnetSession(session, graph, 'float32', [side, side], { width: task.size, height: task.size });
  const text = { tokens: TOKENS, width: graph.config.textWidth, pooled: graph.config.added?.pooledWidth ?? 0 };
  const asked = sdxlQuestion(unet, text);
  writeRivalFiles(task.folder, asked, unet, task);
  say({ ready: {} });
  for await (const order of createInterface({ input: process.stdin })) {
    const isPlain = order === 'plain';
    const context = asked.context(isPlain ? PLAIN_SETTINGS : EVERYTHING);
    const started = performance.now();
    const { noise } = await predictNoise(context, asked.question, isPlain ? undefined : asked.injected);
    const wall = performance.now() - started;
    const packed = packRows(noise);
    await writeFileAtomically(path.join(task.folder, 'ours'), new Uint8Array(packed.buffer));
    say({ wall });
  }
  await session.release();
}
