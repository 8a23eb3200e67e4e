import { describe, expect, test } from 'vitest';
import type { Correspondence } from '../../../src/engine/consistory/correspondence.ts';
import { chooseInjections } from '../../../src/engine/consistory/feature-injection.ts';
import { MaskTracker } from '../../../src/engine/consistory/mask-tracker.ts';
import { resizeMask, unionMasks } from '../../../src/engine/consistory/subject-mask.ts';
import { readFixture } from '../../support/fixtures.ts';
import { takeRows, tensor } from '../../support/unet-fixture.ts';

/** One image's part of a mask [N, ...], or of any tensor whose first axis is images. */
const imageOf = (fixture: ReturnType<typeof readFixture>, name: string, image: number): number[] => {
  const { shape, data } = tensor(fixture, name);
  const size = data.length / (shape[0] as number);
  return [...data.subarray(image * size, (image + 1) * size)].map(Number);
};

describe('given the attention maps of the oracle (scripts/oracle/subject.py)', () => {
  const fixture = readFixture('consistory', 'masks.safetensors');
  const [images, steps, tokens, height, width] = tensor(fixture, 'maps').shape as [
    number,
    number,
    number,
    number,
    number,
  ];
  const columns = (name: string) => [...tensor(fixture, name).data].map(Number);
  const rows = { '0': [columns('columns_0_0'), columns('columns_0_1')], '1': [columns('columns_1_0')] };
  const maskAfterAllSteps = (image: number, words: Readonly<Record<string, readonly (readonly number[])[]>>) => {
    const maps = takeRows(tensor(fixture, 'maps'), [image]).data as Float32Array;
    const step = tokens * height * width;
    return Array.from({ length: steps }, (_, at) => maps.subarray(at * step, (at + 1) * step)).reduce(
      (tracker, map) => tracker.add(map),
      new MaskTracker(words, height * width, steps),
    );
  };

  test.each(Array.from({ length: images }, (_, image) => image))('then image %i has its masks', (image) => {
    const concepts = maskAfterAllSteps(image, rows);
    for (const concept of ['0', '1']) {
      expect([...concepts.mask(concept)]).toEqual(imageOf(fixture, `mask_${concept}`, image));
    }
    const words = maskAfterAllSteps(image, { a: [columns('columns_0_0')], b: [columns('columns_0_1')] });
    expect([...words.mask('a')]).toEqual(imageOf(fixture, 'word_0_0', image));
    expect([...words.mask('b')]).toEqual(imageOf(fixture, 'word_0_1', image));
    const union = unionMasks([concepts.mask('0'), concepts.mask('1')], height * width);
    expect([...union]).toEqual(imageOf(fixture, 'union', image));
    const large = resizeMask(union, { height, width }, { height: 2 * height, width: 3 * width });
    expect([...large]).toEqual(imageOf(fixture, 'union_large', image));
  });
});

describe('given the correspondences of the oracle (scripts/oracle/subject.py)', () => {
  const fixture = readFixture('consistory', 'correspondence.safetensors');
  const [images, , height, width] = tensor(fixture, 'features').shape as [number, number, number, number];
  const size = height * width;
  const anchors = [...tensor(fixture, 'anchors').data].map(Number);
  const everyone = Array.from({ length: images }, (_, image) => image);
  const maskOf = (image: number, concept: string) => Uint8Array.from(imageOf(fixture, `mask_${concept}`, image));

  /** The correspondences of all images to the sources that show the concept. */
  const correspondences = (concept: string, sources: readonly number[]): Correspondence[] =>
    everyone.flatMap((viewer) =>
      sources
        .filter((source) => source !== viewer && maskOf(source, concept).includes(1))
        .map((source) => {
          const pair = (name: string) => imageOf(fixture, name, viewer).slice(source * size, (source + 1) * size);
          return {
            viewer,
            source,
            concept,
            sourceMask: maskOf(source, concept),
            nearest: Int32Array.from(pair(`nearest_${concept}`)),
            similarity: Float32Array.from(pair(`similarity_${concept}`)),
          };
        }),
    );

  test.each([
    ['0', 'all', everyone],
    ['0', 'anchors', anchors],
    ['1', 'all', everyone],
    ['1', 'anchors', anchors],
  ] as const)(
    'given concept %s and %s as sources, then the same tokens take the same features',
    (concept, name, of) => {
      const grid = { height, width };
      const chosen = chooseInjections(correspondences(concept, of), maskOf, grid, grid, 'otsu');
      const wanted = everyone.flatMap((panel) => {
        const [image, patch] = ['image', 'patch'].map((kind) => imageOf(fixture, `${kind}_${concept}_${name}`, panel));
        return imageOf(fixture, `injected_${concept}_${name}_image`, panel).flatMap((injected, token) =>
          injected ? [{ panel, token, source: image?.[token], sourceToken: patch?.[token] }] : [],
        );
      });
      expect(wanted.length).toBeGreaterThan(images);
      const found = chosen.map(({ panel, token, source, sourceToken }) => ({ panel, token, source, sourceToken }));
      expect(found).toEqual(wanted);
    },
  );
});
