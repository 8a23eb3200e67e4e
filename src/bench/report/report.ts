import type { Circumstances } from '../circumstances.ts';
import { type Measured, type MeasuredParts, SDXL_SIZES, type SdxlPart } from '../parts.ts';
import type { RaceResult } from '../race.ts';
import { table } from './markdown.ts';
import { memorySection } from './memory-section.ts';
import { drawingSection, rivalsSection } from './race-section.ts';
import { scalingSection } from './scaling-section.ts';
import { sdxlSection } from './sdxl-section.ts';
import { stepsSection } from './steps-section.ts';
import { verdictsOf } from './targets.ts';

/** The results as a page of docs/. */
export function renderReport(model: string, parts: MeasuredParts): string {
  const { race, compiled, memory, scaling, steps } = parts;
  const verdicts = verdictsOf(parts);
  return [
    '# Speed and memory',
    `Model ${model}. What is compared takes turns, so that other work on the machine disturbs all alike. *Unrest* is how much the median exceeds the minimum: on a quiet machine near 0 %, and where it is large only ratios mean something. Processor time counts all threads, those that wait for work included.`,
    ...(verdicts.length === 0
      ? []
      : [
          '## Targets',
          table(
            ['', 'target', 'measured', 'met'],
            verdicts.map((v) => [v.what, v.target, v.measured, v.met ? 'yes' : '**no**']),
          ),
        ]),
    ...(race ? ['## Drawing', shapeOf(race), ...drawingSection(race.result)] : []),
    ...(race && race.result.rivals.length > 0
      ? ['## Against PyTorch', RIVALS, told(race, versionsOf(race.result)), ...rivalsSection(race.result)]
      : []),
    ...(compiled && compiled.result.rivals.length > 0
      ? [
          '## Against compiled PyTorch',
          COMPILED,
          told(compiled, versionsOf(compiled.result)),
          ...rivalsSection(compiled.result),
        ]
      : []),
    ...(memory ? ['## Memory and loading', told(memory), ...memorySection(memory.result)] : []),
    ...(steps ? ['## Steps of the U-Net', told(steps), ...stepsSection(steps.result)] : []),
    ...sdxlSections(parts),
    ...(scaling ? ['## Scaling', told(scaling), ...scalingSection(scaling.result)] : []),
  ]
    .join('\n\n')
    .concat('\n');
}

function sdxlSections(parts: MeasuredParts): string[] {
  const found = (Object.keys(SDXL_SIZES) as SdxlPart[]).flatMap((name) => parts[name] ?? []);
  if (found.length === 0) return [];
  return ['## A step of SDXL', SDXL, ...found.flatMap((part) => [told(part), ...sdxlSection(part.result)])];
}

const SDXL =
  'The U-Net of SDXL at its published size, with random weights in half precision on disk, in float32 on the CPU: two panels with guidance, so four rows; with *everything*, queries are blended with those of a plain pass (four rows more; ours runs the halves of the batch one after the other then), tokens are shared by masks of a sixth of the picture with half of them dropped, and features are injected, all in one step, which no step of a story has to do. Ours reads the weights where they lie (mapped), PyTorch makes them float32 when it loads. At 512 pixels both are in memory and take turns (minima of two), at 1024, where that would be too much, each step is done once, by one after the other. *Own memory* leaves out pages of files, which the system can take back at any time.';

const RIVALS =
  'The same story through diffusers on the same weights, with attention processors that were written for this comparison from the paper (`scripts/bench/`): shared attention by extended keys and a mask, dropout, query blending, DIFT, injection, both passes, the second of which starts where injection begins, as ours does. Both sides are given the same noise and the same dropout. *ConsiStory* is `exact`.';

const COMPILED =
  'By `torch.compile` (inductor, an empty cache): the plain step and the two kinds of shared steps; the few others run eagerly. Compilation is the first drawings’ time beyond the best ones’.';

const shapeOf = (race: Measured<RaceResult>): string =>
  `${told(race)} ${race.result.panels} panels, ${race.result.steps} steps, ${race.result.threads || 'all'} threads.`;

const versionsOf = ({ rivals }: RaceResult): Readonly<Record<string, string>> => rivals[0]?.versions ?? {};

function told(
  { circumstances: c }: { readonly circumstances: Circumstances },
  more: Readonly<Record<string, string>> = {},
): string {
  const versions = Object.entries({ ...c.versions, ...more }).map(([name, version]) => `${name} ${version}`);
  return `Measured by \`${c.command}\` at ${c.date.replace('T', ' ')} UTC, ${c.code}: ${c.processor}, ${c.cores} cores, ${(c.memory / 1e9).toFixed(0)} GB; ${versions.join(', ')}. Load average ${c.load[0].toFixed(1)} before, ${c.load[1].toFixed(1)} after.`;
}
