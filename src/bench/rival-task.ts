import { keptTokens } from '../engine/consistory/token-bank.ts';
import type { ConsistoryUnet } from '../engine/consistory/unet-rows.ts';
import type { StoryRequest } from '../engine/draw-story.ts';
import { normalNoise, randomStream } from '../engine/random/random-stream.ts';

/** A story as another program is told of it, with all random numbers, so that both sides draw the same. */
export interface RivalTask {
  /** folder in diffusers layout */
  readonly model: string;
  readonly steps: number;
  readonly guidance: number;
  readonly prompts: readonly string[];
  readonly negative: string;
  /** the word that stands for the character in every prompt */
  readonly subject: string;
  /** of all latents, [N, C, H, W] */
  readonly shape: readonly number[];
  /** [height, width] in tokens, lowest first */
  readonly levels: readonly (readonly [number, number])[];
  readonly maskLevel: readonly [number, number];
  readonly injectLevel: readonly [number, number];
  readonly draws: {
    /** [N, C, H, W] */
    readonly latents: Float32Array;
    /** [N, C, H, W] */
    readonly dift: Float32Array;
    /** [steps, N, tokens of all levels]: 1 for those that mask dropout leaves */
    readonly kept: Uint8Array;
  };
}

type UnetShape = Pick<ConsistoryUnet, 'latentShape' | 'maskGrid' | 'injectGrid' | 'sharedLevels'>;

/** The draws are those of `story`, whose panels all show its only concept. */
export function rivalTask(model: string, story: StoryRequest, unet: UnetShape): RivalTask {
  const { panels, steps, guidance, concepts, settings } = story;
  const size = unet.latentShape.reduce((a, b) => a * b, 1);
  const noise = (purpose: 'latents' | 'dift') =>
    concatenate(
      panels.map(({ seed, id, revision }) => normalNoise(randomStream({ seed, purpose, panel: id, revision }), size)),
    );
  const kept = Array.from({ length: steps }, (_, step) =>
    panels.flatMap((panel) => keptTokens(panel, step, unet.sharedLevels, settings.maskDropout).flatMap((k) => [...k])),
  );
  const side = ({ height, width }: { height: number; width: number }) => [height, width] as const;
  return {
    model,
    steps,
    guidance,
    prompts: panels.map((panel) => panel.prompt),
    negative: panels[0]?.negativePrompt ?? '',
    subject: concepts[0]?.words ?? '',
    shape: [panels.length, ...unet.latentShape],
    levels: unet.sharedLevels.map(side),
    maskLevel: side(unet.maskGrid),
    injectLevel: side(unet.injectGrid),
    draws: { latents: noise('latents'), dift: noise('dift'), kept: Uint8Array.from(kept.flat()) },
  };
}

function concatenate(parts: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
