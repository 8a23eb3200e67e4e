import { describe, expect, it } from 'vitest';
import type { Canon } from '../../src/canon/canon.ts';
import { decodeCanon, encodeCanon } from '../../src/canon/canon-file.ts';
import { PLAIN_SETTINGS } from '../../src/engine/consistory/settings.ts';
import { canonOf, stored } from '../support/canons.ts';

const withoutId = ({ id: _, ...rest }: Canon) => rest;

/** in the order of the file, so that the bytes come back too */
function sampledBy(sampler: Canon['sampler']): Omit<Canon, 'id'> {
  const { settings, latentShape, maskGrid, anchors, ...head } = canonOf();
  return { ...head, sampler, settings, latentShape, maskGrid, anchors };
}

describe('encodeCanon and decodeCanon', () => {
  it.each([
    ['one character', canonOf()],
    ['a sampler of its own', sampledBy('dpm++-2m')],
    ['two characters', canonOf(['Rusty', 'Bo'], 3)],
    ['names that objects have already', canonOf(['__proto__', 'constructor', 'toString'])],
    ['names with dots, spaces, emoji and other scripts', canonOf(['a.b', 'a b', '🦊', '狐狸', 'Jürgen', '"\\'])],
    [
      'the plain settings and every other number at its limit',
      {
        ...canonOf(),
        settings: { ...PLAIN_SETTINGS, anchors: 'all' as const, maskDropout: 0 },
        anchors: canonOf().anchors.map((anchor, i) => ({
          ...anchor,
          id: 2 ** 32 - 1 - i,
          revision: 2 ** 32 - 1,
          seed: 2n ** 64n - 1n,
        })),
      },
    ],
  ])('given %s, then all of it comes back, bit for bit', (_, canon) => {
    const file = encodeCanon(canon);
    const back = decodeCanon(file, 'test');
    expect(withoutId(back)).toEqual(canon);
    expect(back.anchors.map(({ masks }) => Object.keys(masks).sort())).toEqual(
      canon.anchors.map(({ masks }) => Object.keys(masks).sort()),
    );
    expect(encodeCanon(withoutId(back))).toEqual(file);
  });

  it('given latents that only bits tell apart, then the bits come back', () => {
    const canon = canonOf();
    const odd = Float32Array.of(-0, 1e-45, 3.4028234663852886e38, -1.1754943508222875e-38);
    canon.anchors[0]?.latents.set(odd);
    const [anchor] = decodeCanon(encodeCanon(canon), 'test').anchors;
    expect(new Uint32Array(anchor?.latents.buffer ?? new ArrayBuffer(0))).toEqual(
      new Uint32Array(canon.anchors[0]?.latents.buffer ?? new ArrayBuffer(0)),
    );
  });

  it('given the same canon twice, then one id; given another, then another', () => {
    expect(stored(canonOf()).id).toMatch(/^[0-9a-f]{64}$/);
    expect(stored(canonOf()).id).toBe(stored(canonOf()).id);
    expect(stored({ ...canonOf(), steps: 4 }).id).not.toBe(stored(canonOf()).id);
  });
});
