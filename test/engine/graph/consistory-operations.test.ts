import { describe, expect, test } from 'vitest';
import { int64Tensor, type TensorValue } from '../../../src/engine/runtime/tensor-value.ts';
import { operationFeeds } from '../../../src/gpu-check/unet-checks.ts';
import { emptyBanks, reordered, withOneChanged, withPadding, zeros } from '../../support/consistory-feeds.ts';
import { readFixture } from '../../support/fixtures.ts';
import {
  fixtureUnet,
  maximalDifference,
  modelInputs,
  nothingShared,
  sizesOf,
  type Tensors,
  takeRows,
  takeRowsOfAll,
  tensor,
} from '../../support/unet-fixture.ts';

/** absolute, float32 against float64 (issue 4) */
const TOLERANCE = 2e-5;

const rowsOf = (fixture: Tensors): number => tensor(fixture, 'sample').shape[0] as number;

describe.each([
  ['sdxl', 8, ['vanilla', 'sdsa', 'query', 'inject', 'all', 'owners', 'parts']],
  ['sdxl', 4, ['vanilla', 'sdsa', 'query', 'inject', 'all', 'owners', 'parts']],
  ['sd15', 4, ['all']],
  ['sd21', 8, ['all', 'apart']],
  ['sd21', 4, ['all', 'apart']],
] as const)('given the step of %s with masks read at height %i', (name, maskResolution, modes) => {
  const fixture = readFixture('consistory', `operations-${name}.safetensors`);
  const unet = fixtureUnet(name, sizesOf(fixture), maskResolution);

  test.each(modes)('given the operations of "%s", then the graph answers as the paper says', async (mode) => {
    const answer = await unet.run(operationFeeds(fixture, unet, mode));
    const wanted: Tensors = {
      noise: tensor(fixture, `${mode}.noise`),
      attention: tensor(fixture, `${mode}.attention_${maskResolution}`),
      ...(fixture[`${mode}.dift`] ? { dift: fixture[`${mode}.dift`] as TensorValue } : {}),
    };
    const differences = Object.entries(wanted).map(
      ([output, value]) => [output, maximalDifference(answer[output], value)] as const,
    );
    const shown = differences.map(([output, difference]) => `${output} ${difference.toExponential(1)}`).join(', ');
    console.info(`${name}@${maskResolution} ${mode}: maximal difference of ${shown}`);
    for (const [output, difference] of differences) expect(difference, output).toBeLessThan(TOLERANCE);
  });
});

describe('given no mask resolution', () => {
  test.each([
    ['SDXL at 1024 pixels', 'sdxl', 128, 32],
    ['the pocket model at its own size', 'pocket', 32, 16],
    ['a picture so small that no level is fine enough', 'sdxl', 16, 8],
  ])('given %s, then masks are read where the paper or the finest level has them', (_, name, side, expected) => {
    const { maskLevel } = fixtureUnet(name, { height: side, width: side, tokens: 77 });
    expect(maskLevel).toMatchObject({ height: expected, width: expected });
  });
});

describe('given the step of sdxl', () => {
  const fixture = readFixture('consistory', 'operations-sdxl.safetensors');
  const unet = fixtureUnet('sdxl', sizesOf(fixture));
  const rows = rowsOf(fixture);
  const bankLengths = ['bank_length_8', 'bank_length_4'];
  const noBanks = Object.fromEntries(bankLengths.map((name) => [name, int64Tensor(new Array(rows).fill(0))]));

  test('given banks full of padding, then the answer is that of no banks', async () => {
    const plain = await unet.run(operationFeeds(fixture, unet, 'vanilla'));
    const padded = await unet.run({ ...operationFeeds(fixture, unet, 'sdsa'), ...noBanks });
    for (const output of ['noise', 'attention', 'dift']) {
      const difference = maximalDifference(padded[output], tensor(plain, output));
      console.info(`padding only, ${output}: maximal difference ${difference.toExponential(1)}`);
      expect(difference, output).toBeLessThan(1e-6);
    }
  });

  test('given other padding in the banks, then the answer is the same bit for bit', async () => {
    const feeds = operationFeeds(fixture, unet, 'sdsa');
    const repadded = Object.fromEntries(
      [8, 4].map((height) => [`bank_index_${height}`, withPadding(feeds, height, 0n)] as const),
    );
    expect(await unet.run({ ...feeds, ...repadded })).toEqual(await unet.run(feeds));
  });

  test.each([
    'bank_index_8',
    'bank_index_4',
    'bank_length_8',
    'bank_length_4',
    'query_source',
    'query_strength',
    'inject_source_8',
    'inject_weight_8',
  ])('given a single wrong number in %s, then it shows', async (name) => {
    const feeds = operationFeeds(fixture, unet, 'all');
    const { noise } = await unet.run({ ...feeds, [name]: withOneChanged(tensor(feeds, name)) }, ['noise']);
    const difference = maximalDifference(noise, tensor(fixture, 'all.noise'));
    console.info(`one wrong number in ${name}: maximal difference ${difference.toExponential(1)}`);
    expect(difference).toBeGreaterThan(2 * TOLERANCE);
  });

  test.each([
    ['owners', 'bank_owner_8'],
    ['owners', 'bank_viewer_4'],
    ['parts', 'prompt_answer_8'],
  ] as const)('given the operations of "%s" and a single wrong number in %s, then it shows', async (mode, name) => {
    const feeds = operationFeeds(fixture, unet, mode);
    const { noise } = await unet.run({ ...feeds, [name]: withOneChanged(tensor(feeds, name)) }, ['noise']);
    const difference = maximalDifference(noise, tensor(fixture, `${mode}.noise`));
    console.info(`one wrong number in ${name}: maximal difference ${difference.toExponential(1)}`);
    expect(difference).toBeGreaterThan(2 * TOLERANCE);
  });

  test('given operations with strength 0, then the answer is the plain one bit for bit', async () => {
    const { noise } = await unet.run(operationFeeds(fixture, unet, 'vanilla'), ['noise']);
    const feeds = { ...operationFeeds(fixture, unet, 'all'), ...emptyBanks(unet, rows) };
    const still = { ...feeds, query_strength: zeros(feeds, 'query_strength') };
    const answer = await unet.run({ ...still, inject_weight_8: zeros(feeds, 'inject_weight_8') }, ['noise']);
    expect(answer.noise).toEqual(noise);
  });

  test('given nothing shared, then a row alone answers as it does among others', async () => {
    const plain = await unet.run(operationFeeds(fixture, unet, 'vanilla'));
    for (const row of [0, 3]) {
      const inputs = takeRowsOfAll(modelInputs(fixture), [row]);
      const columns = { concept_columns: takeRows(tensor(fixture, 'concept_columns'), [row]) };
      const alone = await unet.run({ ...inputs, ...nothingShared(unet, 1), ...columns });
      for (const output of ['noise', 'attention', 'dift']) {
        const difference = maximalDifference(alone[output], takeRows(tensor(plain, output), [row]));
        console.info(`row ${row} alone, ${output}: maximal difference ${difference.toExponential(1)}`);
        expect(difference, output).toBeLessThan(1e-6);
      }
    }
  });

  test('given the rows in another order, then the answers come in that order', async () => {
    const order = [5, 2, 7, 0, 3, 6, 1, 4];
    const feeds = operationFeeds(fixture, unet, 'all');
    const answer = await unet.run(reordered(feeds, order));
    const before = await unet.run(feeds);
    for (const output of ['noise', 'attention', 'dift']) {
      const difference = maximalDifference(answer[output], takeRows(tensor(before, output), order));
      console.info(`another order, ${output}: maximal difference ${difference.toExponential(1)}`);
      expect(difference, output).toBeLessThan(1e-6);
    }
  });
});
