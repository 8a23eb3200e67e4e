import { measuredWithText } from '../../measured-with.ts';
import { MEASURES, type MeasureName } from '../../measures/measure-names.ts';
import { judgeAccuracy, leftOut } from '../../report-markdown.ts';
import type { EvaluationResults } from '../../results.ts';
import { measuresIn } from '../../summary.ts';
import type { Sweep } from '../../sweeps.ts';
import { PLAIN } from '../../variants.ts';
import { type ChartBlock, chart, type Picture, prose, type Section } from '../blocks.ts';
import { poseBlocks } from './poses.ts';
import { differencesTable, meansTable } from './variant-tables.ts';

/** A sweep's answer: a line for each measure over each setting, and the numbers. */
export function sweepSection(sweep: Sweep, results: EvaluationResults, pictures: readonly Picture[] = []): Section {
  const { summaries, stories, seeds, panels } = results;
  const known = measuresIn(summaries);
  const measures = sweep.measures.filter((name) => known.includes(name));
  const settings = [...new Set(sweep.lines.map((line) => line.setting))];
  return {
    id: `sweep-${sweep.name}`,
    title: sweep.title,
    blocks: [
      prose(sweep.question),
      prose(
        `${stories.length} stories (${stories.join(', ')}) of ${panels} panels, ${seeds.length} ${seeds.length === 1 ? 'seed' : 'seeds'} each, ${results.steps} steps, by ${results.model}. Made by \`${results.command}\`; ${results.code}; ${results.machine}; ${results.date}.${(results.measuredWith ?? []).map((each) => ` Measured with ${measuredWithText(each)}.`).join('')}`,
      ),
      ...pictures,
      ...settings.flatMap((setting) => measures.map((measure) => lineChart(sweep, results, setting, measure))),
      ...(sweep.lines.length === 0 ? poseBlocks(results) : []),
      meansTable(summaries, measures),
      differencesTable(
        summaries.filter((summary) => summary.variant !== PLAIN),
        measures,
      ),
      prose(measures.map((name) => `- **${MEASURES[name].title}**: ${MEASURES[name].about}`).join('\n')),
      ...leftOut(results).map(prose),
      ...(results.judge ? [prose(judgeAccuracy(results.judge))] : []),
    ],
  };
}

function lineChart(
  { lines }: Sweep,
  { summaries }: EvaluationResults,
  setting: string,
  measure: MeasureName,
): ChartBlock {
  const meanOf = (variant: string) =>
    summaries.find((summary) => summary.variant === variant)?.byMeasure[measure]?.mean;
  const swept = lines
    .filter((line) => line.setting === setting)
    .flatMap(({ series, points }) =>
      points.flatMap(({ x, variant }) => {
        const y = meanOf(variant);
        return typeof y === 'number' ? [{ series, x, y }] : [];
      }),
    );
  const plain = meanOf(PLAIN);
  const ends = [Math.min(...swept.map(({ x }) => x)), Math.max(...swept.map(({ x }) => x))];
  const reference = typeof plain === 'number' ? ends.map((x) => ({ series: PLAIN, x, y: plain })) : [];
  const { title } = MEASURES[measure];
  const says = swept.map(({ series, x, y }) => `${series}, ${x}: ${y.toFixed(3)}`).join('; ');
  return chart(`**${title}** by ${setting}.`, `${title} by ${setting}. plain: ${plain?.toFixed(3)}; ${says}`, {
    type: 'lines',
    xLabel: setting,
    yLabel: title,
    points: [...swept, ...reference],
  });
}
