/** How well a picture's own prompt explains it, against others. */
export interface PromptAgreement {
  /** the own prompt's error is the least */
  readonly wins: boolean;
  /** by how much the best of the others is worse, as a share of the own error; negative where it is better */
  readonly margin: number;
}

/**
 * The diffusion classifier (Li et al. 2023, "Your Diffusion Model is Secretly a Zero-Shot Classifier"): of several
 * prompts, the one under which a noised picture is best denoised describes it best; all see the same noise. Errors of
 * one noise level are taken as shares of their mean first, so that levels weigh alike and it does not matter whether
 * errors are those of the noise, the velocity or the picture.
 * @param own error under the own prompt, per noise level
 * @param others per other prompt, the same
 */
export function promptAgreement(own: readonly number[], others: readonly (readonly number[])[]): PromptAgreement {
  const candidates = [own, ...others];
  const levelMeans = own.map((_, level) => mean(candidates.map((errors) => errors[level] as number)));
  const total = (errors: readonly number[]) => mean(errors.map((error, level) => error / (levelMeans[level] || 1)));
  const [mine, best] = [total(own), Math.min(...others.map(total))];
  return { wins: mine < best, margin: mine > 0 ? best / mine - 1 : 0 };
}

/** Mean squared difference. */
export function squaredError(one: Float32Array, other: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < one.length; i++) sum += ((one[i] as number) - (other[i] as number)) ** 2;
  return sum / one.length;
}

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
