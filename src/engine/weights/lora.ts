import fs from 'node:fs';
import path from 'node:path';
import { UserError } from '../../errors/user-error.ts';
import { adapterFamily } from './lora-family.ts';
import { isAdapter, type LoraRole, otherAdapterKind, parseLoraKey } from './lora-keys.ts';
import { type ScaleOf, scaleFromMetadata } from './lora-scale.ts';
import { type AdaptedPart, type AdaptedWeights, type LoraTarget, loraTargets } from './lora-targets.ts';
import { readSafetensorsFile, readTensor } from './safetensors.ts';
import { kindOf } from './single-file/identify.ts';
import { toFloat32 } from './tensor-data.ts';
import type { TensorEntry, TensorIndex } from './tensor-index.ts';

/** A change of low rank of one module's weight: W + weight * scale * up * down. */
export interface LowRankUpdate {
  /** [r, C], or [r, C, k, k] of a convolution */
  readonly down: TensorEntry;
  /** [N, r]; a file may have it as [N, r, 1, 1] */
  readonly up: TensorEntry;
  /** alpha / r */
  readonly scale: number;
}

/** A LoRA of a model: where its matrices lie, by part and module. Nothing but alphas is read yet. */
export interface Lora {
  /** absolute path */
  readonly file: string;
  /** of the file, for people */
  readonly name: string;
  readonly updates: Readonly<Record<AdaptedPart, ReadonlyMap<string, LowRankUpdate>>>;
}

/** A file that can run code when it is opened, which Troupe never does. */
const PICKLE = /\.(?:bin|ckpt|pt|pth|pkl)$/iu;
const FLOATS: ReadonlySet<string> = new Set(['float16', 'bfloat16', 'float32', 'float64']);
const SHOWN_NAMES = 3;

type Named = Partial<Record<LoraRole, TensorEntry>>;

/**
 * Reads the header of a LoRA and finds the module of every one of its matrices.
 * @param weights of the model that it is for
 * @throws UserError `lora-file` (no LoRA at all), `lora-format` (an adapter of another kind), `lora-unmatched` and
 *   `lora-shape` (of another family of models), `lora-incomplete`, and those of `readSafetensorsHeader`
 */
export function openLora(file: string, weights: AdaptedWeights): Lora {
  const absolute = path.resolve(file);
  const { tensors, metadata } = readFile(absolute, file);
  const other = [...tensors.keys()].map(otherAdapterKind).find((kind) => kind !== undefined);
  if (other !== undefined) {
    throw new UserError('lora-format', {
      expected: `${file} to be a LoRA of linear layers and convolutions`,
      got: other,
      todo: 'Use a LoRA, or merge this adapter into a model with the program that made it.',
      file,
    });
  }
  const modules = new Map<string, Named>();
  const strange: string[] = [];
  for (const [name, entry] of tensors) {
    const key = parseLoraKey(name);
    if (!key) strange.push(name);
    else modules.set(key.module, { ...modules.get(key.module), [key.role]: entry });
  }

  const targets = loraTargets(weights);
  const unmatched = [...strange, ...[...modules.keys()].filter((module) => !targets.has(module))];
  if (unmatched.length > 0) throw misfit('lora-unmatched', file, tensors.keys(), modules, unmatched);
  const scaleOf = scaleFromMetadata(metadata, file);
  const updates: Record<AdaptedPart, Map<string, LowRankUpdate>> = {
    unet: new Map(),
    text_encoder: new Map(),
    text_encoder_2: new Map(),
  };
  for (const [name, named] of modules) {
    const target = targets.get(name) as LoraTarget;
    const { part, module } = target;
    const update = updateOf(file, name, named, target, scaleOf, () =>
      misfit('lora-shape', file, tensors.keys(), modules, [name]),
    );
    if (updates[part].has(module)) throw incomplete(file, name, 'with one update of each layer', `two of "${name}"`);
    updates[part].set(module, update);
  }
  return { file: absolute, name: path.basename(file, path.extname(file)), updates };
}

function readFile(absolute: string, file: string): ReturnType<typeof readSafetensorsFile> {
  const refuse = (got: string, todo: string) =>
    new UserError('lora-file', { expected: `${file} to be a LoRA in a .safetensors file`, got, todo, file });
  if (PICKLE.test(file)) {
    throw refuse(
      `a pickle (${path.extname(file)})`,
      'Pickles are never opened, because opening one can run code hidden in it. Fetch the .safetensors file.',
    );
  }
  const found = fs.statSync(absolute, { throwIfNoEntry: false });
  if (!found) throw refuse('no such file', 'Check the path of the LoRA.');
  if (found.isDirectory()) throw refuse('a folder', 'Give the file in it, such as pytorch_lora_weights.safetensors.');
  const header = readSafetensorsFile(absolute);
  if (isAdapter(header.tensors.keys())) return header;
  throw refuse(kindOfTensors(header.tensors), 'Give a LoRA here; a model to draw with is given with --model.');
}

function kindOfTensors(tensors: TensorIndex): string {
  const names = [...tensors.keys()];
  if (names.includes('anchors.0.latents')) return 'a canon of Troupe, which is given with --canon';
  if (names.some((name) => name.startsWith('model.diffusion_model.'))) return 'a whole model in a single file';
  return (
    kindOf(tensors)?.what ?? `${names.length} tensors of something else (${names.slice(0, SHOWN_NAMES).join(', ')})`
  );
}

function updateOf(
  file: string,
  name: string,
  { down, up, alpha }: Named,
  { part, module, weight }: LoraTarget,
  scaleOf: ScaleOf,
  misshapen: () => UserError,
): LowRankUpdate {
  if (!down || !up) throw incomplete(file, name, 'with both matrices of each layer', `only one of "${name}"`);
  const [out, ...from] = withoutKernelOfOne(weight.shape) as [number, ...number[]];
  const rank = down.shape[0] ?? 0;
  const fits =
    rank > 0 &&
    withoutKernelOfOne(down.shape).join() === [rank, ...from].join() &&
    withoutKernelOfOne(up.shape).join() === [out, rank].join();
  if (!fits) throw misshapen();
  const strange = [down, up].find(({ type }) => !FLOATS.has(type));
  if (strange) throw incomplete(file, name, 'of floating point numbers', `${strange.type} in "${name}"`);
  const scale = alpha ? readAlpha(file, name, alpha) / rank : scaleOf(part, module, rank);
  return { down, up, scale };
}

/** [N, C, 1, 1] is the matrix [N, C]: models and adapters write one or the other. */
function withoutKernelOfOne(shape: readonly number[]): readonly number[] {
  return shape.length === 4 && shape[2] === 1 && shape[3] === 1 ? shape.slice(0, 2) : shape;
}

function readAlpha(file: string, name: string, entry: TensorEntry): number {
  const isNumber = entry.shape.every((dim) => dim === 1);
  const stored = isNumber ? readTensor(entry) : undefined;
  const alpha = stored && Number(stored.data instanceof BigInt64Array ? stored.data[0] : toFloat32(stored)[0]);
  if (alpha !== undefined && Number.isFinite(alpha)) return alpha;
  const got = `${alpha ?? `${entry.type} [${entry.shape}]`} for "${name}"`;
  throw incomplete(file, name, 'with a finite number for each alpha', got);
}

function incomplete(file: string, module: string, expected: string, got: string): UserError {
  const todo = 'Fetch the file again, or ask whoever made it for one that is whole.';
  return new UserError('lora-incomplete', { expected: `${file} to be a LoRA ${expected}`, got, todo, file, module });
}

function misfit(
  code: 'lora-unmatched' | 'lora-shape',
  file: string,
  names: Iterable<string>,
  modules: ReadonlyMap<string, Named>,
  misfits: readonly string[],
): UserError {
  const family = adapterFamily(names, modules);
  const shown = misfits.slice(0, SHOWN_NAMES).join(', ');
  const more = misfits.length > SHOWN_NAMES ? ', …' : '';
  const why = code === 'lora-unmatched' ? 'have no place in the model' : 'are of another size in the model';
  return new UserError(code, {
    expected: `${file} to be a LoRA for this model`,
    got: `${family}: ${misfits.length} of its ${modules.size} layers ${why} (${shown}${more})`,
    todo: 'Choose a LoRA for the model, or a model of the family that the LoRA was made for.',
    file,
    modules: misfits,
  });
}
