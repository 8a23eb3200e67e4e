import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { Graph } from '../../../src/engine/graph/graph.ts';
import type { RasterImage } from '../../../src/engine/raster-image.ts';
import { openPictureFilter } from '../../../src/safety/picture-classifier/onnx-picture-filter.ts';

const SIZE = 16;
const CARD = { size: SIZE, mean: [0, 0, 0], std: [1, 1, 1], labels: ['green', 'red'], flagged: ['red'] };

/** Mean greenness and mean redness as scores: float32 [1, 3, size, size] -> [1, 2]. */
function colourClassifier(): Uint8Array {
  const graph = new Graph({ compute: 'float32' });
  const picture = graph.input('pixel_values', 'float32', [1, 3, SIZE, SIZE]);
  const means = graph.reduceMean(graph.reduceMean(picture, 3), 2); // [1, 3]
  graph.output('logits', graph.concat([graph.slice(means, 1, 1, 2), graph.slice(means, 1, 0, 1)], 1));
  return graph.encode();
}

async function modelFile(model: Uint8Array, card: unknown): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'troupe-filter-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await writeFile(join(folder, 'colour.onnx'), model);
  if (card !== undefined) {
    await writeFile(join(folder, 'colour.json'), typeof card === 'string' ? card : JSON.stringify(card));
  }
  return join(folder, 'colour.onnx');
}

async function filterBy(card: unknown) {
  const filter = await openPictureFilter(await modelFile(colourClassifier(), card));
  onTestFinished(() => filter.close());
  return filter;
}

function plain(red: number, green: number, blue: number, width = 40, height = 24): RasterImage {
  const rgb = new Uint8Array(width * height * 3);
  for (let at = 0; at < rgb.length; at += 3) rgb.set([red, green, blue], at);
  return { width, height, rgb };
}

test('given a classifier of ours, then what it scores as red is flagged and the score is its own', async () => {
  const filter = await filterBy({ ...CARD, activation: 'none' });
  const red = await filter.look(plain(204, 20, 20));
  expect(red).toMatchObject({ flagged: true, label: 'red' });
  expect(red.score).toBeCloseTo(0.8, 2);
  const green = await filter.look(plain(51, 200, 20));
  expect(green.flagged).toBe(false);
  expect(green.score).toBeCloseTo(0.2, 2);
});

test('given softmax, mean and std, then they are applied as the card says', async () => {
  const filter = await filterBy({ ...CARD, mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25] });
  const { score } = await filter.look(plain(255, 0, 0));
  // logits (0 - 0.5) / 0.25 = -2 and (1 - 0.5) / 0.25 = 2
  expect(score).toBeCloseTo(1 / (1 + Math.exp(-4)), 3);
});

test('given a threshold, then only scores from it on are flagged', async () => {
  const filter = await filterBy({ ...CARD, activation: 'sigmoid', threshold: 0.7 });
  expect((await filter.look(plain(255, 0, 0))).flagged).toBe(true); // sigmoid(1) = 0.73
  expect((await filter.look(plain(128, 0, 0))).flagged).toBe(false); // sigmoid(0.5) = 0.62
});

test('given many pictures at once, then each gets its own answer', async () => {
  const filter = await filterBy({ ...CARD, activation: 'none' });
  const reds = [0, 51, 102, 153, 204, 255];
  const verdicts = await Promise.all(reds.map((red) => filter.look(plain(red, 0, 0))));
  for (const [at, { score }] of verdicts.entries()) expect(score).toBeCloseTo((reds[at] ?? 0) / 255, 2);
});

test('given a score that is no number, then the picture is flagged', async () => {
  // beyond float32's range the softmax is infinity / infinity
  const filter = await filterBy({ ...CARD, activation: 'softmax', std: [1e-40, 1, 1], threshold: 1 });
  expect((await filter.look(plain(0, 0, 0))).flagged).toBe(false);
  expect((await filter.look(plain(255, 0, 0))).flagged).toBe(true);
});

test.each([
  ['no card', undefined],
  ['a card that is no JSON', '{'],
  ['an unknown field', { ...CARD, colour: 'red' }],
  ['a flagged label that there is not', { ...CARD, flagged: ['blue'] }],
  ['a std of zero', { ...CARD, std: [1, 0, 1] }],
])('given %s, then it is refused before the model is loaded', async (_, card) => {
  await expect(modelFile(new Uint8Array(), card).then(openPictureFilter)).rejects.toMatchObject({
    code: 'picture-filter-card',
  });
});

test.each([
  ['bytes that are no model', new Uint8Array([1, 2, 3]), CARD],
  ['another input size', colourClassifier(), { ...CARD, size: 8 }],
  ['another number of labels', colourClassifier(), { ...CARD, labels: ['red', 'green', 'blue'] }],
])('given %s, then it is refused when it is opened', async (_, model, card) => {
  await expect(modelFile(model, card).then((file) => openPictureFilter(file))).rejects.toMatchObject({
    code: 'picture-filter-model',
  });
});

test('given a closed filter, then it says so and no picture passes', async () => {
  const filter = await openPictureFilter(await modelFile(colourClassifier(), CARD));
  await filter.close();
  await expect(filter.look(plain(0, 0, 0))).rejects.toThrow('has ended');
});
