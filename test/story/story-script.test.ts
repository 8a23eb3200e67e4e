import { describe, expect, it } from 'vitest';
import { createCharacter } from '../../src/story/character.ts';
import { MAX_CHARACTERS, MAX_PANELS, MAX_TITLE_LENGTH, readStory } from '../../src/story/story-script.ts';
import { refusal } from '../support/refusal.ts';

const rusty = createCharacter('Rusty', 'a fox');
const some = (count: number) => Array.from({ length: count }, (_, i) => `panel ${i}`);

describe('readStory', () => {
  it('given a story, then its panels are read in order', () => {
    const story = readStory('A day', [rusty], ['Rusty runs', 'sleeping']);
    expect(story.title).toBe('A day');
    expect(story.panels.map((panel) => panel.scene)).toEqual(['a fox runs', 'a fox sleeping']);
    expect(readStory(undefined, [], some(MAX_PANELS)).panels).toHaveLength(MAX_PANELS);
  });

  it.each([
    ['no panels', () => readStory(undefined, [rusty], []), 'story-empty', 'Add at least one panel'],
    ['40 panels', () => readStory(undefined, [rusty], some(40)), 'panels-too-many', 'several stories'],
    ['one too many', () => readStory(undefined, [], some(MAX_PANELS + 1)), 'panels-too-many', `${MAX_PANELS}`],
    ['a long title', () => readStory('x'.repeat(MAX_TITLE_LENGTH + 1), [], ['a']), 'title-too-long', 'Shorten it'],
    ['an empty panel', () => readStory(undefined, [rusty], ['a', ' ', 'c']), 'panel-empty', 'panel 2'],
    [
      'names that differ in case only',
      () => readStory(undefined, [rusty, createCharacter('RUSTY', 'a bear')], ['Rusty']),
      'characters-same-name',
      'Give them names',
    ],
    [
      'two without names of one kind',
      () => readStory(undefined, [createCharacter(undefined, 'a fox'), createCharacter(undefined, 'a red fox')], ['a']),
      'characters-same-name',
      'Give them names',
    ],
    [
      'too many characters',
      () =>
        readStory(
          undefined,
          some(MAX_CHARACTERS + 1).map((name) => createCharacter(name, 'a fox')),
          ['panel 1'],
        ),
      'characters-too-many',
      `${MAX_CHARACTERS}`,
    ],
  ])('given %s, then it is refused with what to do', (_, attempt, code, hint) => {
    const error = refusal(attempt);
    expect(error.code).toBe(code);
    expect(error.message).toContain(hint);
  });
});
