import { describe, expect, it } from 'vitest';
import {
  createCharacter,
  MAX_LOOKS_LENGTH,
  MAX_NAME_LENGTH,
  parseCharacter,
  subjectOf,
} from '../../src/story/character.ts';
import { refusal } from '../support/refusal.ts';

describe('subjectOf', () => {
  it.each([
    // articles and adjectives before it
    ['fox', 'fox'],
    ['a fox', 'fox'],
    ['The Fox', 'Fox'],
    ['my small red fox', 'fox'],
    ['a small, red fox', 'fox'],
    ['a big, old, friendly, blue dragon', 'dragon'],
    ['a black and white cat', 'cat'],
    ['a black, white and brown dog with a bow', 'dog'],
    ['a 5-year-old girl', 'girl'],
    ['a teddy bear', 'bear'],
    // what only says more about it after it
    ['a fox wearing a scarf', 'fox'],
    ['a fox with a red scarf', 'fox'],
    ['a fox who is tired', 'fox'],
    ['a man in black', 'man'],
    ['a fox, red, in a scarf', 'fox'],
    ['a fox, orange fur, blue scarf', 'fox'],
    ['a fox (red)', 'fox'],
    ['a fox – red and small', 'fox'],
    ['a fox - red', 'fox'],
    ['a fox. It wears a scarf.', 'fox'],
    ['a fox; red', 'fox'],
    ['a fox and a bear', 'fox'],
    ['Mr. Fox wearing a hat', 'Fox'],
    ["a farmer's dog", 'dog'],
    ['an owl named Oda', 'owl'],
    ['a fox  wearing\na scarf', 'fox'],
    // other alphabets
    ['ein Bär', 'Bär'],
    ['一只狐狸', '一只狐狸'],
    ['лиса wearing a шарф', 'лиса'],
    ['a "fox"!', 'fox'],
  ])('given "%s", then it is "%s"', (looks, subject) => {
    expect(subjectOf(looks)).toBe(subject);
  });

  it.each(['', 'the', 'with a scarf', 'wearing a scarf', '!!!', 'a 🦊', 'a, fox', '(red)'])(
    'given "%s", which begins with no noun, then it says how to mark one',
    (looks) => {
      const error = refusal(() => subjectOf(looks));
      expect(error.code).toBe('subject-unclear');
      expect(error.message).toContain('asterisks');
    },
  );
});

describe('parseCharacter', () => {
  it.each([
    ['a fox wearing a scarf', { name: 'fox', looks: 'a fox wearing a scarf', subject: 'fox' }],
    ['Rusty: a fox wearing a scarf', { name: 'Rusty', looks: 'a fox wearing a scarf', subject: 'fox' }],
    ['  @Rusty  :  a   fox ', { name: 'Rusty', looks: 'a fox', subject: 'fox' }],
    ['Old \n Rusty: a fox', { name: 'Old Rusty', looks: 'a fox', subject: 'fox' }],
    ['Bo: a *polar bear* cub', { name: 'Bo', looks: 'a polar bear cub', subject: 'polar bear' }],
    ['a *polar bear* cub', { name: 'polar bear', looks: 'a polar bear cub', subject: 'polar bear' }],
    ['Bo: a bear: brown', { name: 'Bo', looks: 'a bear: brown', subject: 'bear' }],
    ['Jürgen: ein Bär', { name: 'Jürgen', looks: 'ein Bär', subject: 'Bär' }],
    ['小狐: 一只狐狸', { name: '小狐', looks: '一只狐狸', subject: '一只狐狸' }],
    ['🦊: a fox', { name: '🦊', looks: 'a fox', subject: 'fox' }],
    ['Foxy: a *🦊*', { name: 'Foxy', looks: 'a 🦊', subject: '🦊' }],
    ['__proto__: a fox', { name: '__proto__', looks: 'a fox', subject: 'fox' }],
    [' : a fox', { name: 'fox', looks: 'a fox', subject: 'fox' }],
  ])('given "%s", then name, looks and subject are found', (text, character) => {
    expect(parseCharacter(text)).toEqual(character);
  });

  it('given a name whose accent is a letter of its own, then it is the same name', () => {
    expect(parseCharacter('Ju\u0308rgen: a bear').name).toBe('J\u00fcrgen');
  });

  it.each(['', '   ', 'Rusty:', 'Rusty: !!', '**', 'Rusty: *'])('given "%s", then it asks for looks', (text) => {
    const error = refusal(() => parseCharacter(text));
    expect(error.code).toBe('character-empty');
    expect(error.context.todo).toContain('looks like');
  });

  it.each(['a *!* fox', 'a *the* fox', '*a* fox', 'a * * fox'])(
    'given "%s", whose mark is on no noun, then it is unclear',
    (text) => {
      expect(refusal(() => parseCharacter(text)).code).toBe('subject-unclear');
    },
  );

  it('given lengths at the limits, then they are taken, and refused one character later', () => {
    const looks = `a ${'x'.repeat(MAX_LOOKS_LENGTH - 2)}`;
    const name = 'n'.repeat(MAX_NAME_LENGTH);
    expect(parseCharacter(`${name}: ${looks}`)).toMatchObject({ name, looks });
    expect(refusal(() => parseCharacter(`${name}n: a fox`)).code).toBe('character-too-long');
    expect(refusal(() => parseCharacter(`${looks}x`)).code).toBe('character-too-long');
  });

  it('given 10,000 characters, then the message says the limits and stays short', () => {
    const error = refusal(() => parseCharacter(`a fox ${'very '.repeat(2000)}`));
    expect(error.code).toBe('character-too-long');
    expect(error.message).toContain(`${MAX_LOOKS_LENGTH}`);
    expect(error.message.length).toBeLessThan(300);
    expect(refusal(() => parseCharacter(`a ${':'.repeat(10_000)}fox`)).code).toBe('character-too-long');
  });
});

describe('createCharacter', () => {
  it('given a blank name, then the subject is the name', () => {
    expect(createCharacter('  ', 'a fox')).toEqual({ name: 'fox', looks: 'a fox', subject: 'fox' });
  });
});
