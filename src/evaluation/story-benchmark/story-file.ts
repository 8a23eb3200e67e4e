import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { UserError } from '../../errors/user-error.ts';
import { type Character, createCharacter } from '../../story/character.ts';
import { findMentions } from '../../story/panel-script.ts';
import { MAX_CHARACTERS } from '../../story/story-script.ts';

/** A story of the benchmark (docs/story-benchmark.md). */
export interface BenchmarkStory {
  /** the name of its file, without `.json` */
  readonly id: string;
  readonly title: string;
  /** of the story's noise; its characters' canons have seeds of their own */
  readonly seed: bigint;
  readonly characters: readonly Character[];
  readonly shots: readonly Shot[];
}

export interface Shot {
  readonly plot: string;
  readonly setting: string;
  /** who does what, characters by their names; the camera is ignored */
  readonly description: string;
  /** names of the characters that appear, each of which the description names */
  readonly onStage: readonly string[];
}

const SEED_LIMIT = 2 ** 32;
const LONGEST = 2000;
/** ViStoryBench gives texts in several languages, `{ "en": … }`; a plain text is taken, too. */
const text = z
  .union([z.string(), z.looseObject({ en: z.string() }).transform(({ en }) => en)])
  .pipe(z.string().trim().max(LONGEST));
const names = z.union([z.array(z.string()), z.looseObject({ en: z.array(z.string()) }).transform(({ en }) => en)]);

const schema = z.looseObject({
  Title: text.optional(),
  seed: z
    .int()
    .min(0)
    .max(SEED_LIMIT - 1)
    .default(0),
  Characters: z.record(z.string().min(1), z.looseObject({ name_en: z.string().optional(), prompt_en: text })),
  Shots: z
    .array(
      z.looseObject({
        'Plot Correspondence': text.default(''),
        'Setting Description': text.default(''),
        'Static Shot Description': text,
        'Characters Appearing': names,
      }),
    )
    .min(1),
});

/**
 * Reads a story, or all stories of a folder in the order of their names.
 * @throws UserError `story-file` for what is no story in the layout of ViStoryBench, naming the file
 */
export async function readStories(place: string): Promise<BenchmarkStory[]> {
  const found = await stat(place).catch(() => undefined);
  if (!found) throw refused(place, 'nothing there');
  const files = found.isDirectory()
    ? (await readdir(place)).filter((name) => name.endsWith('.json')).map((name) => path.join(place, name))
    : [place];
  if (files.length === 0) throw refused(place, 'a folder without .json files');
  return Promise.all(files.sort().map(async (file) => parseStory(await readFile(file, 'utf8'), file)));
}

/** @throws UserError `story-file`, and those of createCharacter */
export function parseStory(json: string, file: string): BenchmarkStory {
  const parsed = schema.safeParse(parseJson(json, file));
  if (!parsed.success) throw refused(file, z.prettifyError(parsed.error));
  const { Title, seed, Characters, Shots } = parsed.data;
  const entries = Object.entries(Characters);
  if (entries.length > MAX_CHARACTERS) throw refused(file, `${entries.length} characters, more than ${MAX_CHARACTERS}`);
  const characters = entries.map(([key, { name_en, prompt_en }]) => createCharacter(name_en ?? key, prompt_en));
  const nameOf = new Map(entries.flatMap(([key], i) => (characters[i] ? [[key, characters[i].name]] : [])));
  for (const { name } of characters) nameOf.set(name, name);
  const shots = Shots.map((shot, i): Shot => {
    const onStage = shot['Characters Appearing'].map((name) => {
      const known = nameOf.get(name);
      if (known === undefined) throw refused(file, `"${name}" in shot ${i + 1}, whom Characters does not describe`);
      return known;
    });
    if (onStage.length === 0) throw refused(file, `nobody on stage in shot ${i + 1}`);
    return {
      plot: shot['Plot Correspondence'],
      setting: shot['Setting Description'],
      description: naming(onStage, characters, shot['Static Shot Description']),
      onStage: [...new Set(onStage)],
    };
  });
  return {
    id: path.basename(file, '.json'),
    title: Title ?? path.basename(file, '.json'),
    seed: BigInt(seed),
    characters,
    shots,
  };
}

/** A panel's text says who is in it: those on stage whom the description leaves out are put before it. */
function naming(onStage: readonly string[], characters: readonly Character[], description: string): string {
  const named = new Set(findMentions(description, characters).map(({ character }) => character.name));
  const unnamed = onStage.filter((name) => !named.has(name));
  return [unnamed.join(' and '), description].filter((part) => part !== '').join(' ');
}

function parseJson(json: string, file: string): unknown {
  try {
    return JSON.parse(json);
  } catch (error) {
    throw refused(file, (error as Error).message);
  }
}

function refused(file: string, got: string): UserError {
  return new UserError('story-file', {
    expected: `${file} to be a story in the layout of ViStoryBench, or a folder of such`,
    got,
    todo: 'See docs/story-benchmark.md for the layout, and test/stories/ for examples.',
    file,
  });
}
