import { z } from 'zod';
import { COUNT, DRAWING_OPTIONS, DRAWING_USAGE, type DrawingOptions } from './drawing-options.ts';
import { readArguments } from './read-arguments.ts';
import { OVERRIDES } from './setting-overrides.ts';
import { type EvaluationStory, QUICK_STORIES, STORIES } from './stories.ts';
import { SWEEPS, type Sweep, sweepOf } from './sweeps.ts';
import { BASES, FULL_VARIANTS, parseVariants, QUICK_VARIANTS, type Variant } from './variants.ts';

export interface EvaluationOptions extends DrawingOptions {
  readonly quick: boolean;
  /** undefined: variants by themselves */
  readonly sweep: Sweep | undefined;
  readonly variants: readonly Variant[];
  readonly stories: readonly EvaluationStory[];
  readonly runs: number;
  /** steps, where `steps` names none and the model's own are more; undefined: the model's own */
  readonly mostSteps: number | undefined;
  /** folder or name of a CLIP, for CLIP-I and CLIP-T; undefined: the only one installed */
  readonly clip: string | undefined;
  /** the same of a DreamSim */
  readonly dreamsim: string | undefined;
  /** folder of cached results, pictures and, unless `report` says else, the report */
  readonly out: string;
  /** the Markdown file; a JSON file is written beside it */
  readonly report: string;
}

/** Fewer steps, but as many as the pocket draws fair pictures with (models/pocket/README.md). */
const QUICK_STEPS = 20;
const QUICK_RUNS = 2;
const FULL_RUNS = 3;
const SWEEP_RUNS = 1;

export const USAGE = `npm run evaluate -- [options]

  --quick            ${QUICK_STORIES} stories, ${QUICK_RUNS} runs, ${QUICK_STEPS} steps or the model's own fewer: some minutes on two cores
  --variants LIST    how to draw, separated by commas; plain is always among them
                     default with --quick: ${QUICK_VARIANTS}
                     and else: ${FULL_VARIANTS}
  --sweep NAME       the variants that answer a question: ${SWEEPS.map((sweep) => sweep.name).join(', ')}
                     ${SWEEP_RUNS} run, ${QUICK_STEPS} steps or fewer, report in docs/results/sweep-NAME.md
  --stories N        the first N of ${STORIES.length} stories
  --runs N           runs of every story, each with a seed of its own
  --panels N         the first N panels of every story, two or more
${DRAWING_USAGE}
  --clip NAME        an installed CLIP (or a folder) for CLIP-I and CLIP-T; default: the only one there is. Or: none
  --dreamsim NAME    a DreamSim, likewise (docs/evaluation.md)
  --out FOLDER       cached results and pictures; what is in it is not computed again. Default: out/evaluate
  --report FILE      default: docs/results/quick.md, full.md or sweep-NAME.md; the same in the out folder where any
                     option but --quick, --sweep, --out, --provider, --threads and limits of memory was given, and
                     report.md there with --variants

A variant is a base, or a base with other settings, such as all+anchors=all+dropout=0.25.
Bases:
${Object.entries(BASES)
  .map(([name, { about }]) => `  ${name.padEnd(18)} ${about}`)
  .join('\n')}
Settings:
${OVERRIDES.map(({ name, takes }) => `  ${name.padEnd(18)} ${takes}`).join('\n')}
`;

const RAW = z.strictObject({
  help: z.boolean().default(false),
  quick: z.boolean().default(false),
  variants: z.string().optional(),
  sweep: z.string().optional(),
  stories: COUNT.max(STORIES.length).optional(),
  runs: COUNT.max(99).optional(),
  panels: COUNT.min(2).optional(),
  ...DRAWING_OPTIONS,
  clip: z.string().min(1).optional(),
  dreamsim: z.string().min(1).optional(),
  out: z.string().min(1).default('out/evaluate'),
  report: z.string().min(1).optional(),
});

/**
 * @returns undefined if only help is wanted
 * @throws UserError `evaluation-options`, `evaluation-sweep`, `evaluation-variant`, `evaluation-override`
 */
export function parseOptions(args: readonly string[]): EvaluationOptions | undefined {
  const raw = readArguments(args, RAW, ['quick', 'help'], 'options as `npm run evaluate -- --help` lists them');
  if (raw.help) return undefined;
  const { quick, variants, stories, runs, panels, clip, dreamsim, out, ...drawing } = raw;
  const { model, steps, guidance, size } = drawing;
  const sweep = raw.sweep === undefined ? undefined : sweepOf(raw.sweep);
  const usual = [variants, stories, runs, panels, steps, guidance, size, model, clip, dreamsim].every(
    (option) => option === undefined,
  );
  const some = quick || sweep !== undefined;
  const name = sweep ? `sweep-${sweep.name}` : quick ? 'quick' : 'full';
  const chosen = (sweep?.stories ?? STORIES).slice(0, stories ?? (some ? QUICK_STORIES : undefined));
  return {
    ...drawing,
    quick: some,
    sweep,
    variants: parseVariants(variants ?? sweep?.variants.join() ?? (quick ? QUICK_VARIANTS : FULL_VARIANTS)),
    stories: chosen.map((story) => ({ ...story, panels: story.panels.slice(0, panels) })),
    runs: runs ?? (sweep ? SWEEP_RUNS : quick ? QUICK_RUNS : FULL_RUNS),
    mostSteps: some ? QUICK_STEPS : undefined,
    clip,
    dreamsim,
    out,
    report: raw.report ?? `${usual ? 'docs/results' : out}/${variants === undefined ? name : 'report'}.md`,
  };
}
