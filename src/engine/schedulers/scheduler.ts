/**
 * A sampler of a diffusion model: which noise levels to visit and how to go from one to the next. All arithmetic is
 * on one image's latents, element by element, so images never influence each other here. It has no state: what a
 * sampler needs of earlier steps its caller keeps, so any step can be taken again from where it began.
 */
export interface Scheduler {
  /**
   * What the U-Net is told at each step, highest noise first; whole for most samplers, fractional for some. As many as
   * there are steps to take: PNDM takes one more than it is asked for.
   */
  readonly timesteps: readonly number[];
  /** standard deviation of the noise that sampling starts from */
  readonly initNoiseSigma: number;
  /** the latents as the U-Net wants to see them at this step; may return its argument */
  scaleModelInput(sample: Float32Array, stepIndex: number): Float32Array;
  /** one step: the latents at the next noise level, and the finished latents as they are foreseen now (x0) */
  step(modelOutput: Float32Array, stepIndex: number, sample: Float32Array, context: StepContext): SchedulerStep;
  /** finished latents with noise as at training timestep `timestep`, in the U-Net's input scale (DIFT needs that) */
  addNoise(original: Float32Array, noise: Float32Array, timestep: number): Float32Array;
  /** the finished latents as the U-Net's answer to `addNoise`'s result at `timestep` foresees them (x0), unclipped */
  foresee(modelOutput: Float32Array, noised: Float32Array, timestep: number): Float32Array;
  /**
   * From training timestep `timestep` to any other, without noise added: DDIM's step with eta = 0 (Song et al. 2020,
   * eq. 12), whatever the sampler's own steps are. Both ends in the U-Net's input scale.
   */
  stride(modelOutput: Float32Array, noised: Float32Array, timestep: number, to: number): Float32Array;
}

/**
 * What a multistep sampler keeps of one image's earlier steps; what is in it is the sampler's own affair. Never
 * written to.
 */
export type SamplerMemory = readonly Float32Array[];

/** before the first step, and always for samplers that need nothing of earlier steps */
export const NO_MEMORY: SamplerMemory = [];

export interface StepContext {
  /** of the step before; `NO_MEMORY` at the first */
  readonly memory: SamplerMemory;
  /**
   * As many normally distributed numbers as there are latents: the same at each call for one image and step, others
   * for every other. Called only by samplers that add noise, at steps where they do.
   */
  noise(): Float32Array;
}

export interface SchedulerStep {
  readonly sample: Float32Array;
  readonly predictedOriginal: Float32Array;
  /** for the next step */
  readonly memory: SamplerMemory;
}
