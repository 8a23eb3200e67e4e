import type { ConsistencySettings } from '../engine/consistory/settings.ts';
import type { Engine } from '../engine/worker/engine-client.ts';
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
 * @param modelHash another model is another one, though it drew the sample alike
 */
export function drawingSignatures(engine: Engine, model: ModelChoice, modelHash: string): DrawingSignature {
  const known = new Map<string, Promise<string>>();
  const sign = async (settings: ConsistencySettings) => {
    const variant = { name: 'sample', settings, sameNoise: false, spelledOut: false };
    const request = storyRequest(SAMPLE, variant, SEED, { promptPrefix: '', steps: STEPS, guidance: GUIDANCE });
    const { panels } = await engine.draw(model, request, { trace: false, previewEvery: 0 });
    return contentKey({ modelHash, latents: panels.map(({ latents }) => base64(latents)) });
  };
  return (settings) => {
    const name = contentKey(settings);
    const found = known.get(name) ?? sign(settings);
    known.set(name, found);
    return found;
  };
}
