import type { ConsistencySettings } from '../engine/consistory/settings.ts';
import type { PictureSize } from '../engine/pipeline/unet-session.ts';
import type { Engine, EngineHooks } from '../engine/worker/engine-client.ts';
import type { ModelChoice } from '../engine/worker/messages.ts';
import { base64 } from './base64.ts';
import { contentKey } from './content-key.ts';
import { storyRequest } from './panel-prompts.ts';
import type { EvaluationStory } from './stories.ts';

/** Names the engine and the model by what they draw with these settings. */
export type DrawingSignature = (settings: ConsistencySettings) => Promise<string>;

/** Few, but enough that queries are blended at one of them and features injected at some (paper: a tenth to a third). */
const STEPS = 10;
const GUIDANCE = 4;
const SEED = 1n;
const SAMPLE: EvaluationStory = {
  subject: 'cat',
  looks: 'a cat',
  panels: [
    { action: 'sitting', place: 'in a garden' },
    { action: 'waving', place: 'on a farm' },
  ],
};

/**
 * A hash of a small story's finished latents, for each of the settings that are asked for. Changes of the engine's code
 * that change no picture keep what was drawn before; pictures that come out another way, if only by rounding, are new
 * ones. A hash of the sources would throw hours away for a comment.
 * @param model the sample is drawn in its size, or a fraction of it (sampleSize)
 * @param modelHash another model is another one, though it drew the sample alike
 */
export function drawingSignatures(
  engine: Pick<Engine, 'draw'>,
  model: ModelChoice,
  modelHash: string,
  hooks: EngineHooks = {},
): DrawingSignature {
  const sampled = { ...model, size: sampleSize(model.size) };
  return rememberedSignatures(async (settings) => {
    const variant = { name: 'sample', settings, sameNoise: false, spelledOut: false };
    const request = storyRequest(SAMPLE, variant, SEED, { promptPrefix: '', steps: STEPS, guidance: GUIDANCE });
    const { panels } = await engine.draw(sampled, request, { trace: false, previewEvery: 0 }, hooks);
    return contentKey({ modelHash, latents: panels.map(({ latents }) => base64(latents)) });
  });
}

/** The same signatures, each of them found once. */
export function rememberedSignatures(sign: DrawingSignature): DrawingSignature {
  const known = new Map<string, Promise<string>>();
  return (settings) => {
    const name = contentKey(settings);
    const found = known.get(name) ?? sign(settings);
    known.set(name, found);
    return found;
  };
}

/**
 * Finds the signatures of all settings before anything else is drawn: samples of large pictures are smaller than these,
 * and the model would be loaded for one size and the other in turns.
 */
export async function signAll(
  drawnBy: DrawingSignature,
  settings: readonly ConsistencySettings[],
  signed: (done: number, total: number) => void = () => undefined,
): Promise<void> {
  for (const [i, each] of settings.entries()) {
    await drawnBy(each);
    signed(i + 1, settings.length);
  }
}

/** Pixels of a sample's longer side: the engine does all that it does for larger pictures, in a fraction of the time. */
const LONGEST_SIDE = 256;
/** Sides are multiples of it: every model's latents and levels divide. */
const SIDE_STEP = 64;

/** The size of a model's pictures, or a fraction of a large one's. */
export function sampleSize(size: PictureSize): PictureSize {
  const factor = LONGEST_SIDE / Math.max(size.width, size.height);
  if (factor >= 1) return size;
  const side = (pixels: number) => Math.max(1, Math.round((pixels * factor) / SIDE_STEP)) * SIDE_STEP;
  return { width: side(size.width), height: side(size.height) };
}
