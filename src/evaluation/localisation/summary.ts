import { type MeanInterval, meanInterval } from '../bootstrap.ts';
import { type Condition, type Conditions, conditionKey } from './conditions.ts';
import type { MaskScore } from './scores.ts';

/** A subject of a picture, and how well each condition's mask found it. */
export interface SubjectScores {
  /** subjects that its prompt asks for */
  readonly subjects: number;
  /** by `conditionKey` */
  readonly scores: Readonly<Record<string, MaskScore>>;
  /** by height of the attention level: IoU of the truth itself once it is as coarse as that */
  readonly ceilings: Readonly<Record<string, number>>;
}

export interface ConditionSummary extends Condition {
  readonly iou: MeanInterval;
  readonly falsePositives: number;
  readonly falseNegatives: number;
  readonly onOthers: number;
}

export interface LocalisationSummary {
  readonly byStep: readonly ConditionSummary[];
  readonly byWindow: readonly ConditionSummary[];
  readonly byRule: readonly ConditionSummary[];
  /** the engine's own way, by number of subjects */
  readonly bySubjects: readonly (ConditionSummary & { readonly subjects: number })[];
  /** by resolution: the best IoU that masks of it can have */
  readonly ceilings: readonly { readonly resolution: number; readonly iou: number }[];
}

/** Means over subjects. Steps, windows, rules and resolutions are compared on pictures of one subject, as in the paper. */
export function summarizeLocalisation(all: readonly SubjectScores[], conditions: Conditions): LocalisationSummary {
  const alone = all.filter(({ subjects }) => subjects === 1);
  const summaries = (list: readonly Condition[]) => list.flatMap((condition) => summarize(alone, condition));
  const numbers = [...new Set(all.map(({ subjects }) => subjects))].sort((a, b) => a - b);
  return {
    byStep: summaries(conditions.byStep),
    byWindow: summaries(conditions.byWindow),
    byRule: summaries(conditions.byRule),
    bySubjects: numbers.flatMap((subjects) =>
      summarize(
        all.filter((each) => each.subjects === subjects),
        conditions.base,
      ).map((summary) => ({ ...summary, subjects })),
    ),
    ceilings: [...new Set(conditions.byRule.map(({ resolution }) => resolution))].flatMap((resolution) => {
      const ious = alone.map(({ ceilings }) => ceilings[resolution]).filter((iou) => iou !== undefined);
      return ious.length === 0 ? [] : [{ resolution, iou: mean(ious) }];
    }),
  };
}

/** Nothing for a condition that no picture was read under. */
function summarize(subjects: readonly SubjectScores[], condition: Condition): ConditionSummary[] {
  const scores = subjects.map(({ scores }) => scores[conditionKey(condition)]).filter((score) => score !== undefined);
  const iou = meanInterval(scores.map((score) => score.iou));
  if (!iou) return [];
  return [
    {
      ...condition,
      iou,
      falsePositives: mean(scores.map((score) => score.falsePositives)),
      falseNegatives: mean(scores.map((score) => score.falseNegatives)),
      onOthers: mean(scores.map((score) => score.onOthers)),
    },
  ];
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
