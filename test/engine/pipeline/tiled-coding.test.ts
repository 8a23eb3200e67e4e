import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildKlDecoder, buildKlEncoder } from '../../../src/engine/graph/autoencoder-kl.ts';
import type { AutoencoderGraph } from '../../../src/engine/graph/latent-space.ts';
import { shortestTile, tilesOf, tileWeights } from '../../../src/engine/pipeline/tile-axis.ts';
import { codeInTiles, type Planes } from '../../../src/engine/pipeline/tiled-coding.ts';
import { OnnxSession } from '../../../src/engine/runtime/onnx-session.ts';
import { float32Tensor, type TensorValue } from '../../../src/engine/runtime/tensor-value.ts';
import { fixturePath, readFixture, readModelPart } from '../../support/fixtures.ts';

/** of scripts/oracle/tiled_autoencoder.py, in latents; and pixels per latent of its model */
const TILE = 8;
const OVERLAP = TILE / 4;
const SCALE = 4;
/** float32 against float64 */
const TOLERANCE = 2e-5;

const FOLDER = fixturePath('autoencoders', 'kl');
const fixture = readFixture('autoencoders', 'kl', 'tiled.safetensors');

const planes = (name: string): Planes => {
  const { shape, data } = fixture[name] as TensorValue;
  const [, , height = 0, width = 0] = shape;
  return { height, width, data: data as Float32Array };
};

describe('given an axis', () => {
  it.each([
    ['that one tile fits', 6, 8, [0]],
    ['that whole tiles fit', 14, 8, [0, 6]],
    ['one longer than a tile', 9, 8, [0, 1]],
    ['that whole tiles do not fit', 19, 8, [0, 6, 11]],
    ['SDXL at 1024 pixels in tiles of 512', 128, 64, [0, 32, 64]],
  ])('%s, then tiles are spread evenly over all of it', (_, length, tile, starts) => {
    expect(tilesOf(length, tile)).toEqual({ length, tile: Math.min(length, tile), starts });
  });

  it('and a most length, then the shortest tile needs as few tiles, and at least a quarter of each overlaps', () => {
    for (let length = 1; length <= 256; length++) {
      for (let most = 32; most <= 128; most += 4) {
        const tile = shortestTile(length, most, 32);
        expect(tile).toBeLessThanOrEqual(Math.min(most, length));
        const { starts } = tilesOf(length, tile);
        expect(starts.length).toBe(tilesOf(length, most).starts.length);
        for (const [i, start] of starts.slice(1).entries()) {
          expect((starts[i] as number) + tile - start).toBeGreaterThanOrEqual(tile / 4);
        }
        if (tile < length && tile > 32) expect(tilesOf(length, tile - 4).starts.length).toBeGreaterThan(starts.length);
      }
    }
  });

  it('then everywhere the weights of the tiles add up to 1, and the outermost places have that of one tile', () => {
    for (let length = 1; length <= 70; length++) {
      for (const [tile, scale] of [
        [4, 1],
        [8, 8],
        [32, 1],
      ] as const) {
        const axis = tilesOf(length, tile);
        const sums = new Float64Array(length * scale);
        axis.starts.forEach((start, i) => {
          tileWeights(axis, i, scale).forEach((weight, at) => {
            sums[start * scale + at] = (sums[start * scale + at] as number) + weight;
          });
        });
        for (const sum of sums) expect(sum).toBeCloseTo(1, 5);
      }
    }
  });
});

describe('given a picture in tiles (scripts/oracle/tiled_autoencoder.py)', () => {
  const sessions: OnnxSession[] = [];
  let decode: (latents: Planes, tile: { height: number; width: number }) => Promise<Float32Array>;
  let encode: typeof decode;

  beforeAll(() => {
    const open = async (graph: AutoencoderGraph, input: string, output: string, channels: number) => {
      const session = await OnnxSession.create(graph.model, {
        weightsFolder: FOLDER,
        providers: ['cpu'],
        threads: 1,
      });
      sessions.push(session);
      const { height, width } = graph.input;
      return async (tile: Float32Array) => {
        const result = await session.run({ [input]: float32Tensor(tile, [1, channels, height, width]) }, [output]);
        return result[output]?.data as Float32Array;
      };
    };
    const part = { ...readModelPart(FOLDER, 'diffusion_pytorch_model'), compute: 'float32' } as const;
    decode = async (latents, tile) => {
      const code = await open(buildKlDecoder({ ...part, ...tile }), 'latents', 'sample', 4);
      return codeInTiles(latents, { tile, inputScale: 1, outputScale: SCALE }, code);
    };
    encode = async (picture, { height, width }) => {
      const tile = { height: height * SCALE, width: width * SCALE };
      const code = await open(buildKlEncoder({ ...part, ...tile }), 'sample', 'mean', 3);
      return codeInTiles(picture, { tile, inputScale: SCALE, outputScale: 1 }, code);
    };
  });
  afterAll(async () => {
    for (const session of sessions) await session.release();
  });

  /** Greatest difference over the columns before `until`. */
  function difference(what: string, got: Float32Array, wanted: Planes, until = wanted.width): number {
    expect(got.length).toBe(wanted.data.length);
    const most = got.reduce((largest, value, i) => {
      if (i % wanted.width >= until) return largest;
      return Math.max(largest, Math.abs(value - (wanted.data[i] as number)));
    }, 0);
    console.info(`${what}: maximal difference ${most.toExponential(1)}`);
    return most;
  }

  const along = { height: TILE - OVERLAP, width: TILE };
  const both = { height: TILE, width: TILE };

  it("then it is decoded as by diffusers' tiled_decode, up to where that puts its last sliver", async () => {
    const wanted = planes('sliver_decoded');
    const got = await decode(planes('sliver_latents'), along);
    const until = wanted.width - OVERLAP * SCALE;
    expect(difference('decoded as by diffusers', got, wanted, until)).toBeLessThan(TOLERANCE);
    expect(difference('and in the sliver', got, wanted)).toBeGreaterThan(0.01);
  });

  it("then it is encoded as by diffusers' tiled_encode, up to where that puts its last sliver", async () => {
    const wanted = planes('sliver_encoded');
    const got = await encode(planes('sliver_picture'), along);
    const until = wanted.width - OVERLAP;
    expect(difference('encoded as by diffusers', got, wanted, until)).toBeLessThan(TOLERANCE);
  });

  it("then along both axes it is diffusers' autoencoder on evenly spread tiles", async () => {
    const decoded = await decode(planes('even_latents'), both);
    expect(difference('decoded, both axes', decoded, planes('even_decoded'))).toBeLessThan(TOLERANCE);
    const encoded = await encode(planes('even_picture'), both);
    expect(difference('encoded, both axes', encoded, planes('even_encoded'))).toBeLessThan(TOLERANCE);
  });

  it('smaller than a tile, then that is a mistake of the caller', async () => {
    const tiling = { tile: { height: 2, width: 2 }, inputScale: 1, outputScale: 1 };
    const small = { height: 3, width: 1, data: new Float32Array(3) };
    await expect(codeInTiles(small, tiling, async (tile) => tile)).rejects.toThrow('1 x 3 is smaller');
  });
});
