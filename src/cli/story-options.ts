import { parseArgs } from 'node:util';
import { type ConsistencySettings, PAPER_SETTINGS } from '../engine/consistory/settings.ts';
import { UserError } from '../errors/user-error.ts';

const DEFAULT_MODEL = 'models/pocket';
const DEFAULT_OUT = 'story.png';
const DEFAULT_MEMORY_GB = 12;

export const STORY_USAGE = `Draws a story whose characters stay the same.

  npm run story -- --character "a fox wearing a scarf" \\
    --panel "standing in the forest" --panel "reading a book in a bedroom" --seed 7 --out story.png

What is told
  --character TEXT   looks of a character, with a name if you like: "Rusty: a fox wearing a scarf".
                     Repeat it for several; then each panel names who is in it. Asterisks mark the
                     subject where it isn't the first noun: "a *polar bear* cub"
  --panel TEXT       what happens in a panel; repeat it (up to 12)
  --title TEXT       written above the panels
  --canon FILE       a character from an earlier story (repeatable)
  --save-canon FILE  keep this story's characters for later stories

How it is drawn
  --seed N           the same seed gives the same story (default: chosen and printed)
  --model DIR        a model folder in diffusers layout (default: ${DEFAULT_MODEL})
  --style TEXT       words before every panel's prompt, in place of the model's own
  --negative TEXT    what not to draw
  --steps N  --guidance X  --size WxH      in place of the model's own
  --plain            without consistency, from the same noise
  --compare          both, one above the other
  --anchors N|all    how many panels show the others what a character looks like (default: ${PAPER_SETTINGS.anchors})
  --dropout P        share of the subject's tokens that is not shared at a step (default: ${PAPER_SETTINGS.maskDropout})
  --no-sharing  --no-blending  --no-injection      leave out a part of the method

Where and with what
  --out FILE         the picture (default: ${DEFAULT_OUT})
  --columns N        panels in a row
  --debug DIR        write masks, attention, correspondences and similarities as pictures
  --provider NAME    auto, cpu, cuda, webgpu, coreml or dml (default: auto)
  --threads N        threads of the CPU provider (default: all cores)
  --max-memory GB    refuse what would need more (default: ${DEFAULT_MEMORY_GB})
  --help
`;

export type StoryMode = 'consistent' | 'plain' | 'compare';

/** The command line of `npm run story`, read and checked. */
export interface StoryOptions {
  readonly characters: readonly string[];
  readonly panels: readonly string[];
  readonly title: string | undefined;
  readonly canons: readonly string[];
  readonly saveCanon: string | undefined;
  readonly seed: string | undefined;
  readonly model: string;
  readonly style: string | undefined;
  readonly negative: string;
  readonly steps: number | undefined;
  readonly guidance: number | undefined;
  readonly size: { readonly width: number; readonly height: number } | undefined;
  readonly mode: StoryMode;
  readonly settings: ConsistencySettings;
  readonly out: string;
  readonly columns: number | undefined;
  readonly debug: string | undefined;
  readonly provider: string;
  readonly threads: number;
  /** bytes */
  readonly maxMemory: number;
  readonly help: boolean;
}

const MAX_STEPS = 500;
const MAX_GUIDANCE = 50;
const MAX_SIDE = 4096;
const MAX_ANCHORS = 12;

/** @throws UserError `option-unknown`, `option-invalid` */
export function parseStoryOptions(args: readonly string[]): StoryOptions {
  const values = readArguments(args);
  const whole = (name: 'steps' | 'columns' | 'threads', least: number, most: number) =>
    number(name, values[name], least, most, true);
  if (values.plain && values.compare) throw invalid('plain', 'either --plain or --compare', 'both');
  return {
    characters: values.character ?? [],
    panels: values.panel ?? [],
    title: values.title,
    canons: values.canon ?? [],
    saveCanon: values['save-canon'],
    seed: values.seed,
    model: values.model ?? DEFAULT_MODEL,
    style: values.style,
    negative: values.negative ?? '',
    steps: whole('steps', 1, MAX_STEPS),
    guidance: number('guidance', values.guidance, 0, MAX_GUIDANCE),
    size: readSize(values.size),
    mode: values.plain ? 'plain' : values.compare ? 'compare' : 'consistent',
    settings: {
      ...PAPER_SETTINGS,
      sharedAttention: !values['no-sharing'],
      queryBlending: values['no-blending'] ? undefined : PAPER_SETTINGS.queryBlending,
      featureInjection: values['no-injection'] ? undefined : PAPER_SETTINGS.featureInjection,
      maskDropout: number('dropout', values.dropout, 0, 1) ?? PAPER_SETTINGS.maskDropout,
      anchors:
        values.anchors === 'all'
          ? 'all'
          : (number('anchors', values.anchors, 1, MAX_ANCHORS, true) ?? PAPER_SETTINGS.anchors),
    },
    out: values.out ?? DEFAULT_OUT,
    columns: whole('columns', 1, MAX_ANCHORS),
    debug: values.debug,
    provider: values.provider ?? 'auto',
    threads: whole('threads', 1, 1024) ?? 0,
    maxMemory: (number('max-memory', values['max-memory'], 0.1, 10_000) ?? DEFAULT_MEMORY_GB) * 1e9,
    help: values.help ?? false,
  };
}

const text = { type: 'string' } as const;
const texts = { type: 'string', multiple: true } as const;
const flag = { type: 'boolean' } as const;

function readArguments(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      strict: true,
      allowPositionals: false,
      options: {
        character: texts,
        panel: texts,
        canon: texts,
        title: text,
        'save-canon': text,
        seed: text,
        model: text,
        style: text,
        negative: text,
        steps: text,
        guidance: text,
        size: text,
        plain: flag,
        compare: flag,
        anchors: text,
        dropout: text,
        'no-sharing': flag,
        'no-blending': flag,
        'no-injection': flag,
        out: text,
        columns: text,
        debug: text,
        provider: text,
        threads: text,
        'max-memory': text,
        help: flag,
      },
    }).values;
  } catch (error) {
    throw new UserError('option-unknown', {
      expected: 'options that --help lists',
      got: error instanceof Error ? (error.message.split('. ')[0] as string) : String(error),
      todo: 'Put texts in quotes, and see `npm run story -- --help`.',
    });
  }
}

function number(
  name: string,
  value: string | undefined,
  least: number,
  most: number,
  whole = false,
): number | undefined {
  if (value === undefined) return undefined;
  const parsed = value.trim() === '' ? Number.NaN : Number(value);
  if (parsed >= least && parsed <= most && (!whole || Number.isInteger(parsed))) return parsed;
  throw invalid(name, `--${name} to be a ${whole ? 'whole ' : ''}number from ${least} to ${most}`, `"${value}"`);
}

function readSize(value: string | undefined): StoryOptions['size'] {
  if (value === undefined) return undefined;
  const [, width, height] = (/^(\d+)x(\d+)$/u.exec(value) ?? []).map(Number);
  if (width && height && width <= MAX_SIDE && height <= MAX_SIDE) return { width, height };
  throw invalid('size', `--size as WIDTHxHEIGHT, each up to ${MAX_SIDE} pixels`, `"${value}"`);
}

function invalid(option: string, expected: string, got: string): UserError {
  return new UserError('option-invalid', { expected, got, todo: 'See `npm run story -- --help`.', option });
}
