import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { altText } from '../../src/render/alt-text.ts';
import { cleanCaption, escapeMarkup, graphemesOf, shorten } from '../../src/render/caption-text.ts';

describe('cleanCaption', () => {
  it.each([
    ['tabs and runs of spaces', 'a\t b   c', 'a b c'],
    ['every kind of line break', 'a\r\nb\u2028c\n\n\nd', 'a\nb\nc\nd'],
    ['controls', 'a\u0000\u001b[31mb', 'a[31mb'],
    ['lone surrogates', 'a\ud800b', 'ab'],
    ['direction overrides', '\u202eabc\u202c', 'abc'],
    ['emoji sequences', '👩‍👩‍👧 ❤️', '👩‍👩‍👧 ❤️'],
    ['vowel marks', 'हिन्दी é', 'हिन्दी é'],
  ])('given %s, then only what can be drawn is left', (_name, given, expected) => {
    expect(cleanCaption(given)).toBe(expected);
  });

  it('given any text, then cleaning twice changes nothing more', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => cleanCaption(cleanCaption(text)) === cleanCaption(text)),
    );
  });
});

describe('escapeMarkup', () => {
  it('given markup, then no character of it is left', () => {
    expect(escapeMarkup(`<b a="1" c='2'>&amp;`)).toBe('&lt;b a=&quot;1&quot; c=&#39;2&#39;&gt;&amp;amp;');
  });
});

describe('shorten', () => {
  it.each([
    ['the fox reads a book', 17, 'the fox reads a…'],
    ['the fox, reads', 8, 'the fox…'],
    ['abcdefghijklmnopqrstuvwxyz', 5, 'abcde…'],
    ['👩‍👩‍👧👩‍👩‍👧👩‍👩‍👧', 1, '👩‍👩‍👧…'],
    ['fox', 3, 'fox'],
  ])('given %s and %i graphemes, then it is %s', (text, count, expected) => {
    expect(shorten(graphemesOf(text), count)).toBe(expected);
  });
});

describe('altText', () => {
  it('given short captions, then they are all there', () => {
    expect(altText(['fox in a forest', 'fox at home'])).toBe('A story in 2 panels: 1. fox in a forest; 2. fox at home');
    expect(altText(['fox'], 'Rusty')).toBe('“Rusty”, a story in 1 panel: 1. fox');
  });

  it('given one caption too long, then the short ones stay whole', () => {
    const text = altText(['a short one', 'word '.repeat(2000), 'another short one']);
    expect(text.length).toBeLessThanOrEqual(1024);
    expect(text.length).toBeGreaterThan(950);
    expect(text).toContain('1. a short one; 2. word word');
    expect(text).toMatch(/3\. another short one$/u);
  });

  it('given any captions, then it is never longer than the limit and names each panel', () => {
    const captions = fc.array(fc.string({ unit: 'grapheme', maxLength: 3000 }), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(captions, (list) => {
        const text = altText(list);
        expect(text.length).toBeLessThanOrEqual(1024);
        for (let i = 1; i <= list.length; i++) expect(text).toContain(`${i}.`);
      }),
      { numRuns: 30 },
    );
  });
});
