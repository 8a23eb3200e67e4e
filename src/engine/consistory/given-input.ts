import { normalNoise, randomStream } from '../random/random-stream.ts';
import type { StageContext } from './predict-noise.ts';
import type { StagePanel } from './stage.ts';

/**
 * Noise of a panel at one step, from the panel's own stream: both passes of a story, and every later redraw, get the
 * same.
 */
export function stepNoise(
  purpose: 'sampler' | 'inversion',
  { seed, id, revision }: StagePanel,
  step: number,
  like: Float32Array,
): Float32Array {
  return normalNoise(randomStream({ seed, purpose, panel: id, revision, step }), like.length);
}

/**
 * What the U-Net sees of a given picture at a step (paper §4.5, personalisation): its latents with noise of that step,
 * drawn anew each time. These are the latents that edit-friendly DDPM inversion finds for a picture (Huberman-Spiegelglas
 * et al., arXiv 2304.06140, eq. 6); replayed without a change of prompt, they are all that it needs. Undefined for
 * panels that are drawn.
 */
export function givenInput(
  { scheduler, panels }: Pick<StageContext, 'scheduler' | 'panels'>,
  image: number,
  step: number,
): Float32Array | undefined {
  const panel = panels[image] as StagePanel;
  if (!panel.given) return undefined;
  const noise = stepNoise('inversion', panel, step, panel.given);
  return scheduler.addNoise(panel.given, noise, Math.round(scheduler.timesteps[step] as number));
}
