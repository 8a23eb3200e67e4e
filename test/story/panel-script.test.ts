import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Character, createCharacter } from '../../src/story/character.ts';
import { MAX_PANEL_LENGTH, readPanel } from '../../src/story/panel-script.ts';
import { refusal } from '../support/refusal.ts';

const rusty = createCharacter('Rusty', 'a fox wearing a scarf');
const bo = createCharacter('Bo', 'a bear wearing a hat');
const scene = (text: string, ...characters: Character[]): string => readPanel(text, characters, 1).scene;
const who = (text: string, ...characters: Character[]): readonly string[] => readPanel(text, characters, 1).characters;

describe('readPanel, one character', () => {
  it.each([
    // named: the name becomes the looks
    ['Rusty reading a book', 'a fox wearing a scarf reading a book'],
    ['rusty reading a book', 'a fox wearing a scarf reading a book'],
    ['RUSTY!', 'a fox wearing a scarf!'],
    ['@Rusty reading', 'a fox wearing a scarf reading'],
    ['the Rusty reading', 'a fox wearing a scarf reading'],
    ['in the forest stands Rusty', 'in the forest stands a fox wearing a scarf'],
    ['Rusty-like trees', 'a fox wearing a scarf-like trees'],
    // again: "the fox"
    ['Rusty reads, Rusty sleeps, RUSTY!', 'a fox wearing a scarf reads, the fox sleeps, the fox!'],
    // whose: about something else, unless nobody stands there
    ["Rusty's house", "a fox wearing a scarf's house"],
    ['Rusty’s house', "a fox wearing a scarf's house"],
    ["Rusty's house and Rusty in it", "the fox's house and a fox wearing a scarf in it"],
    ["Rusty in Rusty's house", "a fox wearing a scarf in the fox's house"],
    // not named: in it all the same
    ['reading a book', 'a fox wearing a scarf reading a book'],
    ['Rustyish things', 'a fox wearing a scarf Rustyish things'],
    ['trusty and Rusty2', 'a fox wearing a scarf trusty and Rusty2'],
    ['Rusty_s', 'a fox wearing a scarf Rusty_s'],
  ])('given "%s", then the model is told "%s"', (text, expected) => {
    expect(readPanel(text, [rusty], 1)).toEqual({ caption: text, scene: expected, characters: ['Rusty'] });
  });

  it('given a character named after its subject, then its article goes with it', () => {
    const fox = createCharacter(undefined, 'a fox wearing a scarf');
    expect(scene('a fox jumping', fox)).toBe('a fox wearing a scarf jumping');
    expect(scene('The fox jumps over the fox', fox)).toBe('a fox wearing a scarf jumps over the fox');
    expect(scene('foxes', fox)).toBe('a fox wearing a scarf foxes');
  });

  it('given space around the text, then the caption has none', () => {
    expect(readPanel('  sitting \n', [rusty], 1).caption).toBe('sitting');
  });
});

describe('readPanel, several characters', () => {
  it('given both named, then both are in it, in order of appearance', () => {
    expect(who('Bo and Rusty dancing', rusty, bo)).toEqual(['Bo', 'Rusty']);
    expect(scene('Bo and Rusty dancing', rusty, bo)).toBe('a bear wearing a hat and a fox wearing a scarf dancing');
  });

  it('given one named twice and the other once, then each is counted once', () => {
    expect(who('Rusty, Bo, Rusty', rusty, bo)).toEqual(['Rusty', 'Bo']);
    expect(scene('Rusty, Bo, Rusty', rusty, bo)).toBe('a fox wearing a scarf, a bear wearing a hat, the fox');
  });

  it('given a name that is part of another, then the longer one wins where it stands', () => {
    const rust = createCharacter('Rust', 'a robot');
    const junior = createCharacter('Rusty Junior', 'a mouse');
    for (const cast of [
      [rust, rusty, junior],
      [junior, rusty, rust],
    ]) {
      expect(who('Rusty, Rust and Rusty   Junior', ...cast)).toEqual(['Rusty', 'Rust', 'Rusty Junior']);
      expect(scene('Rusty Junior', ...cast)).toBe('a mouse');
    }
  });

  it('given nobody named, then it says whom it could be', () => {
    const error = refusal(() => readPanel('reading a book', [rusty, bo], 3));
    expect(error.code).toBe('panel-names-nobody');
    expect(error.message).toContain('panel 3');
    expect(error.message).toContain('Rusty, Bo');
    expect(error.message).toContain('"Rusty reading a book"');
  });

  it.each(['C++', 'R2.D2', '(x)', '[a-z]', '$1', '^', 'a|b', String.raw`\d`, '{2}', '?', '＊'])(
    'given the name %s, then its signs are letters and no pattern',
    (name) => {
      const odd: Character = { name, looks: 'a robot', subject: 'robot' };
      expect(who(`look, ${name} and Bo`, odd, bo)).toEqual([name, 'Bo']);
      expect(scene(`look, ${name} and Bo`, odd, bo)).toBe('look, a robot and a bear wearing a hat');
      expect(who('Bo, c, 7, z, a and b', odd, bo)).toEqual(['Bo']);
    },
  );

  it('given looks with signs of replacement patterns, then they stand as they are', () => {
    const odd: Character = { name: 'Odd', looks: "a $& $1 $' fox", subject: 'fox' };
    expect(scene('see Odd', odd)).toBe("see a $& $1 $' fox");
  });
});

describe('readPanel, other scripts', () => {
  it('given an accent typed as a letter of its own, then the name is found', () => {
    const jurgen = createCharacter('J\u00fcrgen', 'a bear');
    expect(who('Bo and Ju\u0308rgen', jurgen, bo)).toEqual(['Bo', 'J\u00fcrgen']);
    expect(scene('J\u00dcRGEN', jurgen, bo)).toBe('a bear');
  });

  it('given a script without spaces, then names are found inside the sentence', () => {
    const fox = createCharacter('小狐', '一只狐狸');
    expect(scene('小狐在森林里', fox, bo)).toBe('一只狐狸在森林里');
    expect(who('在森林里的小狐', fox, bo)).toEqual(['小狐']);
  });

  it('given right-to-left text, then names are found and the caption stays', () => {
    const fox = createCharacter('רסטי', 'a fox');
    const panel = readPanel('רסטי קורא ספר', [fox, bo], 1);
    expect(panel).toEqual({ caption: 'רסטי קורא ספר', scene: 'a fox קורא ספר', characters: ['רסטי'] });
    expect(who('xרסטי and Bo', fox, bo)).toEqual(['Bo']);
  });

  it('given a name in Devanagari, then a longer word that begins with it is another word', () => {
    const ram = createCharacter('राम', 'a fox');
    expect(who('राम and Bo', ram, bo)).toEqual(['राम', 'Bo']);
    expect(who('रामा and Bo', ram, bo)).toEqual(['Bo']);
  });

  it('given an emoji as a name, then it is found', () => {
    expect(who('🦊 runs from Bo', createCharacter('🦊', 'a fox'), bo)).toEqual(['🦊', 'Bo']);
  });
});

describe('readPanel, several of a kind', () => {
  const red = createCharacter('Rusty', 'a red fox');
  const white = createCharacter('Rina', 'the white Fox with a hat');

  it('given two foxes, then each is called by its looks when it is named again, and alone "the fox"', () => {
    expect(scene('Rusty and Rina, Rusty jumps over Rina', red, white)).toBe(
      'a red fox and the white Fox with a hat, the red fox jumps over the white Fox with a hat',
    );
    expect(scene('Rusty jumps, then Rusty sleeps', red, white)).toBe('a red fox jumps, then the fox sleeps');
    expect(scene('Rusty by Bo, Rusty jumps', red, bo)).toBe('a red fox by a bear wearing a hat, the fox jumps');
  });
});

describe('readPanel, limits', () => {
  it.each(['', '  \n\t '])('given "%s", then it says which panel is empty', (text) => {
    const error = refusal(() => readPanel(text, [rusty], 2));
    expect([error.code, error.context.place]).toEqual(['panel-empty', 2]);
  });

  it('given the longest text, then it is taken; one more, or 10,000, is refused in a short message', () => {
    expect(readPanel('x'.repeat(MAX_PANEL_LENGTH), [], 1).scene).toHaveLength(MAX_PANEL_LENGTH);
    for (const length of [MAX_PANEL_LENGTH + 1, 10_000]) {
      const error = refusal(() => readPanel('x'.repeat(length), [rusty], 7));
      expect(error.code).toBe('panel-too-long');
      expect(error.message).toContain('panel 7');
      expect(error.message.length).toBeLessThan(200);
    }
  });

  it('given no characters, then the text is the scene', () => {
    expect(readPanel('Rusty runs', [], 1)).toEqual({ caption: 'Rusty runs', scene: 'Rusty runs', characters: [] });
  });

  it('given any names and any text around them, then whoever is named is in it and the rest of the text stays', () => {
    const name = fc.stringMatching(/^[B-S][a-z]{2,8}$/); // no article
    const around = fc.stringMatching(/^[ ,.0-9]{0,10}$/);
    fc.assert(
      fc.property(fc.uniqueArray(name, { minLength: 2, maxLength: 4 }), around, (names, between) => {
        // looks without letters of names, so that what is replaced is not found again
        const cast = names.map((name, i): Character => ({ name, looks: `<${i}>`, subject: `${i}` }));
        const panel = readPanel(names.map((name) => ` ${name} `).join(between), cast, 1);
        expect(panel.characters).toEqual(names);
        expect(panel.scene).toBe(
          names
            .map((_, i) => ` <${i}> `)
            .join(between)
            .trim(),
        );
      }),
    );
  });
});
