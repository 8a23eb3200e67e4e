import fs from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { BYTES_PER_ELEMENT, toFloat16Bits } from '../../src/engine/graph/element-type.ts';
import { normalNoise, randomStream } from '../../src/engine/random/random-stream.ts';

/** Models at their published sizes, as scripts/oracle/single_file.py lists their tensors. */
export const BIG_MODELS = ['sd1', 'sd2', 'sdxl'] as const;
export type BigModel = (typeof BIG_MODELS)[number];
export type StoredType = 'float16' | 'float32';

/** name in the file, shape there */
type Row = readonly [string, readonly number[]];
const DTYPE: Readonly<Record<StoredType, string>> = { float16: 'F16', float32: 'F32' };
/** Random numbers that all tensors are made of, over and over. Odd, so that rows of matrices don't repeat. */
const BLOCK = 2 ** 20 - 3;
/** between the places in the block where tensors begin; coprime to it */
const STRIDE = 7919;
/** biases and the like */
const SMALL = 0.02;

/**
 * A checkpoint in one file, of a real model's size and of nobody's weights.
 * @param fill `random`: numbers that keep activations finite and near 1; `zeros`: takes no room on disk
 */
export function writeCheckpoint(file: string, model: BigModel, type: StoredType, fill: 'random' | 'zeros'): void {
  const rows = tensorsOf(model);
  let end = 0;
  const entries = rows.map(([name, shape]): [string, object] => {
    const begin = end;
    end += elements(shape) * BYTES_PER_ELEMENT[type];
    return [name, { dtype: DTYPE[type], shape, data_offsets: [begin, end] }];
  });
  const json = Buffer.from(JSON.stringify(Object.fromEntries(entries)));
  const prefix = Buffer.alloc(8);
  prefix.writeBigUInt64LE(BigInt(json.length));
  const descriptor = fs.openSync(file, 'w');
  try {
    fs.writeSync(descriptor, Buffer.concat([prefix, json]));
    if (fill === 'zeros') fs.ftruncateSync(descriptor, prefix.length + json.length + end);
    else {
      const filling = new Filling(type);
      for (const [index, row] of rows.entries()) writeRandom(descriptor, row, index, filling, type);
    }
  } finally {
    fs.closeSync(descriptor);
  }
}

function tensorsOf(model: BigModel): readonly Row[] {
  const fixture = new URL(`../../test/fixtures/single-file/${model}.json.gz`, import.meta.url);
  return (JSON.parse(gunzipSync(fs.readFileSync(fixture)).toString()) as { rows: Row[] }).rows;
}

/** The block in a tensor's mean and spread; most tensors of a model share a few of them. */
class Filling {
  private readonly block = normalNoise(randomStream({ seed: 2402n, purpose: 'latents', panel: 0 }), BLOCK);
  private readonly known = new Map<string, Uint8Array>();
  private readonly type: StoredType;

  constructor(type: StoredType) {
    this.type = type;
  }

  bytes(mean: number, spread: number): Uint8Array {
    const key = `${mean} ${spread}`;
    const bytes = this.known.get(key) ?? this.make(mean, spread);
    this.known.set(key, bytes);
    return bytes;
  }

  private make(mean: number, spread: number): Uint8Array {
    const values = this.block.map((value) => mean + spread * value);
    if (this.type === 'float32') return new Uint8Array(values.buffer);
    const bits = new Uint16Array(BLOCK);
    for (let i = 0; i < BLOCK; i++) bits[i] = toFloat16Bits(values[i] as number);
    return new Uint8Array(bits.buffer);
  }
}

/** @param index of the tensor: each begins elsewhere, because onnxruntime keeps equal weights once */
function writeRandom(descriptor: number, [name, shape]: Row, index: number, filling: Filling, type: StoredType): void {
  const isNorm = shape.length === 1 && name.endsWith('.weight');
  // of a matrix's rows: what comes out is as large as what went in
  const spread = shape.length === 1 ? SMALL : 1 / Math.sqrt(elements(shape.slice(1)));
  const bytes = filling.bytes(isNorm ? 1 : 0, spread);
  let from = ((index * STRIDE) % BLOCK) * BYTES_PER_ELEMENT[type];
  for (let left = elements(shape) * BYTES_PER_ELEMENT[type]; left > 0; from = 0) {
    left -= fs.writeSync(descriptor, bytes.subarray(from, Math.min(bytes.length, from + left)));
  }
}

const elements = (shape: readonly number[]): number => shape.reduce((product, size) => product * size, 1);
