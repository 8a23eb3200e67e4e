import { normalNoise, randomStream } from '../random/random-stream.ts';
import type { Scheduler } from '../schedulers/scheduler.ts';
import type { StagePanel } from './stage.ts';

/** Training timestep at which DIFT features are taken (DIFT §4; paper §4.3). */
export const DIFT_TIMESTEP = 261;

/** A panel's finished latents with DIFT's noise, in the U-Net's input scale. */
export function noisedForDift(
  scheduler: Scheduler,
  { seed, id, revision }: StagePanel,
  latents: Float32Array,
): Float32Array {
  const noise = normalNoise(randomStream({ seed, purpose: 'dift', panel: id, revision }), latents.length);
  return scheduler.addNoise(latents, noise, DIFT_TIMESTEP);
}
