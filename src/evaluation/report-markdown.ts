import type { MeanInterval } from './bootstrap.ts';
import type { CoatCalibration } from './coat-calibration.ts';
import { type MeasuredWith, measuredWithText } from './measured-with.ts';
import { MEASURES, type MeasureName } from './measures/measure-names.ts';
import { type NotMeasured, notMeasuredText } from './not-measured.ts';
import { type MeasureSummary, measuresIn, type VariantSummary } from './summary.ts';
import { BASES, PLAIN } from './variants.ts';
import { findingsOf } from './verdict.ts';

/** What a reader needs to make the report again. */
export interface Provenance {
  readonly command: string;
  readonly model: string;
  readonly modelHash: string;
  readonly machine: string;
  /** ISO 8601 */
  readonly date: string;
  /** commit, and whether it was changed */
  readonly code: string;
  readonly stories: readonly string[];
  /** per run, per story */
  readonly seeds: readonly (readonly string[])[];
  readonly panels: number;
  readonly steps: number;
  readonly guidance: number;
  readonly timesteps: readonly number[];
  readonly pocketDaylight: boolean;
  /** undefined where coats have no names */
  readonly coats?: CoatCalibration;
  /** share of held-out scenes, through the autoencoder, in which the judge is right, by attribute; undefined without one */
  readonly judge?: Readonly<Record<string, number>>;
  /** results of older times have none */
  readonly measuredWith?: readonly MeasuredWith[];
  readonly notMeasured?: readonly NotMeasured[];
}

const ARROWS = { more: '↑', less: '↓', 'not-less': 'not ↓', 'not-more': 'not ↑', told: '' } as const;

export function reportMarkdown(provenance: Provenance, summaries: readonly VariantSummary[]): string {
  const plain = summaries.find((summary) => summary.variant === PLAIN) as VariantSummary;
  const names = measuresIn(summaries);
  return [
    '# Does the method work?',
    'Written by the command below; not to be edited by hand. The numbers of every story are in the JSON file beside it.',
    provenanceList(provenance),
    '## Means',
    `Over ${provenance.stories.length} stories of ${provenance.panels} panels and ${provenance.seeds.length} seeds each. Arrows say what is wanted against plain.`,
    table(names, summaries, (summary, name) => number(summary.byMeasure[name].mean)),
    '## Differences to plain',
    'Paired by story and seed, with 95 % bootstrap intervals over the pairs.',
    table(
      names,
      summaries.filter((summary) => summary.variant !== PLAIN),
      (summary, name) => interval(summary.byMeasure[name].difference),
    ),
    '## Identity on every seed average',
    seedTable(summaries, provenance.seeds.length),
    '## What that says',
    ...summaries.filter((summary) => summary.variant !== PLAIN).map((summary) => verdict(summary, plain)),
    '## What was done',
    workTable(summaries),
    '## The variants',
    variantList(summaries),
    '## The measures, and what they cannot see',
    names.map(described).join('\n'),
    ...leftOut(provenance),
    ...(provenance.coats ? [coatReading(provenance.coats)] : []),
    ...(provenance.judge ? [judgeAccuracy(provenance.judge)] : []),
    'Masks are those of each picture itself: a plain picture’s come from the attention of the plain pass, a consistent picture’s from that of the consistent pass. An empty mask is left out of the pairs.',
    provenance.pocketDaylight
      ? 'Before coats are compared, the veil that the pocket’s training pictures wear at night, at sunset and in the rain is taken off where the prompt names such a time (src/inspection/daylight.ts). Where the model veiled more or less than its training pictures, or drew night or rain without being asked, the rest of it stays in the measure: a yellow dragon in a night that no prompt named is read as grey.'
      : 'Light is not corrected for: a coat at night counts as another colour.',
    '',
  ].join('\n\n');
}

export function leftOut({ notMeasured = [] }: Pick<Provenance, 'notMeasured'>): string[] {
  const text = notMeasuredText(notMeasured);
  return text === undefined ? [] : [text];
}

function coatReading({ asked, read }: CoatCalibration): string {
  if (asked === 0) return 'No prompt named a coat, so the reader of coats was not tried here.';
  return `Of ${asked} panels whose prompt named the coat's colour (spelled-out), ${read} were read as that colour: how far “same coat” can be trusted.`;
}

/** How far the judge's measures can be trusted. */
export function judgeAccuracy(accuracy: Readonly<Record<string, number>>): string {
  const told = Object.entries(accuracy).map(([what, share]) => `${what} ${(100 * share).toFixed(0)} %`);
  return `The judge is right on held-out scenes that went through the model's autoencoder in: ${told.join(', ')}. On generated pictures nobody knows the truth but the eye.`;
}

function described(name: MeasureName): string {
  const { title, about, tolerance } = MEASURES[name];
  return `- **${title}** (\`${name}\`): ${about}${tolerance === undefined ? '' : ` A change of ${tolerance} is tolerated.`}`;
}

const titled = (name: MeasureName): string => `${MEASURES[name].title} ${ARROWS[MEASURES[name].aim]}`.trim();

function provenanceList(p: Provenance): string {
  return [
    `- command: \`${p.command}\``,
    `- model: ${p.model}, sha256 \`${p.modelHash}\``,
    `- code: ${p.code}`,
    `- machine: ${p.machine}; ${p.date}`,
    `- stories: ${p.stories.join(', ')} (src/evaluation/stories.ts)`,
    `- seeds: ${p.seeds.map((run, i) => `run ${i + 1}: ${run.join(', ')}`).join('; ')} (in the order of the stories)`,
    `- ${p.steps} steps, guidance ${p.guidance}; prompts compared at timesteps ${p.timesteps.join(', ')}`,
    ...(p.measuredWith ?? []).map((each) => `- measured with ${measuredWithText(each)}`),
  ].join('\n');
}

function table(
  names: readonly MeasureName[],
  summaries: readonly VariantSummary[],
  cell: (summary: VariantSummary, name: MeasureName) => string,
): string {
  return rows(
    ['variant', ...names.map(titled)],
    summaries.map((summary) => [summary.variant, ...names.map((name) => cell(summary, name))]),
  );
}

function seedTable(summaries: readonly VariantSummary[], runs: number): string {
  const names = measuresIn(summaries).filter((name) => MEASURES[name].aim === 'more' || MEASURES[name].aim === 'less');
  const perRun = ({ runs: values }: MeasureSummary) =>
    Array.from({ length: runs }, (_, run) => number(values[run] ?? null));
  return rows(
    [
      'variant',
      ...names.flatMap((name) => Array.from({ length: runs }, (_, run) => `${titled(name)}, run ${run + 1}`)),
    ],
    summaries.map((summary) => [summary.variant, ...names.flatMap((name) => perRun(summary.byMeasure[name]))]),
  );
}

function workTable(summaries: readonly VariantSummary[]): string {
  return rows(
    [
      'variant',
      'seconds a story',
      'mask covers',
      'empty masks',
      'tokens injected a panel',
      'mask kept by injection (IoU)',
    ],
    summaries.map((s) => [
      s.variant,
      s.took.toFixed(1),
      `${(100 * s.coverage).toFixed(0)} %`,
      String(s.emptyMasks),
      s.injected.toFixed(0),
      s.maskKept.toFixed(2),
    ]),
  );
}

function verdict(summary: VariantSummary, plain: VariantSummary): string {
  const findings = findingsOf(summary, plain);
  const broken = findings.filter((finding) => !finding.holds);
  if (broken.length === 0) return `**${summary.variant}**: all that is wanted holds.`;
  return `**${summary.variant}**: ${broken.map((finding) => finding.says).join('; ')}. The other ${findings.length - broken.length} hold.`;
}

function variantList(summaries: readonly VariantSummary[]): string {
  return summaries
    .map(({ variant }) => {
      const [base = '', ...overrides] = variant.split('+');
      const changed = overrides.length > 0 ? `, with ${overrides.join(' and ')}` : '';
      return `- **${variant}**: ${BASES[base]?.about ?? ''}${changed}`;
    })
    .join('\n');
}

function rows(head: readonly string[], body: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map((_, i) => (i === 0 ? '---' : '---:'))), ...body.map(line)].join('\n');
}

const number = (value: number | null): string => (value === null ? '–' : value.toFixed(3));

const signed = (value: number): string => `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(3)}`;

const interval = (difference: MeanInterval | null): string =>
  difference ? `${signed(difference.mean)} (${signed(difference.low)} to ${signed(difference.high)})` : '–';
