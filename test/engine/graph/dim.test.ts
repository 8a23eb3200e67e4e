import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { broadcast, type Dim, dividedBy, plus, sameShape, times } from '../../../src/engine/graph/dim.ts';

const VALUES: Readonly<Record<string, number>> = { batch: 3, bank_16: 5, concepts: 7 };

/** What a dimension is when its symbols are known, by a reader of its own. */
function worth(dim: Dim): number {
  const text = String(dim);
  let at = 0;
  const atom = (): number => {
    if (text[at] === '(') {
      at += 1;
      let sum = product();
      while (text[at] === '+') {
        at += 1;
        sum += product();
      }
      expect(text[at]).toBe(')');
      at += 1;
      return sum;
    }
    const word = /^\w+/.exec(text.slice(at))?.[0] as string;
    at += word.length;
    return VALUES[word] ?? Number(word);
  };
  const product = (): number => {
    let result = atom();
    while (text[at] === '*') {
      at += 1;
      result *= atom();
    }
    return result;
  };
  const value = product();
  expect(at).toBe(text.length);
  return value;
}

const { dim } = fc.letrec<{ dim: Dim }>((tie) => ({
  dim: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom<Dim>(...Object.keys(VALUES)),
    fc.integer({ min: 1, max: 12 }),
    fc.tuple(tie('dim'), tie('dim')).map(([a, b]) => times(a, b)),
    fc.tuple(tie('dim'), tie('dim')).map(([a, b]) => plus(a, b)),
  ),
}));

describe('given any dimensions', () => {
  it('then products and sums are worth what they should, in whatever order, and spelled alike', () => {
    fc.assert(
      fc.property(dim, dim, dim, (a, b, c) => {
        expect(worth(times(a, b, c))).toBe(worth(a) * worth(b) * worth(c));
        expect(worth(plus(a, b))).toBe(worth(a) + worth(b));
        expect(times(c, a, b)).toBe(times(a, b, c));
        expect(times(times(a, b), c)).toBe(times(a, times(b, c)));
        expect(plus(a, b)).toBe(plus(b, a));
      }),
    );
  });

  it('then a product divided by one factor is the other', () => {
    fc.assert(
      fc.property(dim, dim, (a, b) => {
        expect(dividedBy(times(a, b), b)).toBe(times(a));
      }),
    );
  });

  it('then a quotient, where there is one, is worth what it should', () => {
    fc.assert(
      fc.property(dim, dim, (a, b) => {
        const quotient = dividedBy(a, b);
        if (quotient !== undefined) expect(worth(quotient) * worth(b)).toBe(worth(a));
      }),
    );
  });

  it('then 0 and 1 are neutral', () => {
    fc.assert(
      fc.property(dim, (a) => {
        expect(times(a, 1)).toBe(times(a));
        expect(plus(a, 0)).toBe(a);
        expect(times(a, 0)).toBe(0);
        expect(dividedBy(a, a)).toBe(1);
      }),
    );
  });
});

describe('dividedBy', () => {
  it.each([
    ['batch', 2],
    [6, 4],
    ['2*batch', 'concepts'],
    [6, 'batch'],
    ['(2+batch)', 2],
    [4, 0],
  ])('given %s by %s, which need not be whole, then undefined', (a, b) => {
    expect(dividedBy(a, b)).toBeUndefined();
  });

  it('given a product of a sum, then the sum divides it as a whole', () => {
    expect(dividedBy(times('batch', 8, plus('bank_16', 256)), plus(256, 'bank_16'))).toBe('8*batch');
  });
});

describe('broadcast', () => {
  it('given shapes of different rank, then the shorter one is filled up in front', () => {
    expect(broadcast(['batch', 4, 8], [8])).toEqual(['batch', 4, 8]);
    expect(broadcast([1, 4, 1], ['batch', 1, 8])).toEqual(['batch', 4, 8]);
    expect(broadcast([], [2])).toEqual([2]);
  });

  it.each([
    [[2], [3]],
    [['batch'], [2]],
    [['batch'], ['concepts']],
  ])('given %j and %j, then they are refused', (a, b) => {
    expect(() => broadcast(a, b)).toThrow(/do not broadcast/);
  });

  it('given any two that fit, then the order does not matter, and itself it leaves', () => {
    fc.assert(
      fc.property(
        fc.array(dim, { maxLength: 4 }),
        fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }),
        (shape, ones) => {
          const some = shape.map((d, i) => (ones[i] ? 1 : d));
          expect(sameShape(broadcast(shape, some), shape)).toBe(true);
          expect(broadcast(some, shape)).toEqual(broadcast(shape, some));
        },
      ),
    );
  });
});
