import { parseArgs } from 'node:util';
import { type ConsistencySettings, EXACT_SETTINGS } from '../engine/consistory/settings.ts';
import { SAMPLERS, type SamplerName } from '../engine/schedulers/sampler-names.ts';
import { UserError } from '../errors/user-error.ts';
import { STORY_DEFAULTS } from './story-usage.ts';

export type StoryMode = 'consistent' | 'plain' | 'compare';

export interface LoraOption {
  readonly file: string;
  /** 1: as it was made */
  readonly weight: number;
}

/** The command line of `npm run story`, read and checked. */
export interface StoryOptions {
  readonly characters: readonly string[];
  readonly panels: readonly string[];
  readonly title: string | undefined;
  readonly canons: readonly string[];
  readonly saveCanon: string | undefined;
  readonly seed: string | undefined;
  readonly model: string;
  readonly loras: readonly LoraOption[];
  readonly style: string | undefined;
  readonly negative: string;
  readonly steps: number | undefined;
  readonly guidance: number | undefined;
  readonly sampler: SamplerName | undefined;
  readonly size: { readonly width: number; readonly height: number } | undefined;
  readonly mode: StoryMode;
  /** those that were given; the others are the canon's or the paper's */
  readonly settings: Partial<ConsistencySettings>;
  readonly out: string;
  readonly columns: number | undefined;
  readonly debug: string | undefined;
  readonly provider: string;
  readonly threads: number;
  /** bytes */
  readonly maxMemory: number;
  /** of a GPU's own memory, bytes */
  readonly deviceMemory: number;
  readonly help: boolean;
}

const MAX_STEPS = 500;
const MAX_GUIDANCE = 50;
const MAX_SIDE = 4096;
const MAX_ANCHORS = 12;
const MAX_LORAS = 8;
/** either way: some LoRAs are sliders that go far and have two ends */
const MAX_LORA_WEIGHT = 10;
/** characters of --style and --negative; models read 77 tokens, about 300 characters */
const MAX_TEXT = 1000;

/** @throws UserError `option-unknown`, `option-invalid` */
export function parseStoryOptions(args: readonly string[]): StoryOptions {
  const values = readArguments(args);
  const whole = (name: 'steps' | 'columns' | 'threads', least: number, most: number) =>
    number(name, values[name], least, most, true);
  if (values.plain && values.compare) throw invalid('plain', 'either --plain or --compare', 'both');
  if (values.plain && values['save-canon'] !== undefined) {
    throw invalid('save-canon', '--save-canon with panels that look at each other', '--plain');
  }
  return {
    characters: values.character ?? [],
    panels: values.panel ?? [],
    title: values.title,
    canons: values.canon ?? [],
    saveCanon: values['save-canon'],
    seed: values.seed,
    model: values.model ?? STORY_DEFAULTS.model,
    loras: readLoras(values.lora ?? []),
    style: short('style', values.style),
    negative: short('negative', values.negative) ?? '',
    steps: whole('steps', 1, MAX_STEPS),
    guidance: number('guidance', values.guidance, 0, MAX_GUIDANCE),
    sampler: readSampler(values.sampler),
    size: readSize(values.size),
    mode: values.plain ? 'plain' : values.compare ? 'compare' : 'consistent',
    settings: readSettings(values),
    out: values.out ?? STORY_DEFAULTS.out,
    columns: whole('columns', 1, MAX_ANCHORS),
    debug: values.debug,
    provider: values.provider ?? 'auto',
    threads: whole('threads', 1, 1024) ?? 0,
    maxMemory: (number('max-memory', values['max-memory'], 0.1, 10_000) ?? STORY_DEFAULTS.memoryGb) * 1e9,
    deviceMemory: (number('device-memory', values['device-memory'], 0.1, 10_000) ?? STORY_DEFAULTS.memoryGb) * 1e9,
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
        lora: texts,
        style: text,
        negative: text,
        steps: text,
        guidance: text,
        sampler: text,
        size: text,
        plain: flag,
        compare: flag,
        anchors: text,
        dropout: text,
        'no-sharing': flag,
        'no-blending': flag,
        'no-injection': flag,
        exact: flag,
        out: text,
        columns: text,
        debug: text,
        provider: text,
        threads: text,
        'max-memory': text,
        'device-memory': text,
        help: flag,
      },
    }).values;
  } catch (error) {
    throw new UserError('option-unknown', {
      expected: 'options that --help lists',
      got: error instanceof Error ? (error.message.split(/\.\s/u)[0] as string) : String(error),
      todo: 'Put texts in quotes, and see `npm run story -- --help`.',
    });
  }
}

function readSettings(values: ReturnType<typeof readArguments>): Partial<ConsistencySettings> {
  const maskDropout = number('dropout', values.dropout, 0, 1);
  const anchors = values.anchors === 'all' ? 'all' : number('anchors', values.anchors, 1, MAX_ANCHORS, true);
  return {
    ...(values['no-sharing'] && { sharedAttention: false }),
    ...(values['no-blending'] && { queryBlending: undefined }),
    ...(values.exact && { featureInjection: EXACT_SETTINGS.featureInjection }),
    ...(values['no-injection'] && { featureInjection: undefined }),
    ...(maskDropout !== undefined && { maskDropout }),
    ...(anchors !== undefined && { anchors }),
  };
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

function short(name: 'style' | 'negative', value: string | undefined): string | undefined {
  if (value === undefined || value.length <= MAX_TEXT) return value;
  throw invalid(name, `--${name} of at most ${MAX_TEXT} characters`, `${value.length}`);
}

function readLoras(values: readonly string[]): LoraOption[] {
  if (values.length > MAX_LORAS) throw invalid('lora', `at most ${MAX_LORAS} --lora`, `${values.length}`);
  return values.map((value) => {
    // what follows the last colon is a weight unless it goes on as a path, as after the drive of C:\loras\noir.safetensors
    const [, file = value, weight = '1'] = /^(.*):([^/\\:]*)$/su.exec(value) ?? [];
    const parsed = weight.trim() === '' ? Number.NaN : Number(weight);
    if (file !== '' && Math.abs(parsed) <= MAX_LORA_WEIGHT) return { file, weight: parsed };
    throw invalid('lora', `--lora FILE or FILE:WEIGHT, with a weight up to ${MAX_LORA_WEIGHT}`, `"${value}"`);
  });
}

function readSampler(value: string | undefined): SamplerName | undefined {
  const known = SAMPLERS.find((name) => name === value);
  if (value === undefined || known) return known;
  throw invalid('sampler', `--sampler to be one of ${SAMPLERS.join(', ')}`, `"${value}"`);
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
