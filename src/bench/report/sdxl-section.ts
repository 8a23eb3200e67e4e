import { minimum } from '../rounds.ts';
import type { SdxlResult } from '../sdxl/sdxl.ts';
import { factor, seconds, table } from './markdown.ts';

/** One step at one size, ours first. */
export function sdxlSection({ size, weights, runners, difference }: SdxlResult): string[] {
  const [ours] = runners;
  const compared = runners.slice(1).map(({ name, times }) => {
    const against = (step: 'plain' | 'everything') =>
      factor(minimum(times[step]) / minimum(ours?.times[step] ?? [])).replace(' ×', '');
    return `${name} ÷ ours: plain ${against('plain')}, everything ${against('everything')}.`;
  });
  const differences = Object.entries(difference).map(
    ([step, value]) => `${step} ${(value as number).toExponential(1)}`,
  );
  return [
    table(
      [
        `${size} × ${size} pixels`,
        'ready after',
        'plain step',
        'everything',
        '× plain',
        'own memory: plain / everything',
        'resident: plain / everything',
      ],
      runners.map(({ name, load, times, memory }) => [
        name,
        seconds(load),
        seconds(minimum(times.plain)),
        seconds(minimum(times.everything)),
        factor(minimum(times.everything) / minimum(times.plain)),
        `${gigabytes(memory.plain.own)} / ${gigabytes(memory.everything.own)}`,
        `${gigabytes(memory.plain.resident)} / ${gigabytes(memory.everything.resident)}`,
      ]),
    ),
    [
      `Weights of ${gigabytes(weights)} on disk.`,
      ...compared,
      ...(differences.length > 0
        ? [`Greatest difference of the guided predictions, over their root mean square: ${differences.join(', ')}.`]
        : []),
    ].join(' '),
  ];
}

const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(1)} GB`;
