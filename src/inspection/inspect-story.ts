import { meanOf } from './pairs.ts';
import { smudgedShare } from './picture-detail.ts';
import { type PairLikeness, storyLikeness } from './picture-likeness.ts';
import { reducePicture } from './reduce-picture.ts';
import { subjectAgreement } from './subject-agreement.ts';
import { THRESHOLDS } from './thresholds.ts';
import type { InspectedStory, InspectionContext, SignatureScore, Warning } from './warning.ts';

/** Pixels: what the pocket draws. Larger pictures are made smaller, for the bot must not stand still meanwhile. */
const INSPECTED_WIDTH = 128;

/**
 * Looks for the method's failures in a drawn story (`DrawnStory` of the engine is one): pure, no model, some
 * milliseconds a panel of 128 x 128. A warning is a hint and may be wrong: docs/results/signatures.md says how often.
 */
export function inspectStory(
  story: InspectedStory,
  context: InspectionContext = {},
  thresholds: Readonly<Record<SignatureScore['signature'], number>> = THRESHOLDS,
): Warning[] {
  return signatureScores(story, context)
    .map((found) => ({ ...found, threshold: thresholds[found.signature] }))
    .filter(({ score, threshold }) => score >= threshold);
}

/** The detectors' numbers, whether or not they are worth a warning; a signature that can't be told has none. */
export function signatureScores(drawn: InspectedStory, context: InspectionContext = {}): SignatureScore[] {
  const panels = drawn.panels.map((panel) => ({ ...panel, image: reducePicture(panel.image, INSPECTED_WIDTH) }));
  const story = { ...drawn, panels };
  const { composition, background, pairs } = storyLikeness(story, context);
  return [
    ...subjectAgreement(story, context).map((found) => ({ signature: 'inconsistent-subject' as const, ...found })),
    ...scoreOf('layout-collapse', composition, () => byLikeness(story, pairs, (pair) => pair.composition)),
    ...detailScore(story),
    ...scoreOf('background-leakage', background, () => byLikeness(story, pairs, (pair) => pair.background)),
  ];
}

function scoreOf(
  signature: SignatureScore['signature'],
  score: number | undefined,
  panels: () => readonly number[],
): SignatureScore[] {
  return score === undefined ? [] : [{ signature, score, panels: panels() }];
}

function detailScore({ panels }: InspectedStory): SignatureScore[] {
  const smudged = panels.map(({ id, image }) => ({ id, share: smudgedShare(image) })).sort((a, b) => b.share - a.share);
  const mean = meanOf(smudged.map(({ share }) => share)) ?? undefined;
  return scoreOf('poor-details', mean, () => smudged.map(({ id }) => id));
}

/** Ids of the panels, those that are likest to the others in front. */
function byLikeness(
  { panels }: InspectedStory,
  pairs: readonly PairLikeness[],
  value: (pair: PairLikeness) => number,
): number[] {
  const likeness = (id: number) => meanOf(pairs.filter((pair) => pair.panels.includes(id)).map(value)) ?? 0;
  return panels
    .map(({ id }) => ({ id, like: likeness(id) }))
    .sort((a, b) => b.like - a.like)
    .map(({ id }) => id);
}
