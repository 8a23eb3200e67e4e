import { SIGNATURES, type Signature } from '../../inspection/warning.ts';
import { type Rate, wilson } from '../wilson.ts';
import { PROVOCATIONS, type Provocation } from './provocations.ts';

/** Thresholds are chosen on one half of the stories and tested on the other. */
export type Half = 'choosing' | 'testing';

/** A story drawn in one way, and what the detectors say of it. */
export interface Observation {
  readonly story: string;
  readonly seed: string;
  readonly half: Half;
  /** name of the provocation */
  readonly drawn: string;
  /** of several characters the worst; null where it can't be told */
  readonly scores: Readonly<Record<Signature, number | null>>;
  /** the subject's coat in each panel, as the judge reads it; null where it sees nobody; undefined without a judge */
  readonly coats?: readonly (string | null)[];
}

export interface DetectorReport {
  readonly signature: Signature;
  /** chosen here; null where nothing was provoked or nothing can be told */
  readonly threshold: number | null;
  readonly choosing: DetectorRates;
  readonly testing: DetectorRates;
  /** of all drawings of each kind in the testing half, how many are warned of */
  readonly warned: Readonly<Record<string, Rate | undefined>>;
  /** share of pairs of a provoked and a normal drawing, testing half, in which the provoked one has the larger score */
  readonly ranked: number | null;
}

export interface DetectorRates {
  /** of those warned of, how many were provoked, where as many are provoked as are normal */
  readonly precision: number | null;
  /** of the provoked, how many are warned of */
  readonly recall: Rate | undefined;
  /** of the normal, how many are warned of */
  readonly falseAlarms: Rate | undefined;
}

/** Chooses each detector's threshold on one half of the stories and says how it does on both. */
export function calibrate(
  observations: readonly Observation[],
  provocations: readonly Pick<Provocation, 'name' | 'provokes'>[] = PROVOCATIONS,
): DetectorReport[] {
  return SIGNATURES.map((signature) => {
    const scores = (half: Half, isProvoked: boolean) => {
      const wanted = isProvoked ? signature : undefined;
      const kinds = provocations.filter(({ provokes }) => provokes === wanted).map(({ name }) => name);
      return scoresOf(observations, signature, half, kinds);
    };
    const [provoked, normal] = [scores('choosing', true), scores('choosing', false)];
    const threshold = provoked.length > 0 && normal.length > 0 ? chooseThreshold(provoked, normal) : null;
    const rates = (half: Half) => ratesOf(scores(half, true), scores(half, false), threshold);
    const warned = provocations.map(({ name }) => {
      const found = scoresOf(observations, signature, 'testing', [name]);
      return [name, shareFrom(found, threshold)] as const;
    });
    return {
      signature,
      threshold,
      choosing: rates('choosing'),
      testing: rates('testing'),
      warned: Object.fromEntries(warned),
      ranked: rankedShare(scores('testing', true), scores('testing', false)),
    };
  });
}

/**
 * The detector of inconsistent subjects against what came of a drawing rather than what was provoked: whether the judge
 * reads different coats in it. Over the drawings of the testing half, however they were made.
 * @returns undefined without a judge
 */
export function againstJudge(observations: readonly Observation[], threshold: number): DetectorRates | undefined {
  const judged = observations.filter(({ half, coats }) => half === 'testing' && coats !== undefined);
  if (judged.length === 0) return undefined;
  const scores = (isInconsistent: boolean) =>
    judged
      .filter(({ coats }) => new Set(coats?.filter((coat) => coat !== null)).size > 1 === isInconsistent)
      .map((observation) => observation.scores['inconsistent-subject'])
      .filter((score) => score !== null);
  const [bad, good] = [scores(true), scores(false)];
  const warned = [bad, good].map((some) => some.filter((score) => score >= threshold).length);
  const all = (warned[0] ?? 0) + (warned[1] ?? 0);
  return {
    // of all warnings: here the kinds are as many as they are
    precision: all > 0 ? (warned[0] ?? 0) / all : null,
    recall: shareFrom(bad, threshold),
    falseAlarms: shareFrom(good, threshold),
  };
}

/**
 * The threshold at which recall exceeds false alarms by most (Youden's J): in the middle of the widest stretch of
 * scores that does equally well.
 */
export function chooseThreshold(provoked: readonly number[], normal: readonly number[]): number {
  const sorted = [...new Set([...provoked, ...normal])].sort((a, b) => a - b);
  const shareAbove = (values: readonly number[], at: number) =>
    values.filter((value) => value >= at).length / Math.max(1, values.length);
  const gaps = sorted.slice(1).map((high, i) => {
    const low = sorted[i] as number;
    return { low, high, gain: shareAbove(provoked, high) - shareAbove(normal, high) };
  });
  const best = gaps.reduce<(typeof gaps)[number] | undefined>((found, gap) => {
    const isBetter = !found || gap.gain > found.gain || (gap.gain === found.gain && width(gap) > width(found));
    return isBetter ? gap : found;
  }, undefined);
  return best ? (best.low + best.high) / 2 : (sorted[0] ?? 0);
}

const width = ({ low, high }: { readonly low: number; readonly high: number }): number => high - low;

function scoresOf(
  observations: readonly Observation[],
  signature: Signature,
  half: Half,
  kinds: readonly string[],
): number[] {
  return observations
    .filter((observation) => observation.half === half && kinds.includes(observation.drawn))
    .map(({ scores }) => scores[signature])
    .filter((score) => score !== null);
}

function ratesOf(provoked: readonly number[], normal: readonly number[], threshold: number | null): DetectorRates {
  const [recall, falseAlarms] = [shareFrom(provoked, threshold), shareFrom(normal, threshold)];
  const both = (recall?.rate ?? 0) + (falseAlarms?.rate ?? 0);
  return { precision: both > 0 ? (recall?.rate ?? 0) / both : null, recall, falseAlarms };
}

const shareFrom = (scores: readonly number[], threshold: number | null): Rate | undefined =>
  threshold === null ? undefined : wilson(scores.filter((score) => score >= threshold).length, scores.length);

/** Area under the curve of recall over false alarms (Mann and Whitney). */
function rankedShare(provoked: readonly number[], normal: readonly number[]): number | null {
  if (provoked.length === 0 || normal.length === 0) return null;
  const wins = provoked.flatMap((a) => normal.map((b) => (a > b ? 1 : a === b ? 1 / 2 : 0)));
  return wins.reduce((sum: number, win) => sum + win, 0) / wins.length;
}
