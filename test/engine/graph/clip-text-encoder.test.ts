import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { eosIndex } from '../../../src/engine/graph/clip-text-config.ts';
import { buildClipTextEncoder, type ClipTextEncoderOptions } from '../../../src/engine/graph/clip-text-encoder.ts';
import { fromFloat16Bits } from '../../../src/engine/graph/element-type.ts';
import { int64Tensor, type TensorValue } from '../../../src/engine/runtime/tensor-value.ts';
import type { TensorIndex } from '../../../src/engine/weights/tensor-index.ts';
import { expectClose, fixturePath, POCKET, readFixture, readModelPart } from '../../support/fixtures.ts';
import { refusal } from '../../support/refusal.ts';
import { runGraph } from '../../support/run-graph.ts';

const FOLDERS = {
  'clip-l': fixturePath('text-encoders', 'clip-l'),
  'open-clip-g': fixturePath('text-encoders', 'open-clip-g'),
  'pocket-text_encoder': path.join(POCKET, 'text_encoder'),
  'pocket-text_encoder_2': path.join(POCKET, 'text_encoder_2'),
} as const;

type Name = keyof typeof FOLDERS;
const NAMES = Object.keys(FOLDERS) as Name[];

const options = (name: Name, more: Partial<ClipTextEncoderOptions> = {}): ClipTextEncoderOptions => ({
  ...readModelPart(FOLDERS[name], 'model'),
  compute: 'float32',
  hiddenState: 'penultimate',
  ...more,
});

const rowsOf = ({ shape, data }: TensorValue): number[][] => {
  const [rows = 0, columns = 0] = shape;
  return Array.from({ length: rows }, (_, r) => Array.from(data.slice(r * columns, (r + 1) * columns), Number));
};

async function encode(
  name: Name,
  opts: ClipTextEncoderOptions,
  ids: TensorValue,
): Promise<Record<string, TensorValue>> {
  const encoder = buildClipTextEncoder(opts);
  const eos = int64Tensor(rowsOf(ids).map((row) => eosIndex(row, encoder.eosTokenId)));
  const pooled = encoder.projectionDim !== undefined || opts.pooled;
  return runGraph(encoder.model, FOLDERS[name], pooled ? { input_ids: ids, eos_index: eos } : { input_ids: ids });
}

/** The same bytes under other names. */
const renamed = (weights: TensorIndex, rename: (name: string) => string): TensorIndex =>
  new Map([...weights].map(([name, entry]) => [rename(name), entry]));

describe.each(NAMES)('given the text encoder %s', (name) => {
  const expected = readFixture('text-encoders', name, 'expected.safetensors');
  const ids = expected.input_ids as TensorValue;

  it('then the penultimate hidden states and the pooled embedding are those of transformers', async () => {
    const got = await encode(name, options(name, { pooled: true }), ids);
    expectClose(`${name} penultimate`, got.hidden_states, expected.penultimate);
    if (expected.text_embeds) expectClose(`${name} text_embeds`, got.text_embeds, expected.text_embeds);
    else expectClose(`${name} pooled`, got.pooled, expected.pooled);
  });

  it('then the last hidden states are those of transformers', async () => {
    const got = await encode(name, options(name, { hiddenState: 'last' }), ids);
    expectClose(`${name} last`, got.hidden_states, expected.last);
  });
});

describe('given a text encoder without pooling', () => {
  it('then the layer that nothing reads is left out and its weights are not missed', async () => {
    const without = buildClipTextEncoder(options('open-clip-g', { pooled: false }));
    const withPooling = buildClipTextEncoder(options('open-clip-g'));
    expect(without.model.length).toBeLessThan(withPooling.model.length * 0.75);
    const { input_ids, penultimate } = readFixture('text-encoders', 'open-clip-g', 'expected.safetensors');
    const got = await runGraph(without.model, FOLDERS['open-clip-g'], { input_ids: input_ids as TensorValue });
    expectClose('penultimate alone', got.hidden_states, penultimate);
  });
});

describe('given fewer tokens than the model has positions for', () => {
  it('then, attention being causal, they are encoded as at the start of a longer prompt', async () => {
    const tokens = 5;
    const { input_ids, penultimate } = readFixture('text-encoders', 'clip-l', 'expected.safetensors');
    if (penultimate?.type !== 'float32') throw new Error('the fixture lacks its hidden states');
    const rows = rowsOf(input_ids as TensorValue).map((row) => row.slice(0, tokens));
    const encoder = buildClipTextEncoder(options('clip-l', { tokens }));
    expect(encoder.maxLength).toBe(tokens);
    const got = await runGraph(encoder.model, FOLDERS['clip-l'], {
      input_ids: int64Tensor(rows.flat(), [rows.length, tokens]),
    });
    const [batch = 0, positions = 0, width = 0] = penultimate.shape;
    const data = penultimate.data.filter((_, i) => Math.floor(i / width) % positions < tokens);
    expectClose('prefix', got.hidden_states, { type: 'float32', shape: [batch, tokens, width], data });
  });
});

describe('given a file of an older transformers', () => {
  it('then the prefix text_model. is understood and position_ids are ignored', async () => {
    const now = options('clip-l');
    const weights = new Map(renamed(now.weights, (name) => `text_model.${name}`));
    const some = weights.get('text_model.final_layer_norm.bias');
    if (some) weights.set('text_model.embeddings.position_ids', { ...some, type: 'int64' });
    const { input_ids, penultimate } = readFixture('text-encoders', 'clip-l', 'expected.safetensors');
    const got = await encode('clip-l', { ...now, weights }, input_ids as TensorValue);
    expectClose('prefixed', got.hidden_states, penultimate);
  });
});

describe('given half precision', () => {
  it('then the hidden states come in float16 and agree within its precision', async () => {
    const { input_ids, penultimate } = readFixture('text-encoders', 'clip-l', 'expected.safetensors');
    const got = await encode('clip-l', options('clip-l', { compute: 'float16' }), input_ids as TensorValue);
    const half = got.hidden_states;
    if (half?.type !== 'float16') throw new Error(`got ${half?.type}`);
    const widened = { ...half, type: 'float32', data: Float32Array.from(half.data, fromFloat16Bits) } as const;
    expectClose('float16', widened, penultimate, 0.01);
  });
});

describe('given a model that is not what its config says', () => {
  it('then a missing tensor is named', () => {
    const { weights, ...rest } = options('clip-l');
    const fewer = new Map(weights);
    fewer.delete('encoder.layers.1.mlp.fc2.bias');
    fewer.delete('encoder.layers.1.mlp.fc1.weight');
    const error = refusal(() => buildClipTextEncoder({ ...rest, weights: fewer }));
    expect(error.code).toBe('tensor-missing');
    expect(error.message).toContain('encoder.layers.1.mlp.fc1.weight');
  });

  it('then a tensor that has no place is named', () => {
    const { config, ...rest } = options('clip-l', { pooled: true });
    const shallower = { ...(config as object), num_hidden_layers: 2 };
    const error = refusal(() => buildClipTextEncoder({ ...rest, config: shallower }));
    expect(error.code).toBe('tensors-unused');
    expect(error.message).toContain('encoder.layers.2.');
  });

  it('then a projection that CLIPTextModel has no use for is named', () => {
    const { config, ...rest } = options('open-clip-g');
    const other = { ...(config as object), architectures: ['CLIPTextModel'] };
    const error = refusal(() => buildClipTextEncoder({ ...rest, config: other, pooled: true }));
    expect(error.message).toContain('text_projection.weight');
  });

  it.each([
    ['vocab_size', 41, 'embeddings.token_embedding.weight'],
    ['intermediate_size', 32, 'encoder.layers.0.mlp.fc1.weight'],
    ['max_position_embeddings', 12, 'embeddings.position_embedding.weight'],
  ])('then a tensor of another size than %s says is named', (field, value, tensor) => {
    const { config, ...rest } = options('clip-l');
    const error = refusal(() => buildClipTextEncoder({ ...rest, config: { ...(config as object), [field]: value } }));
    expect(error.code).toBe('tensor-shape');
    expect(error.message).toContain(tensor);
  });

  it.each([
    ['an unknown field', { rope_theta: 10000 }, 'rope_theta'],
    ['an unknown activation', { hidden_act: 'gelu_new' }, 'hidden_act'],
    ['another architecture', { architectures: ['CLIPModel'] }, 'architectures'],
    ['heads that do not divide the width', { num_attention_heads: 3 }, 'num_attention_heads'],
  ])('then %s in the config is named', (_, fields, name) => {
    const { config, ...rest } = options('clip-l');
    const error = refusal(() => buildClipTextEncoder({ ...rest, config: { ...(config as object), ...fields } }));
    expect(error.code).toBe('config-unsupported');
    expect(error.message).toContain(name);
  });
});

describe('eosIndex', () => {
  it('given an end-of-text id, then it is the first of them, though padding uses the same', () => {
    expect(eosIndex([36, 5, 39, 37, 37, 37], 37)).toBe(3);
  });
  it('given the legacy id 2, then it is the first of the highest ids', () => {
    expect(eosIndex([0, 5, 2, 39, 39, 1], 2)).toBe(3);
  });
  it('given a prompt without end-of-text, then that is an error and not position 0', () => {
    expect(() => eosIndex([36, 5, 6], 37)).toThrow(/37/);
  });
});
