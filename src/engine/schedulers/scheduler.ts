/**
 * A sampler of a diffusion model: which noise levels to visit and how to go from one to the next. All arithmetic is
 * on one image's latents, element by element, so images never influence each other here.
 */
export interface Scheduler {
  /** what the U-Net is told at each step, highest noise first; whole for most samplers, fractional for some */
  readonly timesteps: readonly number[];
  /** standard deviation of the noise that sampling starts from */
  readonly initNoiseSigma: number;
  /** the latents as the U-Net wants to see them at this step; may return its argument */
  scaleModelInput(sample: Float32Array, stepIndex: number): Float32Array;
  /** one step: the latents at the next noise level, and the finished latents as they are foreseen now (x0) */
  step(modelOutput: Float32Array, stepIndex: number, sample: Float32Array): SchedulerStep;
  /** finished latents with noise as at training timestep `timestep`, in the U-Net's input scale (DIFT needs that) */
  addNoise(original: Float32Array, noise: Float32Array, timestep: number): Float32Array;
  /** the finished latents as the U-Net's answer to `addNoise`'s result at `timestep` foresees them (x0), unclipped */
  foresee(modelOutput: Float32Array, noised: Float32Array, timestep: number): Float32Array;
}

export interface SchedulerStep {
  readonly sample: Float32Array;
  readonly predictedOriginal: Float32Array;
}
