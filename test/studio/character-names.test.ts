import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { UserError } from '../../src/errors/user-error.ts';
import { type Character, namedIn, resolveName } from '../../src/studio/character-names.ts';
import { readScript, splitPanels } from '../../src/studio/read-script.ts';
import { refusal } from '../support/refusal.ts';

const known = (name: string, status: Character['status'] = 'active'): Character => ({
  id: `id of ${name}`,
  name,
  looks: 'a fox',
  subjectWords: ['fox'],
  status,
});
const CAST = ['Rusty', 'Rosie', 'Old Bruno', 'Käthe', '小狐'].map((name) => known(name));
const suggestions = (typed: string) => refusal(() => resolveName(typed, CAST)).context.suggestions;

describe('names as typed', () => {
  test.each([' rusty ', '@RUSTY', 'old  bruno', 'KA\u0308THE', '@小狐'])('given %j, then it is found', (typed) => {
    expect(CAST).toContain(resolveName(typed, CAST));
  });

  test('given a slip of the finger, then the closest names are suggested, the closest first; given nonsense, none', () => {
    expect(suggestions('Rusti')).toEqual(['Rusty']);
    expect(suggestions('Rosty')).toEqual(['Rusty', 'Rosie']);
    expect(suggestions('bruno')).toEqual([]);
    expect(suggestions('Old')).toEqual(['Old Bruno']);
    expect(suggestions('Kathe')).toEqual(['Käthe']);
    expect(suggestions('Xylophone')).toEqual([]);
  });

  test('given a name whose holder is retired, then that is said, unless somebody else has it by now', () => {
    const retired = known('Ida', 'retired');
    expect(refusal(() => resolveName('ida', [retired])).code).toBe('character-retired');
    const holder = { ...known('Ida'), id: 'new' };
    expect(resolveName('ida', [retired, holder])).toBe(holder);
  });
});

describe('names in a text', () => {
  test.each([
    ['Rusty and @rosie', ['Rusty', 'Rosie']],
    ["Käthe's house, where Old Bruno sleeps", ['Käthe', 'Old Bruno']],
    ['小狐在森林里', ['小狐']],
    ['a crusty loaf, a rusty-brown roof', ['Rusty']],
    ['mail@example.org and <@123456>', []],
    ['@ home, 5 @ 3', []],
  ])('given %j, then %j are in it', (text, names) => {
    expect(namedIn(text, CAST).map(({ name }) => name)).toEqual(names);
  });

  test.each(['@Nobody waving', 'Rusty and @nobody', '(@x)'])('given %j, then the @name is refused', (text) => {
    expect(refusal(() => namedIn(text, CAST)).code).toBe('character-unknown');
  });
});

describe('scripts as typed', () => {
  test('given bars, new lines and empty panels, then panels are what is between', () => {
    expect(splitPanels(' a | b\r\nc\n\n|| d |')).toEqual(['a', 'b', 'c', 'd']);
  });

  test('given anything, then it is read or refused as a person can mend it, and nothing typed is lost', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string({ unit: fc.constantFrom('@', '|', ' ', 'Rusty', 'Rosie', "'s", '小狐', '\n', 'x') }),
    );
    fc.assert(
      fc.property(text, fc.subarray(CAST), (typed, always) => {
        const panels = splitPanels(typed);
        try {
          const read = readScript({ title: undefined, panels, always, known: CAST, promptPrefix: 'a drawing of' });
          expect(read.panels.map((panel) => panel.text)).toEqual(panels);
          for (const { prompt, characterIds } of read.panels) {
            expect(prompt.startsWith('a drawing of ')).toBe(true);
            expect(characterIds).toEqual(expect.arrayContaining(always.map(({ id }) => id)));
          }
        } catch (error) {
          if (!(error instanceof UserError)) throw error;
        }
      }),
      { numRuns: 300 },
    );
  });
});
