import { measuredWithText } from '../../measured-with.ts';
import { MEASURES, type MeasureName } from '../../measures/measure-names.ts';
import { judgeAccuracy, leftOut } from '../../report-markdown.ts';
import type { EvaluationResults } from '../../results.ts';
import { measuresIn } from '../../summary.ts';
import { BASES, PLAIN } from '../../variants.ts';
import { findingsOf } from '../../verdict.ts';
import { type Picture, prose, type Section, table } from '../blocks.ts';
import { differencesChart, differencesTable, meansTable } from './variant-tables.ts';

/** What a reader looks for first: is it the same character, do panels stay apart, does the prompt hold. */
const CHARTED: readonly MeasureName[] = ['coatColours', 'coatNames', 'partColours', 'backgroundLatents', 'overlap'];

/** Identity, prompt, background and layout in every variant, with baselines and ablations. */
export function meansSection(results: EvaluationResults, pictures: readonly Picture[] = []): Section {
  const { summaries, stories, panels, seeds } = results;
  const known = measuresIn(summaries);
  const plain = summaries.find((summary) => summary.variant === PLAIN);
  const others = summaries.filter((summary) => summary.variant !== PLAIN);
  return {
    id: 'means',
    title: 'Does the method work?',
    blocks: [
      prose(
        `${stories.length} stories (${stories.join(', ')}) of ${panels} panels, ${seeds.length} seeds each, drawn in ${summaries.length} variants from the same noise by ${results.model}. Made by \`${results.command}\`; ${results.code}; ${results.machine}; ${results.date}.${(results.measuredWith ?? []).map((each) => ` Measured with ${measuredWithText(each)}.`).join('')}`,
      ),
      ...pictures,
      ...CHARTED.filter((name) => known.includes(name)).map((name) => differencesChart(others, name)),
      meansTable(summaries, known),
      differencesTable(others, known),
      prose('## What that says'),
      table(
        'What is wanted of the method, and whether each variant does it.',
        ['variant', 'what it is', 'holds', 'does not hold'],
        others.map((summary) => {
          const findings = plain ? findingsOf(summary, plain) : [];
          const broken = findings.filter(({ holds }) => !holds).map(({ says }) => says);
          return [
            summary.variant,
            aboutOf(summary.variant),
            String(findings.length - broken.length),
            broken.join('; '),
          ];
        }),
      ),
      prose('## The measures, and what they cannot see'),
      prose(known.map((name) => `- **${MEASURES[name].title}**: ${MEASURES[name].about}`).join('\n')),
      ...leftOut(results).map(prose),
      ...(results.judge ? [prose(judgeAccuracy(results.judge))] : []),
    ],
  };
}

function aboutOf(variant: string): string {
  const [base = '', ...overrides] = variant.split('+');
  return [BASES[base]?.about ?? '', ...overrides].join(', ');
}
