import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { storableText } from '../../src/store/storable-text.ts';
import type { Store } from '../../src/store/store.ts';
import { freshStore, TEST_PROVIDERS } from './support/fresh-database.ts';
import { GUILD, hashOf, OTHER_GUILD, panelDraft, RUSTY, storyDraft, takeDraft } from './support/samples.ts';

async function onePanel(store: Store) {
  const story = await store.stories.create(storyDraft(), [panelDraft('standing')]);
  const panel = story.panels[0];
  if (!panel) throw new Error('The story has no panel.');
  return { story, panel };
}

describe.each(TEST_PROVIDERS)('stories on %s', (provider) => {
  test('given a story, then it is read back whole, with its panels in order', async () => {
    const { store } = await freshStore(provider);
    const { id: rusty } = await store.characters.create(GUILD, '42', RUSTY);
    const { id: bella } = await store.characters.create(GUILD, '42', { ...RUSTY, name: 'Bella' });
    const story = await store.stories.create(storyDraft(), [panelDraft('a', [bella, rusty]), panelDraft('b', [rusty])]);
    expect(story).toMatchObject({ ...storyDraft(), status: 'queued', messageId: null });
    expect(
      story.panels.map(({ number, position, text, characterIds }) => ({ number, position, text, characterIds })),
    ).toEqual([
      { number: 0, position: 0, text: 'a', characterIds: [bella, rusty] },
      { number: 1, position: 1, text: 'b', characterIds: [rusty] },
    ]);
    expect(await store.stories.get(story.id)).toEqual(story);
    expect(await store.stories.panel(story.panels[1]?.id ?? '')).toEqual(story.panels[1]);
    expect(await store.stories.list({ characterId: bella })).toEqual([story]);
    expect(await store.stories.list({ scope: OTHER_GUILD })).toEqual([]);
  });

  test('given panels added at once, then each has its own number and position', async () => {
    const { store } = await freshStore(provider);
    const { story } = await onePanel(store);
    await Promise.all(Array.from({ length: 8 }, (_, each) => store.stories.addPanel(story.id, panelDraft(`${each}`))));
    const { panels } = await store.stories.get(story.id);
    expect(panels.map(({ number }) => number)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
    expect(panels.map(({ position }) => position)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
    await expect(store.stories.addPanel('none', panelDraft('x'))).rejects.toMatchObject({ code: 'story-not-found' });
  });

  test('given a panel whose character is unknown, then nothing of the story is stored', async () => {
    const { store } = await freshStore(provider);
    await expect(store.stories.create(storyDraft(), [panelDraft('a'), panelDraft('b', ['nobody'])])).rejects.toThrow();
    expect(await store.stories.list({})).toEqual([]);
  });

  test('given a message, then its story is found by it', async () => {
    const { store } = await freshStore(provider);
    const { story } = await onePanel(store);
    await store.stories.update(story.id, { status: 'finished', messageId: '777' });
    expect(await store.stories.findByMessage('777')).toMatchObject({ id: story.id, status: 'finished' });
    expect(await store.stories.findByMessage('778')).toBeUndefined();
    await expect(store.stories.update('none', {})).rejects.toMatchObject({ code: 'story-not-found' });
  });

  test('given any text as title, script and settings, then it is read back as it was typed', async () => {
    const { store } = await freshStore(provider);
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), async (title, script) => {
        const settings = { [`key ${title}`]: [script, null, 1.5, { deep: title }] };
        const { id } = await store.stories.create(storyDraft({ title, script, settings }), [panelDraft(script)]);
        const read = await store.stories.get(id);
        expect(read.title).toBe(storableText(title));
        expect(read.script).toBe(storableText(script));
        expect(read.panels[0]?.text).toBe(storableText(script));
        expect(read.settings).toEqual(JSON.parse(storableJson(settings)));
      }),
      { numRuns: 100 },
    );
  });
});

function storableJson(value: object): string {
  // Escaped NUL and lone surrogates are what JSON.stringify makes of them.
  return JSON.stringify(value).replace(/(?<!\\)((?:\\\\)*)\\u(?:0000|d[89a-f][0-9a-f]{2})/g, '$1\uFFFD');
}

describe.each(TEST_PROVIDERS)('takes on %s', (provider) => {
  test('given a panel that was never drawn, then it can be taken back; a drawn one stays', async () => {
    const { store } = await freshStore(provider);
    const { id, panels } = await store.stories.create(storyDraft(), [panelDraft('a'), panelDraft('b')]);
    const [drawn, undrawn] = panels.map((panel) => panel.id) as [string, string];
    await store.takes.add(takeDraft(drawn, 0));
    expect(await store.stories.removeUndrawn(drawn)).toBe(false);
    expect(await store.stories.removeUndrawn(undrawn)).toBe(true);
    expect(await store.stories.removeUndrawn(undrawn)).toBe(false);
    expect((await store.stories.get(id)).panels.map((panel) => panel.id)).toEqual([drawn]);
  });

  test('given takes, then the panel shows the latest revision, whichever was finished last', async () => {
    const { store } = await freshStore(provider);
    const { story, panel } = await onePanel(store);
    const first = await store.takes.reserveRevision(panel.id);
    const second = await store.takes.reserveRevision(panel.id);
    const third = await store.takes.reserveRevision(panel.id);
    expect([first, second, third]).toEqual([0, 1, 2]);
    const shown = await store.takes.add(takeDraft(panel.id, second));
    await store.takes.add(takeDraft(panel.id, first));
    expect(await store.takes.shownOf(story.id)).toEqual([shown]);
    const last = await store.takes.add(takeDraft(panel.id, third, { parentTakeId: shown.id }));
    expect(await store.takes.shownOf(story.id)).toEqual([last]);
    expect((await store.takes.ofPanel(panel.id)).map(({ revision }) => revision)).toEqual([0, 1, 2]);
  });

  test('given a take stored again after a crash, then the stored one stands unchanged', async () => {
    const { store } = await freshStore(provider);
    const { panel } = await onePanel(store);
    const take = await store.takes.add(takeDraft(panel.id, 0));
    const again = await store.takes.add(takeDraft(panel.id, 0, { pictureHash: hashOf(999), prompt: 'another' }));
    expect(again).toEqual(take);
    expect(await store.takes.find(panel.id, 0)).toEqual(take);
    expect(await store.takes.find(panel.id, 1)).toBeUndefined();
    // A revision that was used without being reserved isn't reserved later.
    expect(await store.takes.reserveRevision(panel.id)).toBe(1);
  });

  test('given redraws reserved at once, then no revision is given twice', async () => {
    const { store } = await freshStore(provider);
    const { panel } = await onePanel(store);
    const revisions = await Promise.all(Array.from({ length: 12 }, () => store.takes.reserveRevision(panel.id)));
    expect(new Set(revisions).size).toBe(12);
  });

  test('given an older take, then the panel can show it again; a take of another panel is refused', async () => {
    const { store } = await freshStore(provider);
    const { story, panel } = await onePanel(store);
    const other = await store.stories.addPanel(story.id, panelDraft('other'));
    const old = await store.takes.add(takeDraft(panel.id, 0));
    await store.takes.add(takeDraft(panel.id, 1));
    const foreign = await store.takes.add(takeDraft(other.id, 0));
    await store.takes.show(panel.id, old.id);
    expect(await store.takes.shownOf(story.id)).toEqual([old, foreign]);
    await expect(store.takes.show(panel.id, foreign.id)).rejects.toMatchObject({ code: 'take-not-found' });
    await expect(store.takes.add(takeDraft('none', 0))).rejects.toMatchObject({ code: 'panel-not-found' });
    expect(await store.checkIntegrity()).toEqual([]);
  });

  test('given a take with canons, then it names them, and blobs in use are those of takes and canons', async () => {
    const { store } = await freshStore(provider);
    const { panel } = await onePanel(store);
    const { id } = await store.characters.create(GUILD, '42', RUSTY);
    const canon = await store.castings.add(id, {
      blobHash: hashOf(50),
      pictureHash: null,
      modelHash: hashOf(0),
      seed: '1',
    });
    const take = await store.takes.add(takeDraft(panel.id, 0, { canonIds: [canon.id], latentsHash: hashOf(60) }));
    expect(await store.takes.get(take.id)).toMatchObject({ canonIds: [canon.id] });
    expect([...(await store.blobReferences())].sort()).toEqual([hashOf(1), hashOf(50), hashOf(60)].sort());
  });

  test('given votes, then each choice of a member counts once', async () => {
    const { store } = await freshStore(provider);
    const { panel } = await onePanel(store);
    const { id } = await store.takes.add(takeDraft(panel.id, 0));
    expect(await store.votes.add(id, '1', '❤️')).toBe(true);
    expect(await store.votes.add(id, '1', '❤️')).toBe(false);
    await store.votes.add(id, '2', '❤️');
    await store.votes.add(id, '2', '🦊');
    expect(await store.votes.count(id)).toEqual(
      new Map([
        ['❤️', 2],
        ['🦊', 1],
      ]),
    );
    expect(await store.votes.remove(id, '2', '❤️')).toBe(true);
    expect(await store.votes.remove(id, '2', '❤️')).toBe(false);
    await expect(store.votes.add('none', '1', 'x')).rejects.toMatchObject({ code: 'take-not-found' });
  });
});
