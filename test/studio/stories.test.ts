import { describe, expect, test } from 'vitest';
import { parseRecipe } from '../../src/studio/recipe.ts';
import { FakeEngine } from '../support/fake-engine.ts';
import { asker, newStory, SERVER } from '../support/people.ts';
import { type TestStudio, testStudio } from '../support/studios.ts';

const lastCall = ({ engine }: TestStudio) => (engine as FakeEngine).calls.at(-1)?.story;

async function pictures({ store }: TestStudio, storyId: string): Promise<string[]> {
  return (await store.takes.shownOf(storyId)).map(({ pictureHash }) => pictureHash);
}

describe('making a story', () => {
  test('given a story, then it is drawn together and its takes are stored with the canon', async () => {
    const test = await testStudio();
    const rusty = await test.cast('Rusty', 'a fox wearing a scarf');
    const text = 'Rusty standing in the forest |  @rusty reading a book\nwaving';
    const { story, end } = await test.ended(test.studio.createStory(asker(), newStory(text, { title: ' A day ' })));
    expect(end.type).toBe('finished');
    const stored = await test.store.stories.get(story.id);
    expect(stored).toMatchObject({ title: 'A day', script: text, seed: '7', status: 'finished', model: 'pocket' });
    expect(stored.panels.map(({ caption, prompt }) => [caption, prompt])).toEqual([
      ['Rusty standing in the forest', 'a storybook drawing of a fox wearing a scarf standing in the forest'],
      ['@rusty reading a book', 'a storybook drawing of a fox wearing a scarf reading a book'],
      ['waving', 'a storybook drawing of a fox wearing a scarf waving'],
    ]);
    const takes = await test.store.takes.shownOf(story.id);
    expect(takes).toHaveLength(3);
    for (const { canonIds, revision, createdById, seed } of takes) {
      expect({ canonIds, revision, createdById, seed }).toEqual({
        canonIds: [rusty.currentCanonId],
        revision: 0,
        createdById: '42',
        seed: '7',
      });
    }
    expect(lastCall(test)?.panels.map(({ id, canon }) => [id, canon !== undefined])).toEqual([
      [0, true],
      [0, false],
      [1, false],
      [2, false],
    ]);
  });

  test('given the same story again, then a replay is the same bit for bit, and a variation is not', async () => {
    const test = await testStudio();
    const rusty = await test.cast('Rusty', 'a fox');
    const { story } = await test.ended(test.studio.createStory(asker(), newStory('Rusty in the forest | in the snow')));
    await test.ended(test.studio.addPanel(asker(), story.id, 'at night'));
    await test.ended(test.studio.redrawPanel(asker(), story.id, 1));
    // Neither another canon nor other looks nor settings since then count.
    const sheet = await test.store.castings.sheet(rusty.id);
    await test.studio.pickCandidate(asker(), sheet[3]?.id as string);
    await test.studio.editCharacter(asker(), rusty.id, { name: 'Rosty', looks: 'a fox in a hat' });
    await test.store.settings.update(SERVER, { steps: 2, style: 'a photo of' });
    const replay = await test.ended(test.studio.replayStory(asker({ memberId: '43' }), story.id));
    expect(replay.story).toMatchObject({ seed: '7', authorId: '43' });
    const panels = (await test.store.stories.get(story.id)).panels.slice(0, 2);
    const first = await Promise.all(panels.map(async ({ id }) => (await test.store.takes.find(id, 0))?.pictureHash));
    expect(await pictures(test, replay.story.id)).toEqual(first);
    const vary = await test.ended(test.studio.varyStory(asker(), story.id));
    expect(vary.story.seed).not.toBe('7');
    const varied = await pictures(test, vary.story.id);
    expect(varied).toHaveLength(3);
    expect(varied.filter((hash) => first.includes(hash))).toEqual([]);
  });

  test('given a canon, then its steps and guidance count, so that its anchors come out as they were', async () => {
    const test = await testStudio();
    await test.store.settings.update(SERVER, { steps: 5 });
    await test.cast('Rusty', 'a fox');
    await test.store.settings.update(SERVER, { steps: 9 });
    await test.ended(test.studio.createStory(asker(), newStory('Rusty in the forest')));
    expect(lastCall(test)?.steps).toBe(5);
    await test.ended(test.studio.createStory(asker(), newStory('a forest')));
    expect(lastCall(test)?.steps).toBe(9);
  });

  test('given characters in every panel, then they are in those too that do not name them', async () => {
    const test = await testStudio();
    await test.cast('Rusty', 'a fox');
    await test.cast('Bo', 'a bear');
    const text = 'dancing on the beach | Bo and Rusty reading | Rusty sleeping';
    const { story } = await test.ended(
      test.studio.createStory(asker(), newStory(text, { characters: ['@rusty', 'Bo'] })),
    );
    expect(story.panels.map(({ caption, prompt, characterIds }) => [caption, prompt, characterIds.length])).toEqual([
      ['dancing on the beach', 'a storybook drawing of a fox and a bear dancing on the beach', 2],
      ['Bo and Rusty reading', 'a storybook drawing of a bear and a fox reading', 2],
      ['Rusty sleeping', 'a storybook drawing of a bear and a fox sleeping', 2],
    ]);
    expect(parseRecipe(story.settings).always).toHaveLength(2);
  });

  test('given a style, then it comes before the scenes: that of the story, else that of the server', async () => {
    const { studio, store } = await testStudio({ idle: true });
    await store.settings.update(SERVER, { style: 'a photo of', layout: 'row' });
    const { story } = await studio.createStory(asker(), newStory('a forest'));
    expect([story.panels[0]?.prompt, story.layout]).toEqual(['a photo of a forest', 'row']);
    const other = await studio.createStory(asker(), newStory('a forest', { style: 'ink,', layout: 'column' }));
    expect([other.story.panels[0]?.prompt, other.story.layout]).toEqual(['ink, a forest', 'column']);
  });
});

describe('what is refused before there is a story', () => {
  test('given an @name that nobody has, then it is refused with close matches', async () => {
    const { studio, store, cast } = await testStudio();
    await cast('Rusty', 'a fox');
    const { id } = await cast('Bruno', 'a bear');
    for (const panels of ['@Rosty in the forest', 'Rusty | @rustyy sleeping']) {
      await expect(studio.createStory(asker(), newStory(panels))).rejects.toMatchObject({
        code: 'character-unknown',
        context: { suggestions: ['Rusty'] },
      });
    }
    await expect(studio.createStory(asker(), newStory('a', { characters: ['Brno'] }))).rejects.toMatchObject({
      code: 'character-unknown',
      context: { name: 'Brno', suggestions: ['Bruno'] },
    });
    await studio.retireCharacter(asker(), id);
    await expect(studio.createStory(asker(), newStory('@Bruno sleeping'))).rejects.toMatchObject({
      code: 'character-retired',
    });
    expect(await store.stories.list({})).toEqual([]);
  });

  test('given too many panels or a full queue, then it is refused with the limit, and nothing is left of it', async () => {
    const limits = { panelsPerStory: 3, queuedPerMember: 1, queuedPerServer: 2 };
    const { studio, store, clock } = await testStudio({ idle: true, limits });
    await expect(studio.createStory(asker(), newStory('a|b|c|d'))).rejects.toMatchObject({
      code: 'panels-too-many',
      context: { most: 3, count: 4 },
    });
    await studio.createStory(asker(), newStory('a'));
    await expect(studio.createStory(asker(), newStory('b'))).rejects.toMatchObject({
      code: 'queue-full-member',
      context: { limit: 1 },
    });
    clock.advance(1);
    expect(await studio.createStory(asker({ memberId: '43' }), newStory('b'))).toMatchObject({ place: 2 });
    await expect(studio.createStory(asker({ memberId: '44' }), newStory('c'))).rejects.toMatchObject({
      code: 'queue-full-scope',
      context: { limit: 2 },
    });
    expect(await store.stories.list({})).toHaveLength(2);
  });

  test('given a server’s own limits, then lower ones hold, and higher ones than the operator’s don’t', async () => {
    const limits = { panelsPerStory: 3, queuedPerMember: 2, queuedPerServer: 3 };
    const { studio, store } = await testStudio({ idle: true, limits });
    await store.settings.update(SERVER, { panelsPerStory: 12, queuedPerMember: 100, queuedPerServer: 100 });
    await expect(studio.createStory(asker(), newStory('a|b|c|d'))).rejects.toMatchObject({ context: { most: 3 } });
    const { story } = await studio.createStory(asker(), newStory('a|b|c'));
    await studio.createStory(asker(), newStory('b'));
    await expect(studio.createStory(asker(), newStory('c'))).rejects.toMatchObject({ context: { limit: 2 } });
    await studio.createStory(asker({ memberId: '43' }), newStory('c'));
    await expect(studio.createStory(asker({ memberId: '44' }), newStory('d'))).rejects.toMatchObject({
      code: 'queue-full-scope',
      context: { limit: 3 },
    });
    await expect(studio.addPanel(asker(), story.id, 'd')).rejects.toMatchObject({ context: { most: 3 } });
    await store.settings.update(SERVER, { panelsPerStory: 2, queuedPerMember: 1 });
    await expect(studio.createStory(asker(), newStory('a|b|c'))).rejects.toMatchObject({ context: { most: 2 } });
    await expect(studio.createStory(asker({ memberId: '43' }), newStory('d'))).rejects.toMatchObject({
      context: { limit: 1 },
    });
  });

  test('given a bad seed, no panel, or a model that is not there, then each is refused by its name', async () => {
    const { studio, store } = await testStudio({ idle: true });
    const codes = [];
    for (const story of [
      newStory('a', { seed: '-1' }),
      newStory(' | \n|'),
      newStory('a', { title: 'x'.repeat(101) }),
    ]) {
      codes.push(await studio.createStory(asker(), story).catch((error) => error.code));
    }
    await store.settings.update(SERVER, { model: 'gone' });
    codes.push(await studio.createStory(asker(), newStory('a')).catch((error) => error.code));
    expect(codes).toEqual(['seed-invalid', 'story-empty', 'title-too-long', 'model-unknown']);
  });

  test('given a canon of another model, then the story is refused before it waits', async () => {
    class OtherEngine extends FakeEngine {
      override modelHash = async () => 'be'.repeat(32);
    }
    const before = await testStudio();
    await before.cast('Rusty', 'a fox');
    await before.queue.stop();
    const engine = new OtherEngine();
    const { studio } = await testStudio({ engine, opened: before.opened, blobs: before.blobs });
    await expect(studio.createStory(asker(), newStory('Rusty sleeping'))).rejects.toMatchObject({
      code: 'canon-outdated',
      context: { name: ['Rusty'], canonModel: '' },
    });
  });
});
