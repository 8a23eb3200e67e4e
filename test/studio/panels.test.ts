import { describe, expect, test } from 'vitest';
import type { EngineProgress } from '../../src/engine/worker/messages.ts';
import { parseRecipe } from '../../src/studio/recipe.ts';
import { type FakeCall, FakeEngine } from '../support/fake-engine.ts';
import { untilAborted } from '../support/job-queues.ts';
import { asker, newStory, SERVER } from '../support/people.ts';
import { type TestStudio, testStudio } from '../support/studios.ts';

const OTHER = asker({ memberId: '43' });

async function drawn(test: TestStudio, panels = 'Rusty in the forest | in the snow') {
  const { story } = await test.ended(test.studio.createStory(asker(), newStory(panels)));
  return test.store.stories.get(story.id);
}

/** The rows of the last drawing: panel, revision, whether it is an anchor. */
function rows({ engine }: TestStudio) {
  const { story } = (engine as FakeEngine).calls.at(-1) ?? {};
  return story?.panels.map(({ id, revision, canon }) => [id, revision, canon?.split(' ')[0]]);
}

describe('drawing a panel anew', () => {
  test('given a canon, then the panel is drawn beside its anchor alone, by another revision, and the old take stays', async () => {
    const test = await testStudio();
    await test.cast('Rusty', 'a fox');
    const story = await drawn(test);
    const { end } = await test.ended(test.studio.redrawPanel(OTHER, story.id, 2));
    expect(end.type).toBe('finished');
    expect(rows(test)).toEqual([
      [0, 0, expect.stringMatching(/^[0-9a-f]{64}$/)],
      [1, 1, undefined],
    ]);
    const [, panel] = story.panels;
    const [first, second] = await test.store.takes.ofPanel(panel?.id as string);
    expect(second).toMatchObject({ revision: 1, parentTakeId: first?.id, createdById: '43' });
    expect(second?.pictureHash).not.toBe(first?.pictureHash);
    const page = await test.studio.storyPage(story.id);
    expect(page.panels.map(({ take, takes }) => [take?.revision, takes])).toEqual([
      [0, 1],
      [1, 2],
    ]);
    await test.studio.showTake(asker(), story.id, first?.id as string);
    const back = await test.studio.storyPage(story.id);
    expect(back.panels[1]).toMatchObject({ take: { revision: 0 }, takes: 2 });
    expect(back.png.equals(page.png)).toBe(false);
  });

  test('given no canon, then the first panels are its anchors, as they were, also when one of them is redrawn', async () => {
    const test = await testStudio();
    await test.ended(test.studio.createCharacter(asker(), { name: 'Rusty', looks: 'a fox' }));
    const story = await drawn(test, 'Rusty a | b | c | d');
    await test.ended(test.studio.redrawPanel(asker(), story.id, 1));
    const anchors = [
      [0, 0, 'story'],
      [1, 0, 'story'],
    ];
    expect(rows(test)).toEqual([...anchors, [0, 1, undefined]]);
    await test.ended(test.studio.redrawPanel(asker(), story.id, 4));
    expect(rows(test)).toEqual([...anchors, [3, 1, undefined]]);
    await test.ended(test.studio.addPanel(asker(), story.id, 'e'));
    expect(rows(test)).toEqual([...anchors, [4, 0, undefined]]);
    // Redrawn twice, an anchor is still what it was at first.
    await test.ended(test.studio.redrawPanel(asker(), story.id, 1));
    expect(rows(test)).toEqual([...anchors, [0, 2, undefined]]);
  });

  test('given two redraws of a panel at once, then each has a revision of its own', async () => {
    const test = await testStudio();
    const story = await drawn(test, 'a');
    const redraws = [test.studio.redrawPanel(asker(), story.id, 1), test.studio.redrawPanel(OTHER, story.id, 1)];
    await Promise.all(redraws.map((each) => test.ended(each)));
    const takes = await test.store.takes.ofPanel(story.panels[0]?.id as string);
    expect(takes.map(({ revision }) => revision)).toEqual([0, 1, 2]);
  });
});

describe('adding a panel', () => {
  test('given somebody new in it, then the cast grows; later panels know the newcomer by that panel', async () => {
    const test = await testStudio();
    await test.cast('Rusty', 'a fox');
    await test.ended(test.studio.createCharacter(asker(), { name: 'Bo', looks: 'a bear' }));
    const story = await drawn(test);
    const { end } = await test.ended(test.studio.addPanel(asker(), story.id, '@Bo and Rusty at night'));
    expect(end.type).toBe('finished');
    const grown = await test.store.stories.get(story.id);
    expect(parseRecipe(grown.settings).cast.map(({ name, canonId }) => [name, canonId !== null])).toEqual([
      ['Rusty', true],
      ['Bo', false],
    ]);
    expect(grown.panels[2]?.prompt).toBe('a storybook drawing of a bear and a fox at night');
    await test.ended(test.studio.addPanel(asker(), story.id, 'Bo sleeping'));
    expect(rows(test)).toEqual([
      [2, 0, 'story'],
      [3, 0, undefined],
    ]);
  });

  test('given two newcomers in two panels at once, then both are in the cast', async () => {
    const test = await testStudio();
    for (const name of ['Bo', 'Ida']) await test.ended(test.studio.createCharacter(asker(), { name, looks: 'a bear' }));
    const story = await drawn(test, 'a forest');
    await Promise.all(
      ['Bo', 'Ida'].map((name) => test.ended(test.studio.addPanel(asker(), story.id, `${name} waving`))),
    );
    const { settings, panels } = await test.store.stories.get(story.id);
    expect(new Set(parseRecipe(settings).cast.map(({ name }) => name))).toEqual(new Set(['Bo', 'Ida']));
    expect(panels.every(({ currentTakeId }) => currentTakeId !== null)).toBe(true);
  });

  test('given that it is cancelled, then the panel is gone; after an error it stays and can be drawn', async () => {
    let mode: 'draw' | 'wait' | 'break' = 'draw';
    const between = async ({ phase }: EngineProgress, { signal }: FakeCall) => {
      if (phase !== 'sample') return;
      if (mode === 'break') throw new TypeError('a bug');
      if (mode === 'wait' && signal) await untilAborted(signal).catch(() => undefined);
    };
    const test = await testStudio({ engine: new FakeEngine({ between }) });
    const story = await drawn(test, 'a');
    mode = 'wait';
    const ticket = await test.studio.addPanel(asker(), story.id, 'b');
    expect((await test.store.stories.get(story.id)).panels).toHaveLength(2);
    const cancelled = test.ended(Promise.resolve(ticket));
    expect(['stopping', 'cancelled']).toContain(await test.studio.cancel(asker(), ticket.job.id));
    expect((await cancelled).end.type).toBe('cancelled');
    expect((await test.store.stories.get(story.id)).panels).toHaveLength(1);
    mode = 'break';
    const { end } = await test.ended(test.studio.addPanel(asker(), story.id, 'c'));
    expect(end.type).toBe('dead');
    const page = await test.studio.storyPage(story.id);
    expect(page.panels.map(({ caption, take }) => [caption, take !== undefined])).toEqual([
      ['a', true],
      ['c', false],
    ]);
    mode = 'draw';
    expect((await test.ended(test.studio.redrawPanel(asker(), story.id, 2))).end.type).toBe('finished');
  });
});

describe('who may, and what there is', () => {
  test('given the setting, then everybody, the author or only moderators draw in a story', async () => {
    const test = await testStudio();
    const story = await drawn(test, 'a');
    const moderator = asker({ memberId: '1', isModerator: true });
    const may = async (redrawing: 'everyone' | 'author' | 'moderators') => {
      await test.store.settings.update(SERVER, { redrawing });
      const tries = [asker(), OTHER, moderator].map((by) =>
        test.studio.redrawPanel(by, story.id, 1).then(
          () => true,
          (error) => error.code,
        ),
      );
      return Promise.all(tries);
    };
    expect(await may('everyone')).toEqual([true, true, true]);
    expect(await may('author')).toEqual([true, 'story-not-yours', true]);
    expect(await may('moderators')).toEqual(['story-not-yours', 'story-not-yours', true]);
    await expect(test.studio.addPanel(OTHER, story.id, 'b')).rejects.toMatchObject({ code: 'story-not-yours' });
  });

  test('given a place, story or take that is not there, or in another server, then it is refused', async () => {
    const test = await testStudio();
    const [story, other] = [await drawn(test, 'a'), await drawn(test, 'b')];
    const elsewhere = asker({ scope: { kind: 'direct', memberId: '42' } });
    const codes = [];
    for (const refused of [
      () => test.studio.redrawPanel(asker(), story.id, 2),
      () => test.studio.redrawPanel(asker(), story.id, 0),
      () => test.studio.redrawPanel(elsewhere, story.id, 1),
      () => test.studio.varyStory(elsewhere, story.id),
      () => test.studio.replayStory(asker(), 'none'),
      () => test.studio.showTake(asker(), story.id, other.panels[0]?.currentTakeId as string),
    ]) {
      codes.push(await refused().catch((error) => error.code));
    }
    expect(codes).toEqual([
      'panel-unknown',
      'panel-unknown',
      'story-not-found',
      'story-not-found',
      'story-not-found',
      'take-not-found',
    ]);
  });

  test('given a story that waits, then it has no page and no panel to redraw; cancelled by its author, it is so', async () => {
    const { studio, store } = await testStudio({ idle: true });
    const { story, job } = await studio.createStory(asker(), newStory('a'));
    await expect(studio.storyPage(story.id)).rejects.toMatchObject({ code: 'story-not-drawn' });
    await expect(studio.redrawPanel(asker(), story.id, 1)).rejects.toMatchObject({ code: 'story-not-drawn' });
    await expect(studio.cancel(OTHER, job.id)).rejects.toMatchObject({ code: 'job-not-yours' });
    expect(await studio.cancel(asker(), job.id)).toBe('cancelled');
    expect(await studio.cancel(asker(), job.id)).toBe('ended');
    expect((await store.jobs.get(job.id)).status).toBe('cancelled');
    expect((await store.stories.get(story.id)).status).toBe('cancelled');
  });
});
