import fs from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { float32Tensor, type TensorValue } from '../../../src/engine/runtime/tensor-value.ts';
import { readSafetensorsHeader } from '../../../src/engine/weights/safetensors.ts';
import { type Judge, openJudge } from '../../../src/evaluation/judge/judge.ts';
import { buildJudgeGraph } from '../../../src/evaluation/judge/judge-graph.ts';
import { expectClose, fixturePath, readFixture } from '../../support/fixtures.ts';
import { runGraph } from '../../support/run-graph.ts';

/** What PyTorch and scripts/train-judge/reading.py say of the fixture's pictures. */
interface Said {
  readonly place: string;
  readonly time: string;
  readonly creatures: readonly ({ readonly area: number; readonly x: number; readonly y: number } & Record<
    string,
    string | number
  >)[];
}

const fixture = readFixture('judge', 'judge.safetensors');
const said = JSON.parse(fs.readFileSync(fixturePath('judge', 'judgements.json'), 'utf8')) as Said[];
const WEIGHTS = path.resolve('src/evaluation/judge/weights');
const SIDE = 128;
const bytes = fixture.pictures?.data as unknown as Uint8Array;
const picture = (i: number) => ({
  width: SIDE,
  height: SIDE,
  rgb: bytes.subarray(i * 3 * SIDE ** 2, (i + 1) * 3 * SIDE ** 2),
});

/** Every `step`th row and column of [B, C, H, W]. */
function thinned({ shape, data }: TensorValue, step: number): TensorValue {
  const [batch, channels, height, width] = shape as [number, number, number, number];
  const kept = Array.from(data as Float32Array).filter((_, i) => {
    const [x, y] = [i % width, Math.floor(i / width) % height];
    return x % step === 0 && y % step === 0;
  });
  return float32Tensor(Float32Array.from(kept), [batch, channels, height / step, width / step]);
}

describe('the judge of pocket pictures', () => {
  let judge: Judge;
  beforeAll(async () => {
    judge = await openJudge({ threads: 1 });
  });
  afterAll(() => judge.release());

  test("given its weights, then the graph says what PyTorch's network says", async () => {
    const area = SIDE ** 2;
    const input = Float32Array.from({ length: bytes.length }, (_, i) => {
      const [image, channel, pixel] = [Math.floor(i / (3 * area)), Math.floor(i / area) % 3, i % area];
      return (bytes[image * 3 * area + pixel * 3 + channel] as number) / 127.5 - 1;
    });
    const weights = readSafetensorsHeader(path.join(WEIGHTS, 'judge.safetensors'));
    const out = await runGraph(buildJudgeGraph({ weights, root: WEIGHTS }), WEIGHTS, {
      picture: float32Tensor(input, [said.length, 3, SIDE, SIDE]),
    });
    expectClose('judge, map', thinned(out.map as TensorValue, 4), fixture.map, 1e-4);
    expectClose('judge, attributes', thinned(out.attributes as TensorValue, 4), fixture.attributes, 1e-4);
    expectClose('judge, scene', out.scene, fixture.scene, 1e-4);
  });

  test('given pictures of the recipe, then it reads them as the second statement of the reading does', async () => {
    for (const [i, { place, time, creatures }] of said.entries()) {
      const judgement = await judge.judge(picture(i));
      expect({ place: judgement.place, time: judgement.time }).toEqual({ place, time });
      expect(judgement.instances).toHaveLength(creatures.length);
      for (const [n, expected] of creatures.entries()) {
        const got = judgement.instances[n];
        if (!got) throw new Error('no creature');
        for (const [name, { is, confidence }] of Object.entries(got.verdicts)) {
          expect(is).toBe(expected[name]);
          expect(confidence).toBeCloseTo(Number(expected[`${name}Confidence`]), 3);
        }
        expect(got.area).toBeCloseTo(expected.area, 2);
        expect(got.centroid.x).toBeCloseTo(expected.x, 2);
        expect(got.centroid.y).toBeCloseTo(expected.y, 2);
        expect(got.accessoryColour === null).toBe(got.accessory === 'none');
      }
    }
  });

  test('given a picture of another size, then it is refused', async () => {
    const large = { width: 256, height: 128, rgb: new Uint8Array(256 * 128 * 3) };
    await expect(judge.judge(large)).rejects.toMatchObject({ code: 'judge-picture-size' });
  });

  test('given a picture of one colour, then there is nobody', async () => {
    const sky = { width: SIDE, height: SIDE, rgb: new Uint8Array(3 * SIDE ** 2).fill(200) };
    expect((await judge.judge(sky)).instances).toEqual([]);
  });
});
