import { describe, expect, test } from 'vitest';
import { eosIndex } from '../../../src/engine/graph/clip-text-config.ts';
import { buildClipTextEncoder } from '../../../src/engine/graph/clip-text-encoder.ts';
import { buildClipVisionEncoder } from '../../../src/engine/graph/clip-vision-encoder.ts';
import { int64Tensor, type TensorValue } from '../../../src/engine/runtime/tensor-value.ts';
import { expectClose, fixturePath, readFixture, readModelPart } from '../../support/fixtures.ts';
import { refusal } from '../../support/refusal.ts';
import { runGraph } from '../../support/run-graph.ts';

const FOLDER = fixturePath('clip');
const expected = readFixture('clip', 'expected.safetensors');
const { config, weights, root } = readModelPart(FOLDER, 'model');
const whole = config as { text_config: Record<string, unknown>; vision_config: Record<string, unknown> };
const options = { weights, root, compute: 'float32' } as const;

describe('a whole CLIP in one file', () => {
  test("given pictures, then their embeddings are transformers'", async () => {
    const { model, imageSize, projectionDim } = buildClipVisionEncoder({ ...options, config: whole.vision_config });
    expect([imageSize, projectionDim]).toEqual([20, 12]);
    const got = await runGraph(model, FOLDER, { pixel_values: expected.pixel_values as TensorValue });
    expectClose('CLIP image_embeds', got.image_embeds, expected.image_embeds);
  });

  test('given the text encoder of the same file, then it leaves the pictures alone', async () => {
    const text = new Map([...weights].filter(([name]) => name.startsWith('text_')));
    const graph = buildClipTextEncoder({
      ...options,
      weights: text,
      config: { ...whole.text_config, architectures: ['CLIPTextModelWithProjection'] },
      hiddenState: 'penultimate',
    });
    const ids = expected.input_ids as TensorValue;
    const rows = [0, 1].map((row) => Array.from(ids.data.slice(row * 11, (row + 1) * 11), Number));
    const eos = int64Tensor(rows.map((row) => eosIndex(row, graph.eosTokenId)));
    const got = await runGraph(graph.model, FOLDER, { input_ids: ids, eos_index: eos });
    expectClose('CLIP text_embeds', got.text_embeds, expected.text_embeds);
  });

  test('given another size of pictures than the positions are for, then the tensor is named', () => {
    const larger = { ...whole.vision_config, image_size: 40 };
    const { code, context } = refusal(() => buildClipVisionEncoder({ ...options, config: larger }));
    expect(code).toBe('tensor-shape');
    expect(context.tensor).toBe('vision_model.embeddings.position_embedding.weight');
  });

  test('given an activation that is not known, then it is refused', () => {
    const other = { ...whole.vision_config, hidden_act: 'relu' };
    expect(refusal(() => buildClipVisionEncoder({ ...options, config: other })).code).toBe('config-unsupported');
  });
});
