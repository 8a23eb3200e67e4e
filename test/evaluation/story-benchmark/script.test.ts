import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { PLAIN_SETTINGS } from '../../../src/engine/consistory/settings.ts';
import { openModelFolder } from '../../../src/engine/weights/model-folder.ts';
import { askedOf } from '../../../src/evaluation/story-benchmark/asked-shot.ts';
import { meanAlignment, promptAlignment } from '../../../src/evaluation/story-benchmark/prompt-alignment.ts';
import { parseStory, readStories } from '../../../src/evaluation/story-benchmark/story-file.ts';
import {
  castingRequest,
  panelText,
  shotBatches,
  withCoat,
} from '../../../src/evaluation/story-benchmark/story-requests.ts';
import { createCharacter } from '../../../src/story/character.ts';
import { unknownWords } from '../../../src/story/plan-story.ts';
import { POCKET } from '../../support/fixtures.ts';
import { refusal } from '../../support/refusal.ts';

const FOLDER = path.join(import.meta.dirname, '../../stories');
const SAMPLING = { promptPrefix: 'a drawing of', steps: 3, guidance: 4 };

const story = (
  shots: unknown[],
  characters: unknown = { Rusty: { prompt_en: 'a fox' }, Bella: { prompt_en: 'a bear' } },
) => parseStory(JSON.stringify({ seed: 5, Characters: characters, Shots: shots }), 'a/tale.json');
const shot = (description: string, onStage: string[], setting = 'in a garden') => ({
  'Static Shot Description': { en: description },
  'Setting Description': setting,
  'Characters Appearing': { en: onStage },
  'Shot Perspective Design': { en: 'close-up' },
});

describe('the committed stories', async () => {
  const stories = await readStories(FOLDER);

  it('then there are 40 of 4 to 12 shots with 1 to 3 characters, all with seeds of their own', () => {
    expect(stories).toHaveLength(40);
    expect(new Set(stories.map(({ seed }) => seed)).size).toBe(40);
    for (const { shots, characters } of stories) {
      expect(shots.length).toBeGreaterThanOrEqual(4);
      expect(shots.length).toBeLessThanOrEqual(12);
      expect(characters.length).toBeLessThanOrEqual(3);
    }
    expect(new Set(stories.map(({ characters }) => characters.length))).toEqual(new Set([1, 2, 3]));
  });

  it('then every character is on stage at least twice, and what is asked can be checked in every shot', () => {
    for (const { id, characters, shots } of stories) {
      for (const { name } of characters) {
        const times = shots.filter(({ onStage }) => onStage.includes(name)).length;
        expect(times, `${name} of ${id}`).toBeGreaterThanOrEqual(2);
      }
      for (const asked of shots.map((one) => askedOf(one, characters))) {
        expect(asked.place, id).not.toBeNull();
        expect(
          asked.onStage.every(({ species, action }) => species && action),
          id,
        ).toBe(true);
      }
    }
  });

  it('then the pocket knows every word of their prompts', () => {
    const { card } = openModelFolder(POCKET);
    const prompts = stories.flatMap((one) =>
      shotBatches(one, one.characters, [], PLAIN_SETTINGS, { ...SAMPLING, promptPrefix: card.promptPrefix }).flatMap(
        ({ request }) => request.panels.map(({ prompt }) => prompt),
      ),
    );
    expect(prompts.length).toBeGreaterThan(240);
    expect(unknownWords(prompts, card.vocabulary)).toEqual([]);
  });
});

describe('a story file', () => {
  it('given texts in languages or plain, then both are read, and who is not named is put before the description', () => {
    const { id, shots, seed } = story([shot('sitting', ['Rusty']), shot('Rusty and Bella waving', ['Rusty', 'Bella'])]);
    expect({ id, seed }).toEqual({ id: 'tale', seed: 5n });
    expect(shots.map(panelText)).toEqual(['Rusty sitting in a garden', 'Rusty and Bella waving in a garden']);
  });

  it('given something else, then the refusal names the file and what is wrong', () => {
    const refused = (json: string) => refusal(() => parseStory(json, 'a/tale.json')).message;
    expect(refused('{')).toMatch(/tale\.json/);
    expect(refused('{"Characters": {}, "Shots": []}')).toMatch(/Shots/);
    const stranger = JSON.stringify({ Characters: { A: { prompt_en: 'a fox' } }, Shots: [shot('B waving', ['B'])] });
    expect(refused(stranger)).toMatch(/"B" in shot 1/);
    const empty = JSON.stringify({ Characters: { A: { prompt_en: 'a fox' } }, Shots: [shot('A waving', [])] });
    expect(refused(empty)).toMatch(/nobody on stage in shot 1/);
  });

  it('given a place without stories, then that is said', async () => {
    await expect(readStories('/nowhere/at/all')).rejects.toMatchObject({ code: 'story-file' });
    await expect(readStories(import.meta.dirname)).rejects.toThrow(/without \.json files/);
    expect(JSON.parse(await readFile(path.join(FOLDER, '01-rustys-day.json'), 'utf8')).seed).toBe(1001);
  });
});

describe('what a shot asks for', () => {
  const { characters } = story([shot('Rusty', ['Rusty'])]);
  const asked = (description: string, onStage: string[], setting: string) => {
    const [one] = story([shot(description, onStage, setting)]).shots;
    return askedOf(one as NonNullable<typeof one>, characters);
  };

  it('given one action for each, then each has its own', () => {
    const found = asked('Rusty sitting and Bella reading a book', ['Rusty', 'Bella'], 'on a farm at night');
    expect(found).toEqual({
      place: 'farm',
      time: 'at night',
      onStage: [
        { name: 'Rusty', species: 'fox', action: 'sitting' },
        { name: 'Bella', species: 'bear', action: 'reading a book' },
      ],
    });
  });

  it('given one action for both, then both have it', () => {
    const found = asked('Rusty and Bella dancing', ['Rusty', 'Bella'], 'under the sea');
    expect(found.onStage.map(({ action }) => action)).toEqual(['dancing', 'dancing']);
    expect(found).toMatchObject({ place: 'sea', time: null });
  });

  it('given words beyond the pocket, then nothing is asked that could be checked', () => {
    const found = asked('Rusty pondering', ['Rusty'], 'in a submarine');
    expect(found).toMatchObject({ place: null, onStage: [{ action: null }] });
  });
});

describe('prompt alignment', () => {
  const asked = {
    place: 'farm',
    time: 'at night',
    onStage: [
      { name: 'Rusty', species: 'fox', action: 'sitting' },
      { name: 'Bella', species: 'bear', action: 'waving' },
    ],
  };

  it('given all as asked, then all is 1', () => {
    const actions = new Map([
      ['Rusty', 'sitting'],
      ['Bella', 'waving'],
    ]);
    const seen = { place: 'farm', time: 'at night', species: ['bear', 'fox'], actions };
    expect(promptAlignment(asked, seen)).toEqual({ scene: 1, interaction: 1, actions: 1, who: 1 });
  });

  it('given half of it, then the parts say what is missing', () => {
    const seen = { place: 'farm', time: 'day', species: ['fox', 'fox'], actions: new Map([['Rusty', 'sitting']]) };
    // who: fox is in both bags once, three species in either
    expect(promptAlignment(asked, seen)).toEqual({ scene: 0.5, interaction: 0, actions: 0.5, who: 1 / 3 });
  });

  it('given one on stage and no time, then there is no interaction and the place decides', () => {
    const one = { ...asked, time: null, onStage: asked.onStage.slice(0, 1) };
    const seen = { place: 'city', time: 'day', species: ['fox'], actions: new Map([['Rusty', 'waving']]) };
    const alignment = promptAlignment(one, seen);
    expect(alignment).toEqual({ scene: 0, interaction: null, actions: 0, who: 1 });
    expect(meanAlignment([alignment]).average).toBe(0);
  });
});

describe('requests', () => {
  it('given more shots than a page has, then ids count on and every batch has its own request', () => {
    const long = story(Array.from({ length: 14 }, (_, i) => shot(`Rusty ${i % 2 ? 'sitting' : 'waving'}`, ['Rusty'])));
    const batches = shotBatches(long, long.characters, [], PLAIN_SETTINGS, SAMPLING);
    expect(batches.map(({ places }) => places.length)).toEqual([12, 2]);
    expect(batches.flatMap(({ request }) => request.panels.map(({ id }) => id))).toEqual(
      Array.from({ length: 14 }, (_, i) => i + 1),
    );
  });

  it('given characters, then each is cast by itself, standing, with its own seed', () => {
    const { panels, settings } = castingRequest(story([shot('Rusty', ['Rusty'])]), SAMPLING);
    expect(panels.map(({ prompt }) => prompt)).toEqual(['a drawing of a fox standing', 'a drawing of a bear standing']);
    expect(new Set(panels.map(({ seed }) => seed)).size).toBe(2);
    expect(settings).toEqual(PLAIN_SETTINGS);
  });

  it('given a coat, then it is spelled out where the looks name none', () => {
    const coats = ['red', 'orange'];
    const spelled = (looks: string, coat: string | undefined) =>
      withCoat(createCharacter('X', looks), coat, coats).looks;
    expect(spelled('a fox wearing a scarf', 'red')).toBe('a red fox wearing a scarf');
    expect(spelled('a fox', 'orange')).toBe('an orange fox');
    expect(spelled('an owl', 'red')).toBe('a red owl');
    expect(spelled('a red fox', 'orange')).toBe('a red fox');
    expect(spelled('a fox wearing a red scarf', 'orange')).toBe('an orange fox wearing a red scarf');
    expect(spelled('a fox', undefined)).toBe('a fox');
  });
});
