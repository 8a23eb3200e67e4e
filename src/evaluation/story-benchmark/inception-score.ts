import { meanOf } from '../../inspection/pairs.ts';

/**
 * The Inception Score (Salimans et al. 2016): exp of the mean Kullback-Leibler divergence of each picture's class
 * probabilities from those of all pictures together. 1 if all pictures are the same class, or none is clear; at best
 * the number of classes.
 * @param probabilities [pictures][classes], each of which sums to 1
 * @returns null for no pictures
 */
export function inceptionScore(probabilities: readonly (readonly number[])[]): number | null {
  const classes = probabilities[0]?.length ?? 0;
  const marginal = Array.from(
    { length: classes },
    (_, c) => meanOf(probabilities.map((p) => p[c] as number)) as number,
  );
  const divergence = meanOf(
    probabilities.map((p) =>
      p.reduce((sum, share, c) => (share > 0 ? sum + share * Math.log(share / (marginal[c] as number)) : sum), 0),
    ),
  );
  return divergence === null ? null : Math.exp(divergence);
}
