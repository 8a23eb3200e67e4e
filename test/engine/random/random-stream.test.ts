import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { philox4x32 } from '../../../src/engine/random/philox.ts';
import {
  normalNoise,
  type RandomStreamName,
  randomStream,
  uniforms,
} from '../../../src/engine/random/random-stream.ts';
import { UserError } from '../../../src/errors/user-error.ts';

const COUNT = 200_000;
/** bound on a statistic in its own standard deviations; seeds are fixed, so it holds or not for ever */
const SIGMAS = 4;

const name = (changes: Partial<RandomStreamName> = {}): RandomStreamName => ({
  seed: 7,
  purpose: 'latents',
  panel: 0,
  ...changes,
});

function moment(values: Float32Array, power: number, mean = 0): number {
  return values.reduce((sum, value) => sum + (value - mean) ** power, 0) / values.length;
}

function correlation(a: Float32Array, b: Float32Array): number {
  const meanA = moment(a, 1);
  const meanB = moment(b, 1);
  const covariance = a.reduce((sum, value, i) => sum + (value - meanA) * ((b[i] as number) - meanB), 0) / a.length;
  return covariance / Math.sqrt(moment(a, 2, meanA) * moment(b, 2, meanB));
}

describe('randomStream layout', () => {
  it('given a name, then block b of its stream is Philox of the documented counter and key', () => {
    const seed = 0x0123456789abcdefn;
    const stream = randomStream({ seed, purpose: 'dropout', panel: 0xfffffffe, revision: 5, step: 513 });
    const words = new Uint32Array(4);
    const expected: number[] = [];
    for (const block of [0, 1]) {
      philox4x32([block, 0xfffffffe, 5, 0x02000201], [0x89abcdef, 0x01234567], words);
      expected.push(...Array.from(words, (w) => (w >>> 8) / 2 ** 24));
    }
    expect([...uniforms(stream, 8)]).toEqual(expected);
  });

  it('given the same seed as a number and as a bigint, then the stream is the same', () => {
    expect(randomStream(name({ seed: 2 ** 40 + 1 }))).toEqual(randomStream(name({ seed: 2n ** 40n + 1n })));
  });

  it('given a longer request, then it begins with the shorter one', () => {
    const stream = randomStream(name());
    for (const count of [0, 1, 2, 3, 4, 5, 63]) {
      expect(normalNoise(stream, count)).toEqual(normalNoise(stream, 64).slice(0, count));
      expect(uniforms(stream, count)).toEqual(uniforms(stream, 64).slice(0, count));
    }
  });

  it('given any one field changed, then every number changes', () => {
    const first = normalNoise(randomStream(name()), 64);
    const others: Partial<RandomStreamName>[] = [
      { seed: 8 },
      { seed: 7n + 2n ** 32n },
      { purpose: 'dropout' },
      { purpose: 'dift' },
      { panel: 1 },
      { revision: 1 },
      { step: 1 },
    ];
    for (const change of others) {
      const other = normalNoise(randomStream(name(change)), 64);
      expect(first.filter((value, i) => value === other[i])).toHaveLength(0);
    }
  });

  it.each([-1, 1.5, Number.NaN, 2 ** 53, -1n, 2n ** 64n])('given the seed %s, then a person is told', (seed) => {
    expect(() => randomStream(name({ seed }))).toThrow(UserError);
    expect(() => randomStream(name({ seed }))).toThrow(`but got ${seed}`);
  });

  it.each<[keyof RandomStreamName, number]>([
    ['panel', -1],
    ['panel', 2 ** 32],
    ['revision', 0.5],
    ['revision', 2 ** 32],
    ['step', 2 ** 16],
    ['step', -1],
  ])('given the %s %s, then it does not spill into another field', (field, value) => {
    expect(() => randomStream(name({ [field]: value }))).toThrow(RangeError);
  });
});

interface GoldenStream {
  name: { seed: string; purpose: RandomStreamName['purpose']; panel: number; revision: number; step: number };
  normal: number[];
  uniform: number[];
}

describe('golden values', () => {
  const { streams } = JSON.parse(
    readFileSync(new URL('../../fixtures/random/streams.json', import.meta.url), 'utf8'),
  ) as { streams: GoldenStream[] };

  it.each(streams)('given the stream $name, then its numbers are those of the first release', (golden) => {
    const stream = randomStream({ ...golden.name, seed: BigInt(golden.name.seed) });
    expect([...normalNoise(stream, golden.normal.length)]).toEqual(golden.normal);
    expect([...uniforms(stream, golden.uniform.length)]).toEqual(golden.uniform);
  });
});

describe('distribution', () => {
  it('given many normal numbers, then mean, variance, skewness and kurtosis are those of N(0, 1)', () => {
    const noise = normalNoise(randomStream(name()), COUNT);
    const measured = {
      mean: moment(noise, 1),
      variance: moment(noise, 2),
      skew: moment(noise, 3),
      kurtosis: moment(noise, 4),
    };
    console.info('normal moments', measured);
    // Standard deviations of the estimates: sqrt(Var(z^k) / n), Var = 1, 2, 15, 96.
    expect(Math.abs(measured.mean)).toBeLessThan(SIGMAS * Math.sqrt(1 / COUNT));
    expect(Math.abs(measured.variance - 1)).toBeLessThan(SIGMAS * Math.sqrt(2 / COUNT));
    expect(Math.abs(measured.skew)).toBeLessThan(SIGMAS * Math.sqrt(15 / COUNT));
    expect(Math.abs(measured.kurtosis - 3)).toBeLessThan(SIGMAS * Math.sqrt(96 / COUNT));
  });

  it('given many normal numbers, then their distribution function is that of N(0, 1)', () => {
    const noise = normalNoise(randomStream(name({ seed: 11 })), COUNT);
    // P(z < x) from a table of the normal distribution.
    for (const [x, probability] of [
      [-3, 0.0013499],
      [-1, 0.1586553],
      [0, 0.5],
      [0.5, 0.6914625],
      [2, 0.9772499],
    ] as const) {
      const share = noise.filter((value) => value < x).length / COUNT;
      expect(Math.abs(share - probability)).toBeLessThan(SIGMAS * Math.sqrt((probability * (1 - probability)) / COUNT));
    }
  });

  it('given many uniform numbers, then they lie in [0, 1) and fill 64 bins evenly', () => {
    const bins = new Float64Array(64);
    const numbers = uniforms(randomStream(name({ purpose: 'dropout' })), COUNT);
    expect(numbers.filter((value) => value < 0 || value >= 1)).toHaveLength(0);
    for (const value of numbers) {
      const bin = Math.floor(value * bins.length);
      bins[bin] = (bins[bin] as number) + 1;
    }
    const expected = COUNT / bins.length;
    const chiSquare = bins.reduce((sum, n) => sum + (n - expected) ** 2 / expected, 0);
    const freedom = bins.length - 1;
    console.info('uniform chi-square', chiSquare, 'of', freedom, 'degrees of freedom');
    expect(Math.abs(chiSquare - freedom)).toBeLessThan(SIGMAS * Math.sqrt(2 * freedom));
  });

  it.each<[string, Partial<RandomStreamName>]>([
    ['the next panel', { panel: 1 }],
    ['the next revision', { revision: 1 }],
    ['the next step', { step: 1 }],
    ['another purpose', { purpose: 'dift' }],
    ['the next seed', { seed: 8 }],
  ])('given %s, then its noise is not correlated with this one', (_, change) => {
    const r = correlation(normalNoise(randomStream(name()), COUNT), normalNoise(randomStream(name(change)), COUNT));
    console.info('correlation', r);
    expect(Math.abs(r)).toBeLessThan(SIGMAS / Math.sqrt(COUNT));
  });

  it('given neighbours within a stream, then they are not correlated', () => {
    const noise = normalNoise(randomStream(name()), COUNT + 4);
    for (const lag of [1, 2, 3, 4]) {
      const r = correlation(noise.subarray(0, COUNT), noise.subarray(lag, COUNT + lag));
      expect(Math.abs(r)).toBeLessThan(SIGMAS / Math.sqrt(COUNT));
    }
  });
});
