import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { keptTokens } from '../../engine/consistory/token-bank.ts';
import type { ConsistoryUnet } from '../../engine/consistory/unet-rows.ts';
import { packRows } from '../../engine/pipeline/unet-session.ts';
import { COLUMN, EVERYTHING, GUIDANCE, type SdxlQuestion, STEP, STEPS, TIMESTEP } from './question.ts';

type Tensor = readonly [data: Float32Array | Uint8Array | BigInt64Array, shape: readonly number[]];

/** Writes the question for scripts/bench/sdxl_rival.py: task.json in `folder`, and its tensors beside it. */
export function writeRivalFiles(
  folder: string,
  asked: SdxlQuestion,
  unet: ConsistoryUnet,
  { model, threads, size }: { readonly model: string; readonly threads: number; readonly size: number },
): void {
  mkdirSync(folder, { recursive: true });
  const tensors = Object.entries(tensorsOf(asked, unet, size)).map(([name, [data, shape]]) => {
    const file = path.join(folder, name);
    writeFileSync(file, new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    return [name, { file, shape }] as const;
  });
  const side = ({ height, width }: { height: number; width: number }) => [height, width];
  const task = {
    model,
    threads,
    gathered: false,
    settings: EVERYTHING,
    guidance: GUIDANCE,
    steps: STEPS,
    step: STEP,
    timestep: TIMESTEP,
    column: COLUMN,
    levels: unet.sharedLevels.map(side),
    maskLevel: side(unet.maskGrid),
    injectLevel: side(unet.injectGrid),
    tensors: Object.fromEntries(tensors),
    answer: path.join(folder, 'answer'),
  };
  writeFileSync(path.join(folder, 'task.json'), JSON.stringify(task));
}

function tensorsOf(asked: SdxlQuestion, unet: ConsistoryUnet, size: number): Readonly<Record<string, Tensor>> {
  const { text, question, prompts, negatives, panels, masks, injected } = asked;
  const n = panels.length;
  const both = [...negatives, ...prompts];
  const timeIds = Float32Array.of(size, size, 0, 0, size, size);
  const tokens = unet.injectGrid.height * unet.injectGrid.width;
  const [image, patch] = [new BigInt64Array(n * tokens), new BigInt64Array(n * tokens)];
  const chosen = new Uint8Array(n * tokens);
  for (const { panel, token, source, sourceToken } of injected) {
    const at = panel * tokens + token;
    [image[at], patch[at], chosen[at]] = [BigInt(source), BigInt(sourceToken), 1];
  }
  const kept = Array.from({ length: STEPS }, (_, step) =>
    panels.flatMap((panel) =>
      keptTokens(panel, step, unet.sharedLevels, EVERYTHING.maskDropout).flatMap((mask) => [...mask]),
    ),
  );
  return {
    latents: [packRows(question.inputs), [n, ...unet.latentShape]],
    text: [packRows(both.map(({ hidden }) => hidden)), [2 * n, text.tokens, text.width]],
    pooled: [packRows(both.map(({ pooled }) => pooled)), [2 * n, text.pooled]],
    timeIds: [packRows(both.map(() => timeIds)), [2 * n, timeIds.length]],
    masks: [Uint8Array.from(masks.flatMap((mask) => [...mask])), [n, masks[0]?.length ?? 0]],
    kept: [Uint8Array.from(kept.flat()), [STEPS, n, (kept[0]?.length ?? 0) / n]],
    image: [image, [n, tokens]],
    patch: [patch, [n, tokens]],
    chosen: [chosen, [n, tokens]],
  };
}
