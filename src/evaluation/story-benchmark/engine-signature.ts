import type { ConsistencySettings } from '../../engine/consistory/settings.ts';
import { base64 } from '../base64.ts';
import { contentKey } from '../content-key.ts';
import { rememberedSignatures, sampleSize } from '../drawing-signature.ts';
import type { Sampling } from '../panel-prompts.ts';
import { type DrawingDeps, drawBenchmarkStory } from './draw-benchmark-story.ts';
import { parseStory } from './story-file.ts';
import { sharesSomething } from './story-variants.ts';

/** Two characters, apart and together: a story that comes by all that drawing one does. */
const SAMPLE = {
  Characters: { Ada: { prompt_en: 'a cat' }, Bo: { prompt_en: 'a dog wearing a hat' } },
  Shots: [
    { 'Static Shot Description': 'Ada sitting', 'Setting Description': 'in a garden', 'Characters Appearing': ['Ada'] },
    {
      'Static Shot Description': 'Ada and Bo waving',
      'Setting Description': 'on a farm',
      'Characters Appearing': ['Ada', 'Bo'],
    },
  ],
};

/**
 * Names an engine by what it draws: a hash of the finished latents of a small story, at the same steps and
 * guidance, and of the settings if they share anything.
 * Changes of the engine's code that change no picture keep what was drawn before, and a picture that came out
 * differently on this machine is a new one. A hash of the sources would be surer and throw away hours for a comment.
 */
async function engineSignature(
  settings: ConsistencySettings,
  sampling: Sampling,
  deps: Omit<DrawingDeps, 'drawnBy' | 'cache'>,
): Promise<string> {
  const sample = parseStory(JSON.stringify(SAMPLE), 'sample.json');
  const variant = {
    name: 'sample',
    settings,
    withCanons: sharesSomething(settings),
    spelledOut: false,
    sameNoise: false,
  };
  const cache = { measured: <Value>(_: string, compute: () => Promise<Value>) => compute() };
  const model = { ...deps.model, size: sampleSize(deps.model.size) };
  const uncached = { ...deps, model, cache, drawnBy: () => Promise.resolve('') };
  const { drawn } = await drawBenchmarkStory(sample, [variant], sampling, uncached, () => undefined);
  const latents = drawn.get(variant.name)?.shots.map((shot) => base64(shot.latents));
  return contentKey({ latents, settings: variant.withCanons ? settings : null });
}

/** The signature for each of the settings that are asked for, found once. */
export const engineSignatures = (
  sampling: Sampling,
  deps: Omit<DrawingDeps, 'drawnBy' | 'cache'>,
): DrawingDeps['drawnBy'] => rememberedSignatures((settings) => engineSignature(settings, sampling, deps));
