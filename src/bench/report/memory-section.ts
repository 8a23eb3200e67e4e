import { MODES } from '../benchmark-story.ts';
import type { MemoryResult } from '../memory.ts';
import { median, minimum } from '../rounds.ts';
import { factor, megabytes, ms, table } from './markdown.ts';

export function memorySection({ panels, modes, firstStep }: MemoryResult): string[] {
  const peak = (mode: (typeof MODES)[number]) => median(modes[mode].map((drawing) => drawing.peak));
  return [
    'Each number is of a process of its own that drew one story: resident memory at its largest, and when the model was loaded.',
    table(
      [`${panels} panels`, 'peak', '× plain', 'loaded', 'time to load (minimum)'],
      MODES.map((mode) => [
        mode,
        megabytes(peak(mode)),
        factor(peak(mode) / peak('plain')),
        megabytes(median(modes[mode].map(({ loaded }) => loaded))),
        ms(minimum(modes[mode].map(({ load }) => load))),
      ]),
    ),
    `From \`npm run story\` to its first sampling step: ${ms(minimum(firstStep))} (median ${ms(median(firstStep))}), npm’s own start included.`,
  ];
}
