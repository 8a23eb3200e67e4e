import fs from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { toFloat16Bits } from '../../src/engine/graph/element-type.ts';
import { encodeSafetensors } from '../../src/engine/weights/safetensors.ts';
import {
  type CheckpointFamily,
  type FamilyConfigs,
  sd1Family,
  sd2Family,
  xlFamily,
} from '../../src/engine/weights/single-file/families.ts';
import type { StoredTensor } from '../../src/engine/weights/tensor-data.ts';
import { fixturePath } from './fixtures.ts';

export const FULL_SIZE = ['sdxl', 'sd1', 'sd2'] as const;
export const TINY = ['tiny-sdxl', 'tiny-sd1', 'tiny-sd2'] as const;
export type FixtureName = (typeof FULL_SIZE)[number] | (typeof TINY)[number];
export type PartName = 'unet' | 'vae' | 'text_encoder' | 'text_encoder_2';

type How = 'same' | 'thirds' | 'turned';
type Config = Readonly<Record<string, unknown>>;

export interface SingleFileFixture {
  readonly configs: Readonly<Partial<Record<PartName, Config>>>;
  /** name in the file, shape there, part, names in diffusers, how they are made of it */
  readonly rows: readonly (readonly [string, readonly number[], PartName, readonly string[], How])[];
}

/** What scripts/oracle/single_file.py states. */
export function singleFileFixture(name: FixtureName): SingleFileFixture {
  return JSON.parse(gunzipSync(fs.readFileSync(fixturePath('single-file', `${name}.json.gz`))).toString());
}

/** The family of a tiny fixture. */
export function tinyFamily(name: (typeof TINY)[number]): CheckpointFamily {
  const { configs, rows } = singleFileFixture(name);
  const make = { 'tiny-sdxl': xlFamily, 'tiny-sd1': sd1Family, 'tiny-sd2': sd2Family }[name];
  const unetTensors = rows.filter(([, , part]) => part === 'unet').length;
  const { unet = {}, vae = {}, text_encoder: textEncoder = {}, text_encoder_2: textEncoder2 } = configs;
  return make({ unet, vae, textEncoder, textEncoder2, unetTensors } satisfies FamilyConfigs);
}

export type Header = Record<string, unknown>;

/** The header that a half-precision file of a fixture has. */
export function headerOf({ rows }: SingleFileFixture, metadata?: Readonly<Record<string, string>>): Header {
  let end = 0;
  const tensors = rows.map(([name, shape]): [string, object] => {
    const begin = end;
    end += shape.reduce((product, size) => product * size, 2);
    return [name, { dtype: 'F16', shape, data_offsets: [begin, end] }];
  });
  return { ...(metadata && { __metadata__: metadata }), ...Object.fromEntries(tensors) };
}

/** A file with a header and as many zeros as its tensors need, which take no room on the disk. */
export function writeSparse(file: string, header: Header): void {
  const json = Buffer.from(JSON.stringify(header));
  const prefix = Buffer.alloc(8);
  prefix.writeBigUInt64LE(BigInt(json.length));
  fs.writeFileSync(file, Buffer.concat([prefix, json]));
  const ends = Object.values(header).map(
    (entry) => (entry as { data_offsets?: [number, number] }).data_offsets?.[1] ?? 0,
  );
  fs.truncateSync(file, prefix.length + json.length + Math.max(0, ...ends));
}

/**
 * The same random weights as a folder in diffusers layout and as a checkpoint in one file.
 * @param folder is made, without the tokenizers
 */
export function writeBoth(name: (typeof TINY)[number], folder: string, file: string): void {
  const { configs, rows } = singleFileFixture(name);
  const single: Record<string, StoredTensor> = {};
  const parts: Partial<Record<PartName, Record<string, StoredTensor>>> = {};
  const random = noise();
  for (const [original, shape, part, targets, how] of rows) {
    const data = Uint16Array.from({ length: product(shape) }, () => 0);
    const isNorm = /norm|ln_|in_layers\.0|out_layers\.0|\.out\.0/.test(original) && shape.length === 1;
    const spread = shape.length === 1 ? 0.1 : 1 / Math.sqrt(product(shape.slice(1)));
    for (let i = 0; i < data.length; i++) data[i] = toFloat16Bits((isNorm ? 1 : 0) + spread * random());
    single[original] = { type: 'float16', shape, data };
    const into = parts[part] ?? {};
    parts[part] = into;
    const rowsOfThird = (shape[0] ?? 0) / targets.length;
    targets.forEach((target, i) => {
      if (how === 'turned') into[target] = transposed(data, shape as readonly [number, number]);
      else {
        const length = data.length / targets.length;
        const own = /attn_1\.\w+\.weight$/.test(original) ? shape.slice(0, 2) : shape; // 1x1 convolutions
        const stretch = data.slice(i * length, (i + 1) * length);
        into[target] = { type: 'float16', shape: [rowsOfThird, ...own.slice(1)], data: stretch };
      }
    });
  }
  fs.writeFileSync(file, encodeSafetensors(single));
  for (const [part, tensors] of Object.entries(parts)) {
    const stem = part.startsWith('text') ? 'model' : 'diffusion_pytorch_model';
    fs.mkdirSync(path.join(folder, part), { recursive: true });
    fs.writeFileSync(path.join(folder, part, `${stem}.safetensors`), encodeSafetensors(tensors));
    const architectures = [part === 'text_encoder_2' ? 'CLIPTextModelWithProjection' : 'CLIPTextModel'];
    const named = part.startsWith('text') ? { architectures } : {};
    fs.writeFileSync(
      path.join(folder, part, 'config.json'),
      JSON.stringify({ ...configs[part as PartName], ...named }),
    );
  }
}

/** Everything else of the folder: model_index.json, the scheduler and the tokenizers. */
export function completeFolder(folder: string, family: CheckpointFamily, tokenizer: string): void {
  const isXl = family.textEncoder2 !== undefined;
  const index = {
    _class_name: family.pipeline,
    scheduler: ['diffusers', family.scheduler._class_name],
    unet: ['diffusers', 'UNet2DConditionModel'],
    vae: ['diffusers', 'AutoencoderKL'],
    text_encoder: ['transformers', 'CLIPTextModel'],
    tokenizer: ['transformers', 'CLIPTokenizer'],
    ...(isXl && {
      text_encoder_2: ['transformers', 'CLIPTextModelWithProjection'],
      tokenizer_2: ['transformers', 'CLIPTokenizer'],
      force_zeros_for_empty_prompt: true,
    }),
  };
  fs.writeFileSync(path.join(folder, 'model_index.json'), JSON.stringify(index));
  fs.mkdirSync(path.join(folder, 'scheduler'));
  fs.writeFileSync(path.join(folder, 'scheduler/scheduler_config.json'), JSON.stringify(family.scheduler));
  for (const [i, pad] of family.pads.entries()) {
    const part = path.join(folder, i === 0 ? 'tokenizer' : 'tokenizer_2');
    fs.mkdirSync(part);
    for (const name of ['vocab.json', 'merges.txt']) fs.copyFileSync(path.join(tokenizer, name), path.join(part, name));
    fs.writeFileSync(
      path.join(part, 'tokenizer_config.json'),
      JSON.stringify({ pad_token: pad, model_max_length: 77 }),
    );
  }
}

const product = (sizes: readonly number[]): number => sizes.reduce((all, size) => all * size, 1);

function transposed(data: Uint16Array, [rows, columns]: readonly [number, number]): StoredTensor {
  const turned = data.map((_, at) => data[(at % rows) * columns + Math.floor(at / rows)] as number);
  return { type: 'float16', shape: [columns, rows], data: turned };
}

/** Numbers of about variance 1, always the same (a linear congruential generator, Numerical Recipes' constants). */
function noise(): () => number {
  let state = 2402;
  const uniform = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  return () => (uniform() + uniform() + uniform() - 1.5) * 2;
}
