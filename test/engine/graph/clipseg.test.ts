import { describe, expect, test } from 'vitest';
import { eosIndex } from '../../../src/engine/graph/clip-text-config.ts';
import { buildClipTextEncoder } from '../../../src/engine/graph/clip-text-encoder.ts';
import { buildClipSeg, clipOfClipSeg } from '../../../src/engine/graph/clipseg.ts';
import { parseClipSegConfig } from '../../../src/engine/graph/clipseg-config.ts';
import { fromFloat16Bits } from '../../../src/engine/graph/element-type.ts';
import { float32Tensor, int64Tensor, type TensorValue } from '../../../src/engine/runtime/tensor-value.ts';
import { expectClose, fixturePath, readFixture, readModelPart } from '../../support/fixtures.ts';
import { refusal } from '../../support/refusal.ts';
import { runGraph } from '../../support/run-graph.ts';

/** Logits reach 28, with attention sharper than in real models: PyTorch's own float32 is off by 1.9e-4 here. */
const TOLERANCE = 2e-4;

describe.each([
  { variant: 'refined', imageSize: 80, mapSize: 80 },
  { variant: 'simple', imageSize: 40, mapSize: 40 },
])('a CLIPSeg, $variant', ({ variant, imageSize, mapSize }) => {
  const folder = fixturePath('clipseg', variant);
  const { config, weights, root } = readModelPart(folder, 'model');
  const expected = readFixture('clipseg', variant, 'expected.safetensors');
  const { data, shape } = expected.pixel_values as TensorValue;
  const pixels = float32Tensor(Float32Array.from(data as Uint16Array, fromFloat16Bits), shape);
  const options = { config, weights, root, compute: 'float32', imageSize } as const;

  test("given a picture and phrases, then the maps are transformers'", async () => {
    const graph = buildClipSeg(options);
    expect([graph.mapSize, graph.projectionDim]).toEqual([mapSize, 12]);
    const text_embeds = expected.text_embeds as TensorValue;
    const { logits } = await runGraph(graph.model, folder, { pixel_values: pixels, text_embeds });
    expectClose(`CLIPSeg ${variant} logits`, logits, expected.logits, TOLERANCE);
  });

  test("given the phrases' tokens, then their embeddings are those of its own text encoder", async () => {
    const text = [...clipOfClipSeg(weights)].filter(([name]) => name.startsWith('text_'));
    const graph = buildClipTextEncoder({
      weights: new Map(text),
      root,
      compute: 'float32',
      config: parseClipSegConfig(config).text,
      hiddenState: 'penultimate',
    });
    const ids = expected.input_ids as TensorValue;
    const rows = [0, 1, 2].map((row) => Array.from(ids.data.slice(row * 12, (row + 1) * 12), Number));
    const eos = int64Tensor(rows.map((row) => eosIndex(row, graph.eosTokenId)));
    const { text_embeds } = await runGraph(graph.model, folder, { input_ids: ids, eos_index: eos });
    expectClose(`CLIPSeg ${variant} text_embeds`, text_embeds, expected.text_embeds);
  });
});

describe('configurations', () => {
  const folder = fixturePath('clipseg', 'refined');
  const { config, weights, root } = readModelPart(folder, 'model');
  const options = { weights, root, compute: 'float32', imageSize: 80 } as const;
  const build = (other: object, imageSize = 80) =>
    refusal(() => buildClipSeg({ ...options, imageSize, config: { ...config, ...other } }));

  test('given what it cannot be, then the field is named', () => {
    expect(build({ extract_layers: [1, 2, 5] }).message).toContain('extract_layers.2 = 5');
    expect(build({ conditional_layer: 3 }).message).toContain('conditional_layer = 3');
    expect(build({ model_type: 'clip' }).message).toContain('model_type = "clip"');
    expect(build({ decoder_num_attention_heads: 3 }).message).toContain('does not divide reduce_dim');
  });

  test('given pictures that are not whole patches, then the size is named', () => {
    expect(build({}, 81).message).toContain('but got 81 pixels');
  });

  test('given a file of an older transformers, then the fields that counted then count', () => {
    const { vision_config, ...rest } = config;
    const old = { ...rest, vision_config: {}, vision_config_dict: vision_config };
    expect(parseClipSegConfig(old).vision).toEqual(parseClipSegConfig(config).vision);
  });

  test('given weights of another depth of the decoder, then what has no place is named', () => {
    expect(build({ extract_layers: [1, 2] }).message).toContain('decoder.layers.2');
  });
});
