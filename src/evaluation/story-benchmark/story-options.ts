import { z } from 'zod';
import { DRAWING_OPTIONS, DRAWING_USAGE, type DrawingOptions, POCKET } from '../drawing-options.ts';
import { readArguments } from '../read-arguments.ts';
import { STORY_VARIANTS, type StoryVariant, storyVariants } from './story-variants.ts';

/** What `--quick` takes of the stories. */
const QUICK_STORIES = 4;
const DEFAULT_PLACE = 'test/stories';

/** Who reads the pictures: the judge of the pocket's world, or what masks of attention cut out of any model's. */
export const READERS = ['judge', 'masks'] as const;

export interface StoryOptions extends DrawingOptions {
  /** a file, or a folder of them */
  readonly stories: string;
  /** the first so many of them; undefined: all */
  readonly count: number | undefined;
  readonly variants: readonly StoryVariant[];
  /** undefined: the judge where it knows the model's world */
  readonly reader: (typeof READERS)[number] | undefined;
  /** folder or name of a CLIP; undefined: the only one installed */
  readonly clip: string | undefined;
  /** likewise of a CLIPSeg */
  readonly clipseg: string | undefined;
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
  --reader NAME      ${READERS.join(' or ')}: who reads the pictures; default: the judge where it knows the model's
                     world (the pocket's), else masks of attention, with a CLIP where one is installed
  --clip NAME        an installed CLIP (or a folder); default: the only one there is. Or: none
  --clipseg NAME     a CLIPSeg, likewise, that says where characters are in place of attention
${DRAWING_USAGE}
  --out FOLDER       cached pictures and sightings; what is in it is not computed again. Default: out/stories
  --report FILE      default: docs/results/stories.md for all of ${DEFAULT_PLACE}, else stories.md in the out folder
`;

const RAW = z.strictObject({
  stories: z.string().min(1),
  quick: z.boolean().default(false),
  variants: z.string().default(STORY_VARIANTS),
  reader: z.enum(READERS).optional(),
  clip: z.string().min(1).optional(),
  clipseg: z.string().min(1).optional(),
  ...DRAWING_OPTIONS,
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
  const isPocket = rest.model === undefined || rest.model === POCKET;
  const isUsual =
    stories.replace(/\/$/u, '') === DEFAULT_PLACE && !quick && isPocket && rest.size === undefined && !rest.reader;
  return {
    ...rest,
    stories,
    out,
    reader: rest.reader,
    clip: rest.clip,
    clipseg: rest.clipseg,
    count: quick ? QUICK_STORIES : undefined,
    variants: storyVariants(variants),
    report: report ?? (isUsual ? 'docs/results/stories.md' : `${out}/stories.md`),
  };
}
