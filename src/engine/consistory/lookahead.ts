import { DIFT_TIMESTEP, noisedForDift } from './dift.ts';
import { givenInput } from './given-input.ts';
import { predictNoise, type StageContext } from './predict-noise.ts';
import type { PassState } from './sampling-pass.ts';

/** Pictures as far as they are foreseen by a few long steps, in place of a whole first pass. */
export interface Foresight {
  /** `latents` are the finished ones as they are foreseen last; masks hold what was attended to on the way */
  readonly state: PassState;
  /** per panel, [C, H, W] at DIFT's noise level, in the U-Net's input scale */
  readonly noised: readonly Float32Array[];
}

/**
 * Goes from where a pass stands to DIFT's noise level in `steps` equal strides of training time. Correspondences need
 * no more: DIFT puts the noise of t = 261 on finished latents, in which what lies below that level goes under.
 *
 * Random draws are those of the pass's step that is nearest in time, so the tokens are shared that are shared there.
 */
export async function lookAhead(
  context: StageContext,
  start: PassState,
  steps: number,
  afterStride: (state: PassState, done: number) => void | Promise<void>,
): Promise<Foresight> {
  const { scheduler, panels } = context;
  const from = scheduler.timesteps[start.step] as number;
  const at = (done: number) => Math.round(from + ((DIFT_TIMESTEP - from) * done) / steps);
  let noised = start.latents.map((latents) => scheduler.scaleModelInput(latents, start.step));
  let state = start;
  for (let done = 0; done < steps; done++) {
    const timestep = at(done);
    const step = nearest(scheduler.timesteps, timestep);
    const inputs = noised.map((own, i) => givenInput(context, i, step) ?? own);
    const { noise, masks } = await predictNoise(context, {
      run: `look ${done}`,
      step,
      timestep,
      inputs,
      masks: state.masks,
    });
    const foreseen = panels.map(
      ({ given }, i) => given ?? scheduler.foresee(noise[i] as Float32Array, inputs[i] as Float32Array, timestep),
    );
    noised = inputs.map((own, i) => scheduler.stride(noise[i] as Float32Array, own, timestep, at(done + 1)));
    state = { ...state, latents: foreseen, foreseen, masks };
    await afterStride(state, done + 1);
  }
  return {
    state,
    noised: panels.map((panel, i) =>
      panel.given ? noisedForDift(scheduler, panel, panel.given) : (noised[i] as Float32Array),
    ),
  };
}

function nearest(timesteps: readonly number[], timestep: number): number {
  const distances = timesteps.map((each) => Math.abs(each - timestep));
  return distances.indexOf(Math.min(...distances));
}
