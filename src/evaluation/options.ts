import { z } from 'zod';
import { readArguments } from './read-arguments.ts';
import { OVERRIDES } from './setting-overrides.ts';
import { type EvaluationStory, QUICK_STORIES, STORIES } from './stories.ts';
import { SWEEPS, type Sweep, sweepOf } from './sweeps.ts';
import { BASES, FULL_VARIANTS, parseVariants, QUICK_VARIANTS, type Variant } from './variants.ts';

const PROVIDERS = ['auto', 'cpu', 'cuda', 'coreml', 'webgpu', 'dml'] as const;

export interface EvaluationOptions {
  readonly quick: boolean;
  /** undefined: variants by themselves */
  readonly sweep: Sweep | undefined;
  readonly model: string;
  readonly variants: readonly Variant[];
  readonly stories: readonly EvaluationStory[];
  readonly runs: number;
  /** undefined: the model's own */
  readonly steps: number | undefined;
  readonly guidance: number | undefined;
  readonly provider: (typeof PROVIDERS)[number];
  readonly threads: number;
  /** folder or name of a CLIP, for CLIP-I and CLIP-T; undefined: the only one installed */
  readonly clip: string | undefined;
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

  --quick            ${QUICK_STORIES} stories, ${QUICK_RUNS} runs, ${QUICK_STEPS} steps: some minutes on two cores
  --variants LIST    how to draw, separated by commas; plain is always among them
                     default with --quick: ${QUICK_VARIANTS}
                     and else: ${FULL_VARIANTS}
  --sweep NAME       the variants that answer a question: ${SWEEPS.map((sweep) => sweep.name).join(', ')}
                     ${SWEEP_RUNS} run, ${QUICK_STEPS} steps, report in docs/results/sweep-NAME.md
  --stories N        the first N of ${STORIES.length} stories
  --runs N           runs of every story, each with a seed of its own
  --steps N          sampling steps; default: the model's own
  --guidance X       classifier-free guidance scale; default: the model's own
  --model FOLDER     default: models/pocket
  --provider NAME    ${PROVIDERS.join(', ')}; default: auto
  --threads N        default: 0, all cores
  --clip NAME        an installed CLIP (or a folder) for CLIP-I and CLIP-T; default: the only one there is. Or: none
  --out FOLDER       cached results and pictures; what is in it is not computed again. Default: out/evaluate
  --report FILE      default: docs/results/quick.md or full.md, and report.md in the out folder where any
                     option but --quick, --sweep, --out, --provider and --threads was given

A variant is a base, or a base with other settings, such as all+anchors=all+dropout=0.25.
Bases:
${Object.entries(BASES)
  .map(([name, { about }]) => `  ${name.padEnd(18)} ${about}`)
  .join('\n')}
Settings:
${OVERRIDES.map(({ name, takes }) => `  ${name.padEnd(18)} ${takes}`).join('\n')}
`;

const COUNT = z.coerce.number().int().positive();
const RAW = z.strictObject({
  help: z.boolean().default(false),
  quick: z.boolean().default(false),
  variants: z.string().optional(),
  sweep: z.string().optional(),
  stories: COUNT.max(STORIES.length).optional(),
  runs: COUNT.max(99).optional(),
  steps: COUNT.max(1000).optional(),
  guidance: z.coerce.number().min(1).optional(),
  model: z.string().min(1).optional(),
  provider: z.enum(PROVIDERS).default('auto'),
  threads: z.coerce.number().int().nonnegative().default(0),
  clip: z.string().min(1).optional(),
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
  const { quick, variants, stories, runs, steps, guidance, model, provider, threads, clip, out } = raw;
  const sweep = raw.sweep === undefined ? undefined : sweepOf(raw.sweep);
  const usual = [variants, stories, runs, steps, guidance, model, clip].every((option) => option === undefined);
  const some = quick || sweep !== undefined;
  const name = sweep ? `sweep-${sweep.name}` : quick ? 'quick' : 'full';
  return {
    quick: some,
    sweep,
    model: model ?? 'models/pocket',
    variants: parseVariants(variants ?? sweep?.variants.join() ?? (quick ? QUICK_VARIANTS : FULL_VARIANTS)),
    stories: (sweep?.stories ?? STORIES).slice(0, stories ?? (some ? QUICK_STORIES : undefined)),
    runs: runs ?? (sweep ? SWEEP_RUNS : quick ? QUICK_RUNS : FULL_RUNS),
    steps: steps ?? (some ? QUICK_STEPS : undefined),
    guidance,
    provider,
    threads,
    clip,
    out,
    report: raw.report ?? (usual ? `docs/results/${name}.md` : `${out}/report.md`),
  };
}
