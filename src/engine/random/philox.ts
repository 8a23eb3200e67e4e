/**
 * Philox4x32-10, the counter-based generator of Salmon, Moraes, Dror and Shaw, "Parallel Random Numbers: As Easy as
 * 1, 2, 3" (SC 2011), exactly as Random123 defines it: a keyed bijection on 128-bit counters. It has no state, so the
 * n-th number of any stream is had without those before it.
 */

const ROUNDS = 10;
/** multipliers of the two S-boxes (Random123, philox.h: PHILOX_M4x32_0, _1) */
const MULTIPLIER_0 = 0xd2511f53;
const MULTIPLIER_1 = 0xcd9e8d57;
/** what the key's words grow by each round: golden ratio and sqrt(3) - 1, scaled by 2^32 (PHILOX_W32_0, _1) */
const WEYL_0 = 0x9e3779b9;
const WEYL_1 = 0xbb67ae85;

/** number of 32-bit words that one counter value gives */
export const PHILOX_WORDS = 4;

/** 128-bit counter, least significant word first; each uint32 */
export type PhiloxCounter = readonly [number, number, number, number];
/** 64-bit key, least significant word first; each uint32 */
export type PhiloxKey = readonly [number, number];

/** upper 32 bits of the 64-bit product of two uint32; in 16-bit halves, for a double holds 53 bits only */
function multiplyHigh(a: number, b: number): number {
  const aLow = a & 0xffff;
  const aHigh = a >>> 16;
  const bLow = b & 0xffff;
  const bHigh = b >>> 16;
  const middle = aHigh * bLow + ((aLow * bLow) >>> 16);
  const otherMiddle = aLow * bHigh + (middle & 0xffff);
  return aHigh * bHigh + (middle >>> 16) + (otherMiddle >>> 16);
}

/**
 * Writes the four words of one counter value to `out[0..3]` (an argument, so that millions of calls allocate nothing).
 */
export function philox4x32(counter: PhiloxCounter, key: PhiloxKey, out: Uint32Array): void {
  let [c0, c1, c2, c3] = counter;
  let [k0, k1] = key;
  for (let round = 0; round < ROUNDS; round++) {
    const high0 = multiplyHigh(MULTIPLIER_0, c0);
    const low0 = Math.imul(MULTIPLIER_0, c0) >>> 0;
    const high1 = multiplyHigh(MULTIPLIER_1, c2);
    const low1 = Math.imul(MULTIPLIER_1, c2) >>> 0;
    c0 = (high1 ^ c1 ^ k0) >>> 0;
    c1 = low1;
    c2 = (high0 ^ c3 ^ k1) >>> 0;
    c3 = low0;
    k0 = (k0 + WEYL_0) >>> 0;
    k1 = (k1 + WEYL_1) >>> 0;
  }
  out[0] = c0;
  out[1] = c1;
  out[2] = c2;
  out[3] = c3;
}
