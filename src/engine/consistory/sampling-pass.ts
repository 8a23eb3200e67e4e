import { NO_MEMORY, type SamplerMemory, type SchedulerStep } from '../schedulers/scheduler.ts';
import type { InjectedToken } from './feature-injection.ts';
import { givenInput, stepNoise } from './given-input.ts';
import type { MaskTracker } from './mask-tracker.ts';
import { predictNoise, type StageContext } from './predict-noise.ts';

/** Where sampling stands between two steps. Nothing in it is ever changed, so a pass can start from another's middle. */
export interface PassState {
  /** steps done */
  readonly step: number;
  /** per panel, [C, H, W] */
  readonly latents: readonly Float32Array[];
  /** the finished latents as they were foreseen at the last step; empty before the first */
  readonly foreseen: readonly Float32Array[];
  /** per panel: what the sampler keeps of earlier steps */
  readonly memories: readonly SamplerMemory[];
  /** per panel */
  readonly masks: readonly MaskTracker[];
}

export interface PassContext extends StageContext {
  /** Called after each step; the next one waits for it. Throwing ends the pass. */
  readonly afterStep: (state: PassState) => void | Promise<void>;
}

/**
 * Denoises all panels of a story together from `start` to the end.
 * @param injected tokens that take features from others in the steps that the settings name (second pass)
 * @param until step to stop before
 */
export async function samplingPass(
  context: PassContext,
  start: PassState,
  injected?: readonly InjectedToken[],
  until: number = context.scheduler.timesteps.length,
): Promise<PassState> {
  let state = start;
  while (state.step < until) {
    state = await samplingStep(context, state, injected);
    await context.afterStep(state);
  }
  return state;
}

async function samplingStep(
  context: PassContext,
  state: PassState,
  injected: readonly InjectedToken[] | undefined,
): Promise<PassState> {
  const { scheduler, panels } = context;
  const { step } = state;
  const inputs = state.latents.map((own, i) => givenInput(context, i, step) ?? scheduler.scaleModelInput(own, step));
  const timestep = scheduler.timesteps[step] as number;
  const run = `${injected ? 'inject' : 'sample'} ${step}`;
  const question = { run, step, timestep, inputs, masks: state.masks };
  const { noise, masks } = await predictNoise(context, question, injected);
  const steps = panels.map((panel, i): SchedulerStep => {
    const { given } = panel;
    if (given) return { sample: given, predictedOriginal: given, memory: NO_MEMORY };
    return scheduler.step(noise[i] as Float32Array, step, state.latents[i] as Float32Array, {
      memory: state.memories[i] as SamplerMemory,
      noise: () => stepNoise('sampler', panel, step, state.latents[i] as Float32Array),
    });
  });
  return {
    step: step + 1,
    latents: steps.map((s) => s.sample),
    foreseen: steps.map((s) => s.predictedOriginal),
    memories: steps.map((s) => s.memory),
    masks,
  };
}
