import { describe, expect, test } from 'vitest';
import type { Character } from '../../src/studio/character-names.ts';
import { nearNames } from '../../src/studio/near-names.ts';
import { ordinaryWords } from '../../src/studio/ordinary-words.ts';
import { asker, newStory } from '../support/people.ts';
import { testStudio } from '../support/studios.ts';

const known = (name: string): Character => ({
  id: name,
  name,
  looks: 'a fox',
  subjectWords: ['fox'],
  status: 'active',
});
const CAST = ['Rusty', 'Bruno', 'Pippa', 'Käthe', 'Old Bruno', 'Rosalind', 'Captain Flint', 'Marigold', 'Bo', 'Luna'];
const isOrdinary = ordinaryWords();
const near = (text: string) =>
  nearNames(text, CAST.map(known), isOrdinary).map(({ typed, name }) => `${typed}: ${name}`);

describe('slips in names', () => {
  test.each([
    ['Rosty standing in the forest', ['Rosty: Rusty']],
    ['Rustty reading a book', ['Rustty: Rusty']],
    ['Ruty dancing on the beach', ['Ruty: Rusty']],
    ['Rutsy dancing on the beach', ['Rutsy: Rusty']],
    ['a red fox named Rusti in the snow', ['Rusti: Rusty']],
    ["Rosty's house by the sea", ['Rosty: Rusty']],
    ['Bruno and Rosty in a boat', ['Rosty: Rusty']],
    ['Rosty and Brumo in a boat', ['Rosty: Rusty', 'Brumo: Bruno']],
    ['Brunno sleeping', ['Brunno: Bruno']],
    ['"Come on, Pipppa," says the fox', ['Pipppa: Pippa']],
    ['Pippoa waving in a garden', ['Pippoa: Pippa']],
    ['Käte eating an apple', ['Käte: Käthe']],
    ['Kähte eating an apple', ['Kähte: Käthe']],
    ['Rosalynd at night', ['Rosalynd: Rosalind']],
    ['the queen Rosallind', ['Rosallind: Rosalind']],
    ['Captain Flimt on his ship', ['Captain Flimt: Captain Flint']],
    ['Old Brumo fishing', ['Old Brumo: Old Bruno']],
    ['Marrigold picking flowers', ['Marrigold: Marigold']],
    ['Rosty sleeps. Rosty dreams.', ['Rosty: Rusty']],
    ['Lunna looking at the moon', ['Lunna: Luna']],
  ])('given %j, then %j is suggested', (text, expected) => {
    expect(near(text)).toEqual(expected);
  });
});

describe('words that are meant', () => {
  test.each([
    'Rusty standing in the forest',
    'RUSTY, rusty and Old Bruno',
    'Dusty roads at noon',
    'Crusty bread on a table',
    'Trusty friends by a fire',
    'Rust on an old car',
    'Gusty winds at sea',
    'a rosty gate',
    'Rusty-brown leaves',
    'Tuna in a can, Lunar light',
    'Marigolds in a garden',
    'A captain with a flint',
    'Captain Hook and the crocodile',
    'Old Brutus sleeping',
    'Be careful! By the river',
    'Then Rosie and Ruby meet Rusty',
    'On Monday in Paris, at the Louvre',
    'Suddenly it rains. Everybody runs.',
    'Brunch in the snow with Brussels sprouts',
    'Im Wald steht ein Fuchs, Rüstung und Brunnen',
  ])('given %j, then nothing is', (text) => {
    expect(near(text)).toEqual([]);
  });
});

test('given a story, then its panels are compared with the active characters that there were, and its own are no slips', async () => {
  const { studio, clock, cast } = await testStudio();
  const rusty = await cast('Rusty', 'a fox');
  const bruno = await cast('Bruno', 'a bear');
  const pippa = await cast('Pipppa', 'a hen');
  await studio.retireCharacter(asker(), bruno.id);
  const { story } = await studio.createStory(asker(), newStory('Rosty and Pipppa | Brumo, Rosty, Pipppa | Marrigold'));
  clock.advance(1);
  await cast('Marigold', 'a cow');
  expect(await studio.nearNames(story.id)).toEqual([{ typed: 'Rosty', name: 'Rusty' }]);
  await studio.editCharacter(asker(), pippa.id, { name: 'Pippa' });
  expect(await studio.nearNames(story.id)).toEqual([{ typed: 'Rosty', name: 'Rusty' }]);
  await studio.retireCharacter(asker(), rusty.id);
  expect(await studio.nearNames(story.id)).toEqual([]);
});
