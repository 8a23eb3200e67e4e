import path from 'node:path';
import type { MeanInterval } from '../../bootstrap.ts';
import { measuredWithText } from '../../measured-with.ts';
import { STORY_MEASURE_NAMES, type StoryMeasureInfos } from '../../story-benchmark/story-measure-names.ts';
import type { StoryMeasures } from '../../story-benchmark/story-measures.ts';
import type { StoryBenchmarkResults, StoryVariantSummary } from '../../story-benchmark/story-results.ts';
import { type Block, chart, number, type Picture, prose, type Section, table } from '../blocks.ts';

const ARROWS = { more: ' ↑', less: ' ↓', 'not-less': ' not ↓', 'not-more': ' not ↑', told: '' } as const;
/** What a chart shows besides the table: the measures that are the field's own words for consistency. */
const CHARTED = ['cidsCross', 'cidsSelf'] as const satisfies readonly (keyof StoryMeasures)[];

/** @param folder of the results, where the best and the worst story's pictures lie beside the JSON file */
export function storiesSection(results: StoryBenchmarkResults, folder: string): Section {
  const { variants, infos } = results;
  const measured = STORY_MEASURE_NAMES.filter((name) => infos[name].notMeasured === undefined);
  const compared = variants.filter(isCompared);
  return {
    id: 'stories',
    title: 'The story benchmark',
    blocks: [
      prose(introduction(results)),
      table(
        'Means over stories. Arrows say what is wanted against plain.',
        ['measure', ...variants.map(({ variant }) => variant)],
        [
          ...measured.map((name) => [titleOf(infos, name), ...variants.map((v) => mean(infos, v, name))]),
          ...further(variants),
        ],
      ),
      groupsTable(variants),
      ...CHARTED.map((name) => differences(infos, variants, name)),
      table(
        'Differences to plain, paired by story, with 95 % bootstrap intervals.',
        ['measure', ...compared.map(({ variant }) => variant)],
        measured.map((name) => [
          titleOf(infos, name),
          ...compared.map((v) => interval(v.byMeasure[name].difference, infos[name].digits)),
        ]),
      ),
      ...extremes(results, folder),
      table(
        'What is measured, and by what.',
        ['measure', 'what it is', 'what stands in for a large model, and what it cannot see'],
        [
          ...STORY_MEASURE_NAMES.map((name) => [
            infos[name].title,
            infos[name].about,
            infos[name].notMeasured === undefined
              ? infos[name].standIn
              : `Not measured: it needs ${infos[name].notMeasured}.`,
          ]),
          [
            'Inc',
            'Inception score (Salimans et al. 2016) over all shots; 1: always the same, or nothing clear.',
            results.reader === undefined
              ? "Inception V3: the judge's places, and its actions; its confidence for the word it gives, the rest spread evenly."
              : 'Not measured: it needs somebody who names places and actions.',
          ],
          ['Aesthetics', '–', "Nothing stands in for the aesthetic predictor: nothing of the pocket's judges beauty."],
        ],
      ),
    ],
  };
}

function introduction(results: StoryBenchmarkResults): string {
  const { stories, asked, judged } = results;
  const sum = (of: (story: (typeof stories)[number]) => number) => stories.reduce((all, story) => all + of(story), 0);
  const together = sum(({ shots }) => shots.filter(({ onStage }) => onStage.length > 1).length);
  const coats = results.reader === undefined ? '' : `, by the nearest of ten colours in its mask`;
  const readers = [
    ...(results.reader === undefined ? [] : [results.reader]),
    ...(results.measuredWith ?? []).map(measuredWithText),
  ];
  return `The measures of ViStoryBench (arXiv 2505.24862, v5) on ${results.reader === undefined ? "the pocket's stories" : `stories drawn by ${results.model}`}; docs/story-benchmark.md says how. Its numbers are not to be compared with those of the paper's table: other stories, and other readers, which are named below measure by measure. Characters are cast first, as \`/character create\` does it; \`${judged}\` draws the shots with these canons, \`plain\` the same prompts from the same noise without them, \`spelled-out\` with the coat of the canon in words${coats}. \`copy-paste\` is the paper's baseline that pastes the canons' pictures: it shows where the measures end, and is no way to draw a story.

- ${stories.length} of ${asked} stories: ${sum(({ characters }) => characters.length)} characters, ${sum(({ shots }) => shots.length)} shots, ${together} of them with two on stage; ${results.steps} steps, guidance ${results.guidance}
- command: \`${results.command}\`${readers.map((reader) => `\n- read by ${reader}`).join('')}
- model: ${results.model}, sha256 \`${results.modelHash}\`
- code: ${results.code}
- machine: ${results.machine}; ${results.date}`;
}

const titleOf = (infos: StoryMeasureInfos, name: keyof StoryMeasures): string =>
  `${infos[name].title}${ARROWS[infos[name].aim]}`;

const mean = (infos: StoryMeasureInfos, { byMeasure }: StoryVariantSummary, name: keyof StoryMeasures): string =>
  number(byMeasure[name].mean, infos[name].digits);

const further = (variants: readonly StoryVariantSummary[]): string[][] => [
  ...(variants.some(({ inceptionPlaces }) => inceptionPlaces !== null)
    ? [
        ['Inc, places', ...variants.map((variant) => number(variant.inceptionPlaces, 2))],
        ['Inc, actions', ...variants.map((variant) => number(variant.inceptionActions, 2))],
      ]
    : []),
  ['seconds a shot, as busy as the machine was', ...variants.map((variant) => number(variant.took, 1))],
];

function groupsTable(variants: readonly StoryVariantSummary[]): Block {
  const rows = (variants[0]?.groups ?? []).flatMap(({ title, characters }, g) => [
    [`${characters}: ${title}; CIDS cross ↑`, ...variants.map(({ groups }) => number(groups[g]?.cross))],
    ['the same; CIDS self ↑', ...variants.map(({ groups }) => number(groups[g]?.self))],
  ]);
  return table('By characters: means over those of a kind.', ['characters', ...variants.map((v) => v.variant)], rows);
}

const isCompared = ({ byMeasure }: StoryVariantSummary): boolean =>
  STORY_MEASURE_NAMES.some((name) => byMeasure[name].difference !== null);

function differences(
  infos: StoryMeasureInfos,
  variants: readonly StoryVariantSummary[],
  name: keyof StoryMeasures,
): Block {
  const points = variants.flatMap(({ variant, byMeasure }) => {
    const { difference } = byMeasure[name];
    return difference ? [{ name: variant, value: difference.mean, low: difference.low, high: difference.high }] : [];
  });
  const { title } = infos[name];
  return chart(
    `**${titleOf(infos, name)}**: difference to plain, with 95 % intervals over stories.`,
    `${title}, difference to plain: ${points.map((point) => `${point.name} ${signed(point.value, 3)}`).join(', ')}`,
    { type: 'intervals', valueLabel: `difference of ${title}`, points },
  );
}

function extremes({ stories, infos, judged, best, worst }: StoryBenchmarkResults, folder: string): Block[] {
  const scored = [
    'CIDS cross and self',
    ...(infos.alignment.notMeasured ? [] : ['PA average']),
    ...(infos.occm.notMeasured ? [] : ['OCCM / 100']),
  ];
  const named = [
    ['best', best],
    ['worst', worst],
  ].flatMap(([which, id]) => stories.filter((story) => story.id === id).map((story) => ({ which, story })));
  return [
    prose(
      `By the mean of ${scored.join(', ').replace(/, ([^,]*)$/u, ' and $1')} of \`${judged}\`: ${named
        .map(({ which, story }) => `${which} [${story.title}](stories-${story.id}.webp)`)
        .join(', ')}.`,
    ),
    ...named.map(
      ({ which, story }): Picture => ({
        kind: 'picture',
        file: path.join(folder, `stories-${story.id}.webp`),
        alt: `The canons and the shots of the ${which} story in every variant: ${story.shots.map(({ text }) => text).join('; ')}`,
        caption: `The ${which} of the stories, ${story.title}.`,
      }),
    ),
  ];
}

const signed = (value: number, digits: number): string => `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(digits)}`;

const interval = (difference: MeanInterval | null, digits: number): string =>
  difference
    ? `${signed(difference.mean, digits)} (${signed(difference.low, digits)} to ${signed(difference.high, digits)})`
    : '–';
