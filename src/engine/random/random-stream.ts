import { UserError } from '../../errors/user-error.ts';
import { PHILOX_WORDS, type PhiloxCounter, type PhiloxKey, philox4x32 } from './philox.ts';

/**
 * Every random number of a story comes from a stream that is named by what it is for, never by when it is drawn. So a
 * panel can be redrawn alone, panels may be drawn in any order or batch, and a story replays bit for bit.
 *
 * Layout (see docs/adr/0001-counter-based-randomness.md); changing it changes every story ever drawn:
 *
 *     key      word 0      story seed, bits 0..31
 *              word 1      story seed, bits 32..63
 *     counter  word 0      block: four 32-bit numbers each, counting from 0
 *              word 1      panel id
 *              word 2      revision of the panel (0 = first take)
 *              word 3      bits 24..31 purpose, bits 16..23 zero (reserved), bits 0..15 sampling step
 *
 * Philox is a bijection for a fixed key and every field has its own bits, so two different streams of a story never
 * share a block.
 */
export interface RandomStream {
  readonly key: PhiloxKey;
  /** counter words 1..3; word 0 counts blocks */
  readonly address: readonly [number, number, number];
}

/** What a stream is for. Numbers are part of the layout: add new ones, never renumber. */
export const RANDOM_PURPOSE = {
  /** initial latents x_T of a panel */
  latents: 1,
  /** which masked tokens are not shared at a step (ConsiStory 3.1, mask dropout) */
  dropout: 2,
  /** noise on finished latents before DIFT features are taken (ConsiStory 3.3) */
  dift: 3,
  /** noise on the finished latents of a given picture, anew at each step (ConsiStory 3.5, personalisation) */
  inversion: 4,
  /** noise that a sampler adds at a step (ancestral samplers, LCM) */
  sampler: 5,
  /** noise on a finished picture that the U-Net is asked about (probe-pictures.ts); no picture depends on it */
  probe: 6,
} as const;

export type RandomPurpose = keyof typeof RANDOM_PURPOSE;

export interface RandomStreamName {
  /** uint64; a number must be a whole one that a double holds exactly */
  readonly seed: bigint | number;
  readonly purpose: RandomPurpose;
  /** uint32 */
  readonly panel: number;
  /** uint32, 0 if left out */
  readonly revision?: number;
  /** sampling step, uint16, 0 if left out; give it where a purpose draws anew at each step */
  readonly step?: number;
}

const UINT16_LIMIT = 2 ** 16;
const UINT32_LIMIT = 2 ** 32;
const SEED_LIMIT = 2n ** 64n;
const LOW_WORD = 0xffff_ffffn;
const PURPOSE_SHIFT = 24;
/** 24 bits: all that a float32 in [0, 1) can hold evenly */
const UNIFORM_SHIFT = 8;
const UNIFORM_SCALE = 2 ** -24;
const WORD_SCALE = 2 ** -32;

/**
 * The stream of that name, at its beginning.
 * @throws UserError `seed-invalid` if the seed is no uint64
 * @throws RangeError if panel, revision or step don't fit their fields
 */
export function randomStream({ seed, purpose, panel, revision = 0, step = 0 }: RandomStreamName): RandomStream {
  const seed64 = parseSeed(seed);
  assertField('panel', panel, UINT32_LIMIT);
  assertField('revision', revision, UINT32_LIMIT);
  assertField('step', step, UINT16_LIMIT);
  return {
    key: [Number(seed64 & LOW_WORD), Number(seed64 >> 32n)],
    address: [panel, revision, ((RANDOM_PURPOSE[purpose] << PURPOSE_SHIFT) | step) >>> 0],
  };
}

/** The stream's first `count` numbers, evenly distributed in [0, 1), on the grid of 2^-24. */
export function uniforms(stream: RandomStream, count: number): Float32Array {
  const numbers = new Float32Array(count);
  forEachBlock(stream, count, (words, start) => {
    for (let i = 0; i < PHILOX_WORDS; i++) numbers[start + i] = (word(words, i) >>> UNIFORM_SHIFT) * UNIFORM_SCALE;
  });
  return numbers;
}

/**
 * The stream's first `count` numbers, normally distributed (mean 0, variance 1, |z| < 6.8): Box-Muller in double
 * precision on pairs of words, rounded to float32.
 *
 * ECMAScript leaves the last bit of `Math.log`, `sin` and `cos` to the engine. V8 ships its own implementations, the
 * same on all platforms; should a later V8 differ by one unit in a double's last place, the float32 differs with a
 * probability of about 2^-29 per number. The test of golden values would tell of anything worse.
 */
export function normalNoise(stream: RandomStream, count: number): Float32Array {
  const noise = new Float32Array(count);
  forEachBlock(stream, count, (words, start) => {
    for (let i = 0; i < PHILOX_WORDS; i += 2) {
      // The half keeps it inside (0, 1): the logarithm is finite.
      const radius = Math.sqrt(-2 * Math.log((word(words, i) + 0.5) * WORD_SCALE));
      const angle = 2 * Math.PI * ((word(words, i + 1) + 0.5) * WORD_SCALE);
      noise[start + i] = radius * Math.cos(angle);
      noise[start + i + 1] = radius * Math.sin(angle);
    }
  });
  return noise;
}

/** Writes past a typed array's end are dropped by the language, so the last block needs no care. */
function forEachBlock(stream: RandomStream, count: number, use: (words: Uint32Array, start: number) => void): void {
  const words = new Uint32Array(PHILOX_WORDS);
  const [panel, revision, purposeAndStep] = stream.address;
  for (let block = 0; block * PHILOX_WORDS < count; block++) {
    const counter: PhiloxCounter = [block, panel, revision, purposeAndStep];
    philox4x32(counter, stream.key, words);
    use(words, block * PHILOX_WORDS);
  }
}

function word(words: Uint32Array, index: number): number {
  return words[index] as number;
}

function parseSeed(seed: bigint | number): bigint {
  if (typeof seed === 'number' ? Number.isSafeInteger(seed) && seed >= 0 : seed >= 0n && seed < SEED_LIMIT) {
    return BigInt(seed);
  }
  throw new UserError('seed-invalid', {
    expected: `a whole number from 0 to ${SEED_LIMIT - 1n} as the seed`,
    got: `${seed}`,
    todo: 'Give another seed, or none to have one chosen.',
    seed: `${seed}`,
  });
}

function assertField(name: string, value: number, limit: number): void {
  if (!Number.isInteger(value) || value < 0 || value >= limit) {
    throw new RangeError(`random stream: ${name} must be a whole number in [0, ${limit}), but is ${value}`);
  }
}
