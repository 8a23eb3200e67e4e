import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { UserError } from '../../src/errors/user-error.ts';
import { checkTexts, type FilterSettings } from '../../src/safety/check-texts.ts';

/** Why a text is refused, or `undefined` where it is let through. */
function reason(text: string, settings: FilterSettings = {}, ageGated = false): unknown {
  return refusalOf([{ field: 'panels', text }], settings, ageGated)?.context.reason;
}

function refusalOf(texts: Parameters<typeof checkTexts>[0], settings: FilterSettings = {}, ageGated = false) {
  try {
    checkTexts(texts, settings, { ageGated });
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
  return undefined;
}

const blocked = (word: string, text: string) => reason(text, { blockedWords: [word], promptFilter: 'off' });

describe('harmless texts', () => {
  test.each([
    ['Rusty the fox, standing in the forest | Rusty reading a book'],
    ['Charles Dickens in a cockpit with a cockatoo'],
    ['a great tit and a pussy willow'],
    ['a Maine coon cat and a raccoon in Montenegro under a blood orange tree'],
    ['two kids and a baby goat playing with a ball'],
    ['a naked mole rat and a child'],
    ['an us dollar in the grass, a classic analysis of a canal'],
    ['Ein dicker Bär spielt Fagott, der Hahn ruft Kikeriki'],
    ['Der Bär ist dick. Eine Nacktschnecke im Garten. Schöne Mädchen spielen.'],
    ['狐が森で本を読む'],
    ['لعبة الثعلب'],
  ])('given "%s", then it is let through at the level standard', (text) => {
    expect(reason(text)).toBeUndefined();
  });

  test('given any text whatever, then it is let through or refused as a UserError, never anything else', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 400 }), fc.string({ maxLength: 20 }), (text, word) => {
        refusalOf([{ field: 'panels', text }], {
          blockedWords: [word || 'x'],
          allowedWords: [text.slice(0, 9) || 'y'],
        });
      }),
    );
  });
});

describe('disguises', () => {
  test.each([
    ['hell'],
    ['HELL!'],
    ['h3ll'],
    ['he11'],
    ['h e l l'],
    ['h.e.l.l'],
    ['h - e - l - l'],
    ['he-ll'],
    ['h*ll'],
    ['heeeell'],
    ['hellllll'],
    ['h\u00E9ll'],
    ['he\u200Bll'],
    ['h\u00ADell'],
    ['ｈｅｌｌ'],
    ['𝐡𝐞𝐥𝐥'],
    ['нell'],
    ['a fox|hell'],
  ])('given "%s", then the blocked word is found in it', (text) => {
    expect(blocked('hell', text)).toBe('blocked');
  });

  test.each([["he'll go and she’ll stay"], ['hello'], ['shell'], ['he l l'], ['hel'], ['hill'], ['tell']])(
    'given "%s", then it is not found: whole words only',
    (text) => {
      expect(blocked('hell', text)).toBeUndefined();
    },
  );

  test('given a doubled letter that an honest word has, then only a drawn-out one counts', () => {
    expect(blocked('god', 'good gods')).toBeUndefined();
    expect(blocked('god', 'goood')).toBe('blocked');
  });

  test('given any listed word and any of its disguises, then it is found', () => {
    const word = fc.stringMatching(/^[a-z]{3,12}$/);
    const disguise = fc.constantFrom(
      (text: string) => text.toUpperCase(),
      (text: string) => Array.from(text).join(' '),
      (text: string) => Array.from(text).join('.'),
      (text: string) => Array.from(text).join('\u200B'),
      (text: string) => Array.from(text, (letter) => `${letter}\u0301`).join(''),
      (text: string) => `"${text}",`,
    );
    fc.assert(fc.property(word, disguise, (text, hide) => blocked(text, `see ${hide(text)} run`) === 'blocked'));
  });
});

describe('words of many languages', () => {
  test.each([
    ['schön', 'schon', undefined],
    ['schön', 'Schönes Wetter', undefined],
    ['schön*', 'SCHÖNES Wetter', 'blocked'],
    ['Straße', 'STRASSE', 'blocked'],
    ['кот', 'Кот и пёс', 'blocked'],
    ['кот', 'котёл', undefined],
    ['猫', '黒猫です', 'blocked'],
    ['नमक', 'नमकीन', undefined],
    ['नमक', 'थोड़ा नमक', 'blocked'],
    ['🍆', 'a 🍆 on a plate', 'blocked'],
    ['ice pick', 'an ICE-pick', 'blocked'],
    ['ice pick*', 'ice picks', 'blocked'],
    ['ice pick', 'ice and a pick', undefined],
    ['(', 'a fox', undefined],
    ['a+b.c', 'an a+b.c', 'blocked'],
  ])('given "%s" on the list and "%s", then %s', (word, text, outcome) => {
    expect(blocked(word, text)).toBe(outcome);
  });
});

describe('levels', () => {
  test.each([
    ['n1gg3r', ['slurs', 'standard', 'strict'], 'slurs'],
    ['Neger', ['slurs', 'standard', 'strict'], 'slurs'],
    ['f*ck', ['standard', 'strict'], 'sexual'],
    ['a$$', ['standard', 'strict'], 'coarse'],
    ['Arschloch', ['standard', 'strict'], 'coarse'],
    ['a naked woman', ['standard', 'strict'], 'sexual'],
    ['a corpse', ['strict'], 'cruel'],
  ] as const)('given "%s", then the levels %j refuse it and the others do not', (text, levels, expected) => {
    for (const level of ['off', 'slurs', 'standard', 'strict'] as const) {
      const refused = (levels as readonly string[]).includes(level);
      expect([level, reason(text, { promptFilter: level })]).toEqual([level, refused ? expected : undefined]);
    }
  });

  test('given an age gate, then the level there holds, and it never makes a server stricter', () => {
    expect(reason('a naked woman', {}, true)).toBeUndefined();
    expect(reason('a naked woman', { ageGatedFilter: 'standard' }, true)).toBe('sexual');
    expect(reason('a naked woman', { promptFilter: 'off', ageGatedFilter: 'strict' }, true)).toBeUndefined();
    expect(reason('n1gg3r', {}, true)).toBe('slurs');
  });

  test('given words that the server allows, then they are let through, and the rest of the text is still read', () => {
    const settings: FilterSettings = { allowedWords: ['arse', 'naked wom*'] };
    expect(reason('a naked woman', settings)).toBeUndefined();
    expect(reason('my arse', settings)).toBeUndefined();
    expect(reason('a naked man', settings)).toBe('sexual');
    expect(reason('my arse, you cunt', settings)).toBe('sexual');
  });

  test("given a word both blocked and harmless to us, then the server's own list decides", () => {
    expect(reason('a blood orange', { blockedWords: ['orange'] })).toBe('blocked');
    expect(reason('a fox', { blockedWords: ['fox'], promptFilter: 'off' }, true)).toBe('blocked');
  });
});

describe('what is never drawn', () => {
  test.each([
    ['loli'],
    ['a naked kid'],
    ['Mädchen, nackt'],
    ['t e e n and s3x'],
    ['schoolgirl in lingerie'],
    ['a 12-year-old, topless'],
    ['15yo nude'],
    ['eine 16-Jährige, nackt'],
  ])('given "%s", then no level, age gate or allowed word lets it through', (text) => {
    const allowedWords = text.split(/[ ,]+/);
    expect(reason(text, { promptFilter: 'off', ageGatedFilter: 'off', allowedWords }, true)).toMatch(
      /^(never|minors)$/,
    );
  });

  test('given grown-ups of any age, then the level decides', () => {
    expect(reason('a 40 years old naked man')).toBe('sexual');
    expect(reason('a naked woman under a 118 year old oak', {}, true)).toBeUndefined();
  });

  test('given texts that are harmless apart, then what they say together counts', () => {
    const texts = [
      { field: 'looks', text: 'a little girl' },
      { field: 'panels', text: 'undressing | sleeping' },
    ];
    expect(refusalOf(texts, { promptFilter: 'off' })?.context).toMatchObject({
      reason: 'minors',
      fields: ['looks', 'panels'],
    });
    expect(refusalOf([{ field: 'looks', text: 'a little girl' }])).toBeUndefined();
  });

  test('given texts that were let through before, then they count together with new ones, but not by themselves', () => {
    const check = (text: string, before: string, settings: FilterSettings = {}) =>
      checkTexts([{ field: 'panel', text }], settings, { ageGated: true, beside: [{ field: 'panels', text: before }] });
    const context = expect.objectContaining({ reason: 'minors', fields: ['panel', 'panels'] });
    const together = expect.objectContaining({ code: 'text-refused', context });
    const off: FilterSettings = { promptFilter: 'off', ageGatedFilter: 'off' };
    expect(() => check('undressing', 'a little girl', off)).toThrow(together);
    expect(() => check('a little girl', 'undressing', off)).toThrow(together);
    expect(() => check('sleeping', 'a little girl undressing', off)).toThrow('sexualises nobody');
    expect(() => check('sleeping', 'a fox eating a turnip', { blockedWords: ['turnip'] })).not.toThrow();
    expect(() => check('sleeping', 'undressing', { promptFilter: 'strict', ageGatedFilter: 'strict' })).not.toThrow();
    expect(() => check('undressing', 'sleeping', { promptFilter: 'strict', ageGatedFilter: 'strict' })).toThrow();
  });
});

describe('the refusal', () => {
  test('given several texts, then it names the fields at fault and repeats no word of them', () => {
    const texts = [
      { field: 'title', text: 'A day' },
      { field: 'panels', text: 'Rusty says fuck | Rusty sleeps' },
    ];
    const error = refusalOf(texts);
    expect(error?.code).toBe('text-refused');
    expect(error?.context).toMatchObject({ fields: ['panels'], hints: ['f•••'], reason: 'sexual' });
    expect(JSON.stringify([error?.message, error?.context])).not.toMatch(/fuck/i);
  });

  test('given a word of the gravest kind among others, then that reason is told', () => {
    expect(reason('shit, a corpse and a kike', { promptFilter: 'strict' })).toBe('slurs');
  });

  test('given an endless text made to be slow, then its work is bounded by its length', () => {
    const blockedWords = Array.from({ length: 1000 }, (_, i) => `assassination${i}`);
    for (const evil of ['a!*@$.-'.repeat(600), 'a '.repeat(2000), 'а\u0301\u0301'.repeat(1300), 'h'.repeat(4000)]) {
      expect(reason(evil, { blockedWords, allowedWords: blockedWords, promptFilter: 'off' })).toBeUndefined();
    }
  });
});
