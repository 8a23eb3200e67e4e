import { maximum, minimum } from '../rounds.ts';
import type { StepProfile, StepsResult } from '../steps.ts';
import { factor, giga, ms, percent, table } from './markdown.ts';

/** Operators that take less of every step are one line. */
const LEAST_SHARE = 0.01;

/** Each kind of step against this CPU's peak, and by operator. */
export function stepsSection({ gemm, torch, torchFlops, steps }: StepsResult): string[] {
  const peak = maximum(gemm);
  const plain = steps.find(({ kind }) => kind === 'plain');
  const rivals = Object.entries(torch ?? {}).map(([type, speed]) => `PyTorch ${type} ${giga(speed)}`);
  return [
    `A product of two 2048 × 2048 float32 matrices runs at ${giga(peak)} GFLOP/s through onnxruntime${rivals.length > 0 ? ` (${rivals.join(', ')})` : ''}. Only products are counted, from the shapes that ran.${
      torchFlops && plain
        ? ` PyTorch counts ${giga(torchFlops)} GFLOP for the plain step; ours needs ${giga(plain.flops)}, because convolutions behind upsampling are done on the small image.`
        : ''
    }`,
    table(
      ['step', 'rows', 'most tokens of others, by level', 'time', '× plain', 'GFLOP', 'GFLOP/s', 'of the peak'],
      steps.map(({ kind, rows, banks, times, flops }) => {
        const time = minimum(times);
        return [
          kind,
          String(rows),
          Object.entries(banks)
            .map(([height, tokens]) => `${tokens} of ${Number(height) ** 2}`)
            .join(', '),
          ms(time),
          factor(time / minimum(plain?.times ?? [])),
          giga(flops),
          giga((flops / time) * 1e3),
          percent(flops / (time / 1e3) / peak),
        ];
      }),
    ),
    'By operator, under onnxruntime’s profiler: share of the step’s time, and the speed of products in GFLOP/s.',
    operatorTable(steps),
  ];
}

function operatorTable(steps: readonly StepProfile[]): string {
  const totals = steps.map(({ operators }) => operators.reduce((sum, { time }) => sum + time, 0));
  const share = (step: StepProfile, i: number, operator: string) =>
    (step.operators.find((o) => o.operator === operator)?.time ?? 0) / (totals[i] as number);
  const names = [...new Set(steps.flatMap(({ operators }) => operators.map(({ operator }) => operator)))];
  const large = names.filter((name) => steps.some((step, i) => share(step, i, name) >= LEAST_SHARE));
  const cell = (step: StepProfile, i: number, name: string) => {
    const found = step.operators.find(({ operator }) => operator === name);
    const speed = found && found.flops > 0 ? ` (${giga((found.flops / found.time) * 1e3)})` : '';
    return `${(100 * share(step, i, name)).toFixed(1)} %${speed}`;
  };
  return table(
    ['operator', ...steps.map(({ kind }) => kind)],
    [
      ...large.map((name) => [name, ...steps.map((step, i) => cell(step, i, name))]),
      [
        `${names.length - large.length} others`,
        ...steps.map(
          (step, i) => `${(100 * (1 - large.reduce((sum, name) => sum + share(step, i, name), 0))).toFixed(1)} %`,
        ),
      ],
    ],
  );
}
