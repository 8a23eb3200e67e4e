import { z } from 'zod';
import { UserError } from '../errors/user-error.ts';

/** full precision, or diffusers' name of half precision */
export type Variant = 'full' | 'fp16';

export interface ListedFile {
  readonly path: string;
  readonly size: number;
}

const WEIGHTED = {
  unet: 'diffusion_pytorch_model',
  vae: 'diffusion_pytorch_model',
  text_encoder: 'model',
  text_encoder_2: 'model',
  // a tiny decoder for previews that somebody put there
  taesd: 'diffusion_pytorch_model',
  vae_preview: 'diffusion_pytorch_model',
};
const TOKENIZERS = ['tokenizer', 'tokenizer_2'];
const TOKENIZER_FILES = ['merges.txt', 'special_tokens_map.json', 'tokenizer_config.json', 'vocab.json'];
/** At the root: what Troupe reads, and what says who may use the model. */
const ROOT_FILES = /^(model_index\.json|troupe\.json|LICEN[CS]E[^/]*|README\.md)$/i;
const PICKLE = /\.(bin|ckpt|pt|pth)$/;

export interface Selection<F extends ListedFile> {
  /** small; read before the weights are fetched */
  readonly configs: readonly F[];
  readonly weights: readonly F[];
  /** parts that lack the variant that was asked for */
  readonly otherVariant: readonly string[];
}

/** The names of the parts of a model_index.json. */
export const MODEL_INDEX_PARTS = z
  .looseObject({ _class_name: z.string() })
  .transform((index) =>
    Object.entries(index).flatMap(([name, value]) => (Array.isArray(value) && value[1] !== null ? [name] : [])),
  );

/**
 * The files of a model in diffusers layout that Troupe reads, and no others: configurations, tokenizers, and each
 * part's weights in one precision. Never a pickle.
 * @throws UserError `weights-missing` for a part without .safetensors files
 */
export function selectFiles<F extends ListedFile>(files: readonly F[], variant: Variant): Selection<F> {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const pick = (path: string): F[] => {
    const file = byPath.get(path);
    return file ? [file] : [];
  };
  const configs = files.filter(({ path }) => ROOT_FILES.test(path));
  configs.push(...pick('scheduler/scheduler_config.json'));
  for (const part of TOKENIZERS) configs.push(...TOKENIZER_FILES.flatMap((name) => pick(`${part}/${name}`)));
  const weights: F[] = [];
  const otherVariant: string[] = [];
  for (const [part, stem] of Object.entries(WEIGHTED)) {
    const names = files.filter(({ path }) => path.startsWith(`${part}/`));
    if (names.length === 0) continue;
    configs.push(...pick(`${part}/config.json`));
    const at = `${part}/${stem}`;
    const wanted = weightsOf(names, at, variant);
    const chosen = wanted ?? weightsOf(names, at, variant === 'fp16' ? 'full' : 'fp16');
    if (chosen === undefined) throw missing(part, names);
    if (wanted === undefined) otherVariant.push(part);
    for (const file of chosen) (file.path.endsWith('.json') ? configs : weights).push(file);
  }
  return { configs, weights, otherVariant };
}

/**
 * The files of what may be a model that measures, a part by itself that its config.json names; in full precision where
 * there is such, for it is computed in that.
 * @returns undefined for files of another form
 * @throws UserError `weights-missing` where there are pickles only
 */
export function selectMeasuring<F extends ListedFile>(
  files: readonly F[],
): Omit<Selection<F>, 'otherVariant'> | undefined {
  const has = (name: string) => files.some(({ path }) => path === name);
  if (!has('config.json') || has('model_index.json')) return undefined;
  const chosen = weightsOf(files, 'model', 'full') ?? weightsOf(files, 'model', 'fp16');
  if (chosen === undefined) {
    if (files.some(({ path }) => path.endsWith('.safetensors'))) return undefined;
    throw missing('the model', files);
  }
  const small = ['config.json', 'preprocessor_config.json', ...TOKENIZER_FILES];
  const isIndex = ({ path }: F) => path.endsWith('.json');
  return {
    configs: [...files.filter(({ path }) => ROOT_FILES.test(path) || small.includes(path)), ...chosen.filter(isIndex)],
    weights: chosen.filter((file) => !isIndex(file)),
  };
}

/** One file, or an index with its shards. `stem`: path and beginning of their names. */
function weightsOf<F extends ListedFile>(files: readonly F[], stem: string, variant: Variant): F[] | undefined {
  const infix = variant === 'full' ? '' : `.${variant}`;
  const single = files.find(({ path }) => path === `${stem}${infix}.safetensors`);
  if (single) return [single];
  const indexNames = [`${stem}.safetensors.index${infix}.json`, `${stem}${infix}.safetensors.index.json`];
  const index = files.find(({ path }) => indexNames.includes(path));
  // the variant's name is before the shard's number, or after it in files of older versions
  const [number, name] = ['-\\d+-of-\\d+', infix.replaceAll('.', '\\.')];
  const shard = new RegExp(`^${stem}(${name}${number}|${number}${name})\\.safetensors$`);
  const shards = files.filter(({ path }) => shard.test(path));
  return index && shards.length > 0 ? [index, ...shards] : undefined;
}

function missing(part: string, files: readonly ListedFile[]): UserError {
  const pickles = files.filter(({ path }) => PICKLE.test(path)).map(({ path }) => path);
  return new UserError('weights-missing', {
    expected: `weights of ${part} as .safetensors`,
    got: pickles.length > 0 ? `only ${pickles.join(', ')}` : 'none',
    todo:
      pickles.length > 0
        ? 'Pickles are never fetched, because opening one can run code hidden in it. Look for another repository or revision of the model.'
        : 'Choose another model.',
    part,
  });
}

/**
 * The checkpoint in one file that a repository without model_index.json holds.
 * @param named which one, if the person said
 * @throws UserError `model-file`
 */
export function selectCheckpoint<F extends ListedFile>(files: readonly F[], named: string | undefined): F {
  const found = files.filter(
    ({ path }) => path.endsWith('.safetensors') && (named !== undefined || !path.includes('/')),
  );
  const chosen =
    named === undefined ? (found.length === 1 ? found[0] : undefined) : found.find(({ path }) => path === named);
  if (chosen !== undefined) return chosen;
  const shown = found.map(({ path, size }) => `${path} (${(size / 1e9).toFixed(1)} GB)`);
  const pickles = files.filter(({ path }) => PICKLE.test(path)).length;
  throw new UserError('model-file', {
    expected: named === undefined ? 'a model in diffusers layout, or one .safetensors file' : `a file ${named}`,
    got:
      shown.length > 0
        ? `${shown.length} .safetensors files: ${shown.slice(0, 12).join(', ')}`
        : `no .safetensors file${pickles > 0 ? `, but ${pickles} pickles, which are never opened` : ''}`,
    todo: shown.length > 0 ? 'Choose one with --file.' : 'Choose another repository.',
    files: found.map(({ path }) => path),
  });
}
