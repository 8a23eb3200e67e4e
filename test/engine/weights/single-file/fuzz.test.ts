import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BYTES_PER_ELEMENT } from '../../../../src/engine/graph/element-type.ts';
import { openModel } from '../../../../src/engine/weights/open-model.ts';
import { UserError } from '../../../../src/errors/user-error.ts';
import { type Header, headerOf, singleFileFixture, tinyFamily } from '../../../support/single-files.ts';

const RUNS = 10_000;

let file: string;
let root: string;
beforeAll(() => {
  root = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'troupe-fuzz-')));
  file = path.join(root, 'fuzzed.safetensors');
});
afterAll(() => fs.rmSync(root, { recursive: true, force: true }));

/** A U-Net of four tensors, which stands for all of it, and whole other parts. */
const fixture = singleFileFixture('tiny-sd2');
const unetRows = fixture.rows.filter(([name]) =>
  /input_blocks\.(0\.0|1\.1\.transformer_blocks\.0\.attn2\.to_k)\./.test(name),
);
const few = fixture.rows.filter(
  ([name, , part]) => part !== 'unet' && /conv_in|resblocks\.[01]\.|text|embedding|ln_final/.test(name),
);
const rows = [...unetRows, ...few];
const sound = headerOf({ configs: {}, rows }, { 'modelspec.prediction_type': 'v' });
const names = rows.map(([name]) => name);
const size = Math.max(
  ...Object.values(sound).map((entry) => (entry as { data_offsets?: number[] }).data_offsets?.[1] ?? 0),
);
const families = [{ ...tinyFamily('tiny-sd2'), unetTensors: unetRows.length }];

/** Writes the header alone, before as many zeros as the sound file has. */
function write(json: string): number {
  const bytes = Buffer.from(json);
  const prefix = Buffer.alloc(8);
  prefix.writeBigUInt64LE(BigInt(bytes.length));
  fs.writeFileSync(file, Buffer.concat([prefix, bytes]));
  const total = 8 + bytes.length + size;
  fs.truncateSync(file, total);
  return total;
}

/** Only a UserError may come out; what is accepted points into the file, at whole tensors. */
function outcome(json: string): 'refused' | 'accepted' {
  const total = write(json);
  try {
    const model = openModel(file, { families });
    for (const part of [model.unet, model.vae, model.textEncoder]) {
      for (const [name, { type, shape, offset, length }] of part.weights) {
        const needed = shape.reduce((product, each) => product * each, BYTES_PER_ELEMENT[type]);
        if (needed !== length || offset < 8 || offset + length > total) throw new Error(`${name} lies outside`);
      }
    }
    return 'accepted';
  } catch (error) {
    if (error instanceof UserError) return 'refused';
    throw error;
  }
}

const wildNumber = fc.oneof(
  fc.nat(64),
  fc.constantFrom(-1, 0.5, 1e308, 2 ** 31, 2 ** 32, 2 ** 53, 2 ** 64, -0, null, 'x'),
);
const someName = fc.oneof(
  fc.constantFrom(...names),
  fc.constantFrom(
    '__proto__',
    'constructor',
    'v_pred',
    'betas',
    'edm_mean',
    'model.diffusion_model.',
    'first_stage_model.',
    'cond_stage_model.model.text_projection',
    'lora_unet_x.lora_down.weight',
  ),
  fc.string({ maxLength: 40 }),
);
const mutation = fc.oneof(
  fc.record({ kind: fc.constant('drop' as const), name: fc.constantFrom(...names) }),
  fc.record({ kind: fc.constant('rename' as const), name: fc.constantFrom(...names), to: someName }),
  fc.record({
    kind: fc.constant('dtype' as const),
    name: fc.constantFrom(...names),
    to: fc.constantFrom('F32', 'BF16', 'U8', 'F8_E4M3', 'x', 7),
  }),
  fc.record({ kind: fc.constant('shape' as const), name: fc.constantFrom(...names), at: fc.nat(3), to: wildNumber }),
  fc.record({ kind: fc.constant('swap' as const), name: fc.constantFrom(...names), to: fc.constantFrom(...names) }),
  fc.record({ kind: fc.constant('offset' as const), name: fc.constantFrom(...names), at: fc.nat(1), to: wildNumber }),
  fc.record({ kind: fc.constant('reshape' as const), name: fc.constantFrom(...names) }),
  fc.record({ kind: fc.constant('metadata' as const), to: fc.jsonValue() }),
  fc.record({ kind: fc.constant('cut' as const), at: fc.double({ min: 0, max: 1, noNaN: true }) }),
  fc.record({
    kind: fc.constant('text' as const),
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    to: fc.constantFrom(...'0123456789-,:[]{}".e '),
  }),
);

type Mutation = typeof mutation extends fc.Arbitrary<infer T> ? T : never;
type Entry = { dtype: unknown; shape: unknown[]; data_offsets: unknown[] };

function mutated(mutations: readonly Mutation[]): string {
  const header: Header = structuredClone(sound);
  const of = (name: string) => (Object.hasOwn(header, name) ? (header[name] as Entry) : undefined);
  for (const change of mutations) {
    if (change.kind === 'drop') delete header[change.name];
    if (change.kind === 'metadata') header.__metadata__ = change.to;
    const entry = 'name' in change ? of(change.name) : undefined;
    if (!entry || !('name' in change)) continue;
    if (change.kind === 'rename') {
      delete header[change.name];
      Object.defineProperty(header, change.to, { value: entry, enumerable: true, configurable: true, writable: true });
    }
    if (change.kind === 'dtype') entry.dtype = change.to;
    if (change.kind === 'shape') entry.shape[change.at] = change.to;
    if (change.kind === 'offset') entry.data_offsets[change.at] = change.to;
    if (change.kind === 'reshape') entry.shape = [1, ...entry.shape].reverse();
    if (change.kind === 'swap') {
      const other = of(change.to);
      if (other) [header[change.name], header[change.to]] = [other, entry];
    }
  }
  let json = JSON.stringify(header);
  for (const change of mutations) {
    if (change.kind === 'cut') json = json.slice(0, Math.floor(change.at * json.length));
    if (change.kind !== 'text') continue;
    const at = Math.floor(change.at * json.length);
    json = `${json.slice(0, at)}${change.to}${json.slice(at + 1)}`;
  }
  return json;
}

describe('given 10,000 mutated headers of a single-file checkpoint', () => {
  it('then each is refused kindly, or opened with every tensor inside the file', () => {
    expect(outcome(JSON.stringify(sound))).toBe('accepted');
    const counts = { refused: 0, accepted: 0 };
    fc.assert(
      fc.property(fc.array(mutation, { minLength: 1, maxLength: 3 }), (mutations) => {
        counts[outcome(mutated(mutations))]++;
      }),
      { numRuns: RUNS, seed: 2402 },
    );
    console.info('single files:', counts);
    expect(Math.min(counts.refused, counts.accepted)).toBeGreaterThan(RUNS / 100);
  });
});
