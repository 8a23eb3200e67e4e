import { z } from 'zod';
import { readArguments } from '../read-arguments.ts';
import { STORY_VARIANTS, type StoryVariant, storyVariants } from './story-variants.ts';

const PROVIDERS = ['auto', 'cpu', 'cuda', 'coreml', 'webgpu', 'dml'] as const;
/** What `--quick` takes of the stories. */
const QUICK_STORIES = 4;
const DEFAULT_PLACE = 'test/stories';

export interface StoryOptions {
  /** a file, or a folder of them */
  readonly stories: string;
  /** the first so many of them; undefined: all */
  readonly count: number | undefined;
  readonly variants: readonly StoryVariant[];
  readonly model: string;
  /** undefined: the model's own */
  readonly steps: number | undefined;
  readonly guidance: number | undefined;
  readonly provider: (typeof PROVIDERS)[number];
  readonly threads: number;
  readonly out: string;
  /** the Markdown file; JSON and the best and the worst story's sheets are written beside it */
  readonly report: string;
}

export const STORY_USAGE = `npm run evaluate -- --stories FILE|FOLDER [options]

The story benchmark (docs/story-benchmark.md): stories in the layout of ViStoryBench, measured in its terms.

  --stories PLACE    a story, or a folder of them, such as ${DEFAULT_PLACE}
  --quick            the first ${QUICK_STORIES} stories only
  --variants LIST    how to draw, as for npm run evaluate; those that share something draw with canons
                     default: ${STORY_VARIANTS}
  --steps N          sampling steps; default: the model's own
  --guidance X       classifier-free guidance scale; default: the model's own
  --model FOLDER     default: models/pocket, the only one whose pictures the judge can read
  --provider NAME    ${PROVIDERS.join(', ')}; default: auto
  --threads N        default: 0, all cores
  --out FOLDER       cached pictures and sightings; what is in it is not computed again. Default: out/stories
  --report FILE      default: docs/results/stories.md for all of ${DEFAULT_PLACE}, else report.md in the out folder
`;

const RAW = z.strictObject({
  stories: z.string().min(1),
  quick: z.boolean().default(false),
  variants: z.string().default(STORY_VARIANTS),
  steps: z.coerce.number().int().positive().max(1000).optional(),
  guidance: z.coerce.number().min(1).optional(),
  model: z.string().min(1).default('models/pocket'),
  provider: z.enum(PROVIDERS).default('auto'),
  threads: z.coerce.number().int().nonnegative().default(0),
  out: z.string().min(1).default('out/stories'),
  report: z.string().min(1).optional(),
});

/** Whether `--stories` names a place; a number of stories belongs to the comparison of variants. */
export function asksForStoryBenchmark(args: readonly string[]): boolean {
  const at = args.findIndex((arg) => arg === '--stories' || arg.startsWith('--stories='));
  if (at < 0) return false;
  const place = args[at]?.includes('=') ? args[at].slice('--stories='.length) : args[at + 1];
  return place !== undefined && !/^\d+$/u.test(place);
}

/** @throws UserError `evaluation-options`, `evaluation-variant`, `evaluation-override` */
export function parseStoryOptions(args: readonly string[]): StoryOptions {
  const { quick, variants, stories, out, report, ...rest } = readArguments(
    args,
    RAW,
    ['quick'],
    'options of the story benchmark, as docs/story-benchmark.md lists them',
  );
  const usual = stories.replace(/\/$/u, '') === DEFAULT_PLACE && !quick && rest.model === 'models/pocket';
  return {
    ...rest,
    stories,
    out,
    count: quick ? QUICK_STORIES : undefined,
    variants: storyVariants(variants),
    steps: rest.steps,
    guidance: rest.guidance,
    report: report ?? (usual ? 'docs/results/stories.md' : `${out}/report.md`),
  };
}
