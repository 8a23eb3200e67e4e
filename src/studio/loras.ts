import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { fileStamp } from '../engine/weights/file-stamp.ts';
import { insideFolder } from '../engine/weights/inside-folder.ts';
import { type Lora, openLora } from '../engine/weights/lora.ts';
import { adaptedIdentity, inOrder, loraHash, type WeightedLora } from '../engine/weights/lora-identity.ts';
import { adaptedWeights } from '../engine/weights/lora-targets.ts';
import { UserError } from '../errors/user-error.ts';
import type { StudioModel } from './models.ts';
import type { StoredLora } from './recipe.ts';

/** A LoRA as somebody asks for it. */
export interface LoraRequest {
  readonly name: string;
  /** 1: as it was made */
  readonly weight: number;
}

/** A LoRA that a story is drawn with, looked through for its model. */
export interface ChosenLora extends WeightedLora {
  readonly lora: Lora;
}

/** The LoRAs of this installation, as they are now: `.safetensors` files in one folder. */
export interface LoraShelf {
  /** The names of those that are for a model. */
  fitting(model: StudioModel): readonly string[];
  /** The one whose `loraKey` this is; undefined if it is no more. */
  nameOf(key: string): string | undefined;
  /**
   * Those that people ask for.
   * @throws UserError `lora-unknown`, `lora-unsuited`, `lora-unusable`, `lora-twice`
   */
  choose(wanted: readonly LoraRequest[], model: StudioModel): Promise<readonly ChosenLora[]>;
  /**
   * Those that a story is drawn with. One that was trained anew under its old name isn't the same.
   * @throws UserError `lora-gone`, `lora-unsuited`, `lora-unusable`
   */
  find(stored: readonly StoredLora[], model: StudioModel): Promise<readonly ChosenLora[]>;
}

/** Longer names would not fit into a custom id of Discord's beside all else that a form takes along. */
export const MAX_LORA_NAME = 60;
/** either way: some LoRAs are sliders that go far and have two ends */
export const MAX_LORA_WEIGHT = 10;
const ENDING = '.safetensors';
/** Names are shown, typed and sent along in custom ids; none of them is ever made into a path. */
const UNUSABLE = /[|\\/\p{Cc}]|^\.|^$/u;
const KEY_DIGITS = 12;

/** Stands for a LoRA's name where there is little room. */
export function loraKey(name: string): string {
  return createHash('sha256').update(name).digest('hex').slice(0, KEY_DIGITS);
}

/** @throws UserError `lora-unknown` for what can't be the name of one */
export function assertLoraName(name: string): void {
  if (!isName(name)) throw unknown(name, []);
}

export function storedLora({ name, hash, weight }: WeightedLora): StoredLora {
  return { name, hash, weight };
}

/** The name and hash under which a model with LoRAs draws: another model, as far as canons are concerned. */
export function drawingIdentity(model: StudioModel, hash: string, loras: readonly WeightedLora[]) {
  return adaptedIdentity({ name: model.name, hash }, loras);
}

export function openLoraShelf(folder: string): LoraShelf {
  const hashes = new Map<string, Promise<string>>();
  const opened = new Map<string, Lora | UserError>();

  /** By name; a file's name is only ever one that the folder itself lists. */
  function files(): Map<string, string> {
    const entries = fs.existsSync(folder) ? fs.readdirSync(folder).sort() : [];
    const named = entries
      .filter((entry) => entry.toLowerCase().endsWith(ENDING))
      .map((entry) => [entry.slice(0, -ENDING.length), entry] as const)
      .filter(([name]) => isName(name));
    return new Map(named);
  }

  function look(entry: string, model: StudioModel): Lora | UserError {
    const key = [entry, fileStamp(path.join(folder, entry)), model.folder, model.version].join('\n');
    const known = opened.get(key) ?? openOrRefuse(folder, entry, model);
    opened.set(key, known);
    return known;
  }

  function hashOf(entry: string): Promise<string> {
    const file = path.join(folder, entry);
    const key = `${entry}\n${fileStamp(file)}`;
    const reading = hashes.get(key) ?? loraHash(file);
    hashes.set(key, reading);
    reading.catch(() => hashes.delete(key));
    return reading;
  }

  async function open(entry: string, name: string, weight: number, model: StudioModel): Promise<ChosenLora> {
    const lora = look(entry, model);
    if (lora instanceof UserError) throw refusal(name, model, lora);
    return { file: lora.file, name, hash: await hashOf(entry), weight, lora };
  }

  const shelf: LoraShelf = {
    fitting: (model) =>
      [...files()].flatMap(([name, entry]) => (look(entry, model) instanceof UserError ? [] : [name])),
    nameOf: (key) => [...files().keys()].find((name) => loraKey(name) === key),
    async choose(wanted, model) {
      const known = files();
      const chosen = wanted.map(({ name: typed, weight }) => {
        const name = [...known.keys()].find((each) => sameName(each, typed));
        const entry = name === undefined ? undefined : known.get(name);
        if (name === undefined || entry === undefined) throw unknown(typed, shelf.fitting(model));
        return open(entry, name, weight, model);
      });
      return inOrder(await Promise.all(chosen)) as ChosenLora[];
    },
    async find(stored, model) {
      const known = files();
      const found = stored.map(async ({ name, hash, weight }) => {
        const entry = known.get(name);
        const lora = entry === undefined ? undefined : await open(entry, name, weight, model);
        if (lora?.hash !== hash) throw gone(name);
        return lora;
      });
      return Promise.all(found);
    },
  };
  return shelf;
}

function isName(name: string): boolean {
  return name.length <= MAX_LORA_NAME && !UNUSABLE.test(name);
}

function sameName(name: string, typed: string): boolean {
  const fold = (text: string) => text.normalize('NFC').trim().toLowerCase();
  return fold(name) === fold(typed);
}

function openOrRefuse(folder: string, entry: string, { opened }: StudioModel): Lora | UserError {
  try {
    // A link that leads out of the folder would be another file than the one whose name is offered.
    const file = insideFolder(folder, entry);
    return openLora(file ?? path.join(folder, entry), adaptedWeights(opened));
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
}

/** Of the errors of openLora, those that say that it is for another model. */
const FOR_ANOTHER = new Set(['lora-unmatched', 'lora-shape']);

function refusal(name: string, model: StudioModel, problem: UserError): UserError {
  const { got, todo } = problem.context;
  const isForAnother = FOR_ANOTHER.has(problem.code);
  return new UserError(
    isForAnother ? 'lora-unsuited' : 'lora-unusable',
    {
      expected: isForAnother ? `the LoRA ${name} to be for the model ${model.name}` : `${name} to be a LoRA`,
      got,
      todo,
      lora: name,
      model: model.name,
      problem: problem.code,
    },
    { cause: problem },
  );
}

function unknown(typed: string, names: readonly string[]): UserError {
  return new UserError('lora-unknown', {
    expected: names.length > 0 ? `one of the LoRAs ${names.join(', ')}` : 'the name of a LoRA for this model',
    got: `"${typed}"`,
    todo: 'Choose one that is offered while you type.',
    lora: typed,
    loras: names,
  });
}

function gone(name: string): UserError {
  return new UserError('lora-gone', {
    expected: `the LoRA ${name} to be as it was when the story was made`,
    got: 'another file, or none',
    todo: 'Put it back into the folder of LoRAs, or make the story anew.',
    lora: name,
  });
}
