import type { Grid } from '../../../engine/consistory/subject-mask.ts';
import type { ComparedTruth } from '../../localisation/compare-truths.ts';
import type { LocalisationResults } from '../../localisation/results.ts';
import type { ConditionSummary } from '../../localisation/summary.ts';
import { chart, number, percent, prose, type Section, type Table, table } from '../blocks.ts';

/** Who told where subjects are. */
export const tellerOf = ({ truth }: Pick<LocalisationResults, 'truth'>): string =>
  truth === 'clipseg' ? 'CLIPSeg' : 'the judge';

/** As sizes of pictures are written. */
const gridText = (grid: Grid | undefined): string => (grid ? `${grid.width} x ${grid.height}` : '?');

/** Issue: does attention find the subject (paper §4.1)? */
export function localisationSection(results: LocalisationResults, sheet?: string): Section {
  const { summary, conditions, pictures } = results;
  const byClipSeg = results.truth === 'clipseg';
  const teller = tellerOf(results);
  const tokens = (resolution: number) => gridText(results.grids.find(({ height }) => height === resolution));
  const asked = pictures.reduce((sum, picture) => sum + picture.asked.length, 0);
  const told = pictures.reduce((sum, picture) => sum + picture.subjects.length, 0);
  const { base } = conditions;
  return {
    id: 'localisation',
    title: 'Subject localisation',
    blocks: [
      prose(
        `Does cross-attention find the subject (paper §4.1)? ${pictures.length} pictures, drawn plain: ${counts(pictures)}. ${told} of ${asked} subjects that were asked for can be told in the finished pictures by ${teller} (below); the others are left out. The engine's own way is Otsu's threshold over attention at ${tokens(base.resolution)} tokens, averaged over the last ${base.window} steps, after all ${results.steps}; each table changes one thing of it. Steps, windows, thresholds and resolutions: pictures of one subject. Guidance ${results.guidance}${sizeText(results)}.`,
      ),
      prose(
        `Scores are taken over ${byClipSeg ? 'the cells of CLIPSeg’s maps' : "the judge's 64 x 64 cells"}. *False positives*: share of what is not the subject that the mask covers. *False negatives*: share of the subject that it leaves out. *On others*: share of the mask that lies on ${byClipSeg ? 'other subjects that were asked for' : 'other creatures'}. Intervals: 95 %, bootstrap over subjects.`,
      ),
      chart(
        '**IoU by step.**',
        `IoU by steps done: ${summary.byStep.map(({ step, iou }) => `${step}: ${iou.mean.toFixed(2)}`).join(', ')}`,
        {
          type: 'lines',
          xLabel: 'steps done',
          yLabel: 'IoU',
          points: summary.byStep.map(({ step, iou }) => ({ series: 'Otsu', x: step, y: iou.mean })),
        },
      ),
      conditionTable('After so many steps.', 'steps done', summary.byStep, ({ step }) => `${step}`),
      conditionTable('By threshold and resolution.', 'resolution, threshold', summary.byRule, (c) =>
        [tokens(c.resolution), c.rule === 'otsu' ? 'Otsu' : c.rule.toFixed(1)].join(', '),
      ),
      table(
        'What a resolution allows: the truth itself, made as coarse as attention.',
        ['resolution', 'IoU at best'],
        summary.ceilings.map(({ resolution, iou }) => [tokens(resolution), number(iou)]),
      ),
      conditionTable('By steps that attention is averaged over, at the end.', 'window', summary.byWindow, (c) =>
        c.window === 'all' ? 'all' : `${c.window}`,
      ),
      subjectsTable(results),
      ...(sheet
        ? [
            {
              kind: 'picture' as const,
              file: sheet,
              alt:
                'Ten pictures in three rows: as they were drawn, with the mask from attention, and with the place where ' +
                teller +
                ' sees the subject.',
              caption: 'The ten subjects that attention localised worst.',
            },
          ]
        : []),
      ...(results.compared && results.compared.length > 0 ? [comparedTable(results.compared, teller)] : []),
      prose(byClipSeg ? clipSegProse(results) : judgeProse(results)),
      prose(
        `Made by \`${results.command}\`; ${results.code}; model ${results.model}, \`${results.modelHash.slice(0, 12)}\`; ${results.machine}; ${results.date}.`,
      ),
    ],
  };
}

function counts(pictures: LocalisationResults['pictures']): string {
  const numbers = [...new Set(pictures.map(({ asked }) => asked.length))].sort((a, b) => a - b);
  return numbers
    .map(
      (n) => `${pictures.filter(({ asked }) => asked.length === n).length} of ${n} ${n === 1 ? 'subject' : 'subjects'}`,
    )
    .join(', ');
}

function conditionTable(
  caption: string,
  name: string,
  summaries: readonly ConditionSummary[],
  label: (summary: ConditionSummary) => string,
): Table {
  return table(
    caption,
    [name, 'IoU', '95 %', 'false positives', 'false negatives'],
    summaries.map((summary) => [label(summary), ...scoreCells(summary)]),
  );
}

function subjectsTable({ summary, pictures }: LocalisationResults): Table {
  return table(
    'By number of subjects in the picture, the engine’s own way.',
    ['subjects', 'IoU', '95 %', 'false positives', 'false negatives', 'on others', 'told', 'seen as asked'],
    summary.bySubjects.map((each) => {
      const those = pictures.filter(({ asked }) => asked.length === each.subjects);
      const told = those.flatMap((picture) => picture.subjects);
      const asked = those.length * each.subjects;
      return [
        `${each.subjects}`,
        ...scoreCells(each),
        percent(each.onOthers),
        `${told.length} of ${asked}`,
        told.some(({ seenAs }) => seenAs !== null)
          ? percent(told.filter(({ subject, seenAs }) => subject === seenAs).length / told.length)
          : '–',
      ];
    }),
  );
}

const scoreCells = ({ iou, falsePositives, falseNegatives }: ConditionSummary): string[] => [
  number(iou.mean),
  `${number(iou.low)} to ${number(iou.high)}`,
  percent(falsePositives),
  percent(falseNegatives),
];

const sizeText = ({ size }: LocalisationResults): string => (size ? `, ${size.width} x ${size.height} pixels` : '');

/** Others who tell the truth: what a score is worth can't be told from one of them. */
const comparedTable = (compared: readonly ComparedTruth[], teller: string): Table =>
  table(
    `The same pictures by others who tell where subjects are. No score is more exact than they agree with ${teller} (IoU of both).`,
    ['by', 'told by both', `by ${teller} alone`, 'by this alone', 'by neither', 'IoU of both', 'IoU of attention'],
    compared.map(({ name, told, agreement, iou }) => [
      name,
      ...[told.both, told.onlyFirst, told.onlyThis, told.neither].map(String),
      ...[agreement, iou].map((mean) =>
        mean ? `${number(mean.mean)} (${number(mean.low)} to ${number(mean.high)})` : '–',
      ),
    ]),
  );

function clipSegProse({ clipSeg, model, truth, judge }: LocalisationResults): string {
  const exact = judge
    ? 'On these pictures the judge knows better (its row above).'
    : `Nothing here says how wrong it is on pictures by ${model}: look at the ten worst, and on the pocket compare it with the judge (\`--localisation --truth clipseg\`).`;
  return `**The ground truth and its error.** ${clipSeg?.name ?? truth} (\`${clipSeg?.hash.slice(0, 12) ?? ''}\`) is a CLIPSeg (Lüddecke & Ecker, arXiv 2112.10003): it was asked for each subject by "a …", and a cell is the subject's from a probability of ${number(clipSeg?.threshold ?? 0, 1)} on, and of the subjects that were asked for, the most probable one's. The threshold is the one its authors evaluate photographs with; the rows for others show what hangs on it. What it gets wrong: outlines (it sees patches of 16 x 16 pixels of 352 x 352, so ears and legs are smoothed away); another animal in place of the one that was asked for, which it takes for the subject without saying so (there is no “seen as” here); what a subject stands on or holds; drawings that photographs don't resemble. Not told: a subject with hardly a cell, and two subjects that it sees in the same place. ${exact} So an IoU here compares two guesses: differences between conditions are of use as far as they hold by other thresholds, the level is not.`;
}

function judgeProse({ judge }: LocalisationResults): string {
  if (!judge) return 'The judge’s errors are not known.';
  const share = (name: string) => percent(judge.accuracy[name]);
  return `**The ground truth and its error.** The judge (\`scripts/train-judge/\`) is a small net trained on scenes of the recipe, where masks are known by construction. On ${judge.pictures} held-out scenes with ${judge.creatures} creatures, noised and drawn back by the pocket, it misses ${percent(judge.missed)} of the creatures, sees ${percent(judge.falseAlarms)} too many, outlines those that it finds with an IoU of ${number(judge.maskIou, 2)}, and has ${share('species')} of their species right. So an IoU here is one with a truth that is itself only that good: differences between conditions are of use, the last percent is not. The pocket's cross-attention was trained to localise (models/pocket/README.md), so these numbers prove the pipeline; SDXL's are its own to measure.`;
}
