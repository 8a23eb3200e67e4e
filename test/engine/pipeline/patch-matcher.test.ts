import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildCorrespondence } from '../../../src/engine/graph/correspondence.ts';
import { patchMatcher } from '../../../src/engine/pipeline/patch-matcher.ts';
import { OnnxSession } from '../../../src/engine/runtime/onnx-session.ts';
import { readFixture } from '../../support/fixtures.ts';
import { tensor } from '../../support/unet-fixture.ts';

describe('given the features and masks of the oracle (scripts/oracle/subject.py)', () => {
  const fixture = readFixture('consistory', 'correspondence.safetensors');
  const [images, channels, height, width] = tensor(fixture, 'features').shape as [number, number, number, number];
  const patches = height * width;
  const part = (name: string, at: number, size: number) =>
    tensor(fixture, name).data.subarray(at * size, (at + 1) * size);
  const features = Array.from({ length: images }, (_, i) => part('features', i, channels * patches) as Float32Array);

  let session: OnnxSession;
  beforeAll(async () => {
    session = await OnnxSession.create(buildCorrespondence(), { weightsFolder: '/', providers: ['cpu'], threads: 1 });
  });
  afterAll(() => session.release());

  it.each(['0', '1'])('then all pairs of concept %s have its nearest patches and similarities', async (concept) => {
    const everyone = Array.from({ length: images }, (_, image) => image);
    const pairs = everyone.flatMap((viewer) =>
      everyone
        .map((source) => ({
          viewer,
          source,
          concept,
          sourceMask: Uint8Array.from([...part(`mask_${concept}`, source, patches)].map(Number)),
        }))
        .filter(({ source, sourceMask }) => source !== viewer && sourceMask.includes(1)),
    );
    const found = await patchMatcher(session)(features, pairs);
    expect(found.length).toBe(pairs.length);
    let largest = 0;
    for (const { viewer, source, nearest, similarity } of found) {
      const pair = viewer * images + source;
      expect([...nearest]).toEqual([...part(`nearest_${concept}`, pair, patches)].map(Number));
      const wanted = part(`similarity_${concept}`, pair, patches) as Float32Array;
      for (const [i, value] of similarity.entries())
        largest = Math.max(largest, Math.abs(value - (wanted[i] as number)));
    }
    console.info(`similarities of concept ${concept}: maximal difference ${largest.toExponential(2)}`);
    expect(largest).toBeLessThan(2e-5);
  });

  it('given no pairs, then nothing is matched', async () => {
    expect(await patchMatcher(session)(features, [])).toEqual([]);
  });
});
