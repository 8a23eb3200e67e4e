import { describe, expect, test } from 'vitest';
import type { TensorValue } from '../../../src/engine/runtime/tensor-value.ts';
import { readFixture } from '../../support/fixtures.ts';
import {
  fixtureUnet,
  maximalDifference,
  modelInputs,
  nothingShared,
  sizesOf,
  takeRows,
  tensor,
} from '../../support/unet-fixture.ts';

/** absolute, float32 against float64 (issue 4) */
const TOLERANCE = 2e-5;
const ROWS = 2;

describe.each([
  ['sdxl', 'two transformers deep, heads per level, text_time embedding'],
  ['sd15', 'conv projections, eight heads by attention_head_dim, no embedding but the time'],
  ['sd21', 'linear projections, two layers a block, float32 weights, oblong latents'],
  ['pocket', 'the embedded model'],
])('given the U-Net %s (%s)', (name) => {
  const fixture = readFixture('unet', name, 'plain.safetensors');

  test('given nothing shared, then it predicts what diffusers predicts', async () => {
    const unet = fixtureUnet(name, sizesOf(fixture));
    const { noise } = await unet.run({ ...modelInputs(fixture), ...nothingShared(unet, ROWS) }, ['noise']);
    const difference = maximalDifference(noise, tensor(fixture, 'noise'));
    console.info(`${name} noise: maximal difference ${difference.toExponential(1)}`);
    expect(difference).toBeLessThan(TOLERANCE);
  });

  test('given one input changed, then the prediction changes by more than the tolerance', async () => {
    const unet = fixtureUnet(name, sizesOf(fixture));
    const inputs = modelInputs(fixture);
    for (const changed of Object.keys(inputs)) {
      const feeds = { ...inputs, ...nothingShared(unet, ROWS), [changed]: swapRows(tensor(inputs, changed)) };
      const { noise } = await unet.run(feeds, ['noise']);
      expect(maximalDifference(noise, tensor(fixture, 'noise')), changed).toBeGreaterThan(10 * TOLERANCE);
    }
  });
});

const swapRows = (value: TensorValue): TensorValue => takeRows(value, [1, 0]);
