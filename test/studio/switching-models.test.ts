import { describe, expect, test } from 'vitest';
import { estimateMemory } from '../../src/engine/pipeline/memory-estimate.ts';
import { openModel } from '../../src/engine/weights/open-model.ts';
import { FakeEngine } from '../support/fake-engine.ts';
import { POCKET } from '../support/fixtures.ts';
import { copyPocket, ownFolder } from '../support/model-copies.ts';
import { asker, newStory, SERVER } from '../support/people.ts';
import { type TestStudioOptions, testStudio } from '../support/studios.ts';

async function twoModels(options: TestStudioOptions = {}) {
  const sketch = copyPocket(ownFolder(), 'sketch');
  const studio = await testStudio({ models: [POCKET, sketch], engine: new FakeEngine(), ...options });
  const use = (model: string) => studio.store.settings.update(SERVER, { model });
  const folders = () => (studio.engine as FakeEngine).calls.map(({ model }) => model.folder);
  return { ...studio, sketch, use, folders };
}

const refused = (work: Promise<unknown>) => work.then(() => undefined).catch((error) => error);

describe('a server that changes its model', () => {
  test('given a character of the former one, then the story is refused with an offer, and recasting helps', async () => {
    const { studio, store, ended, cast, use, folders, sketch } = await twoModels();
    const rusty = await cast('Rusty', 'a fox');
    const bo = await cast('Bo', 'a bear');
    await use('sketch');
    const story = newStory('Rusty and Bo dancing');
    const error = await refused(studio.createStory(asker(), story));
    expect(error).toMatchObject({
      code: 'canon-outdated',
      context: { name: ['Rusty', 'Bo'], model: 'sketch', canonModel: 'pocket', recast: {} },
    });
    expect(error.context.outdated.map(({ id }: { id: string }) => id)).toEqual([rusty.id, bo.id]);
    expect(await store.jobs.list({ status: ['queued', 'running'] })).toEqual([]);

    for (const { id } of [rusty, bo]) {
      await ended(studio.recast(asker(), id));
      const sheet = await store.castings.sheet(id);
      expect(sheet[0]).toMatchObject({ modelName: 'sketch' });
      await studio.pickCandidate(asker(), sheet[2]?.id as string);
    }
    const { story: drawn, end } = await ended(studio.createStory(asker(), story));
    expect(end.type).toBe('finished');
    expect(folders().at(-1)).toBe(sketch);
    const [take] = await store.takes.shownOf(drawn.id);
    const canons = await store.castings.canons(rusty.id);
    expect(canons.map(({ modelName }) => modelName).sort()).toEqual(['pocket', 'sketch']);
    expect(take?.canonIds).toContain(canons.find(({ modelName }) => modelName === 'sketch')?.id);
  });

  test('given the former model again, then the old fox is back, the one that was picked last of several', async () => {
    const { studio, store, ended, cast, use, clock } = await twoModels();
    const { id } = await cast('Rusty', 'a fox');
    const [first, second] = [await store.castings.sheet(id)].flatMap((sheet) => [sheet[0]?.id, sheet[1]?.id]);
    await studio.pickCandidate(asker(), second as string);
    clock.advance(1000);
    await studio.pickCandidate(asker(), first as string);
    const { currentCanonId: old } = await store.characters.get(id);
    await use('sketch');
    await ended(studio.recast(asker(), id));
    await studio.pickCandidate(asker(), (await store.castings.sheet(id))[3]?.id as string);
    expect((await store.characters.get(id)).currentCanonId).not.toBe(old);
    await use('pocket');
    const { story } = await ended(studio.createStory(asker(), newStory('Rusty in the forest')));
    expect((await store.takes.shownOf(story.id))[0]?.canonIds).toEqual([old]);
  });

  test('given a story that waits, then it keeps its model, and so do its redraws', async () => {
    const { studio, store, ended, use, folders, start, queue } = await twoModels({ idle: true });
    const { story, job } = await studio.createStory(asker(), newStory('a fox in the forest'));
    await use('sketch');
    const finished = new Promise((resolve) =>
      queue.feed.subscribe((e) => e.job.id === job.id && e.type === 'finished' && resolve(e)),
    );
    await start();
    await finished;
    await ended(studio.redrawPanel(asker(), story.id, 1));
    expect(folders()).toEqual([POCKET, POCKET]);
    expect((await store.takes.shownOf(story.id))[0]?.modelHash).toMatch(/^(?:fa)+$/);
  });

  test('given a newcomer in an old story, then the offer is to be recast for the story’s model', async () => {
    const { studio, store, ended, cast, use } = await twoModels();
    const { story } = await ended(studio.createStory(asker(), newStory('a fox in the forest')));
    await use('sketch');
    const bo = await cast('Bo', 'a bear');
    const error = await refused(studio.addPanel(asker(), story.id, 'Bo sleeping'));
    expect(error).toMatchObject({
      code: 'canon-outdated',
      context: { model: 'pocket', recast: { storyId: story.id } },
    });
    await ended(studio.recast(asker(), bo.id, error.context.recast));
    const sheet = await store.castings.sheet(bo.id);
    expect(sheet[0]?.modelName).toBe('pocket');
    await studio.pickCandidate(asker(), sheet[0]?.id as string);
    const { end } = await ended(studio.addPanel(asker(), story.id, 'Bo sleeping'));
    expect(end.type).toBe('finished');
  });
});

describe('what is refused before it waits', () => {
  test('given a model that was replaced under its name, then old stories are not drawn on', async () => {
    const hash = { now: 'aa'.repeat(32) };
    class ChangingEngine extends FakeEngine {
      override modelHash = async () => hash.now;
    }
    const sketch = copyPocket(ownFolder(), 'sketch');
    const engine = new ChangingEngine();
    const before = await testStudio({ models: [sketch], engine });
    const { story } = await before.ended(before.studio.createStory(asker(), newStory('a fox in the forest')));
    await before.queue.stop();
    hash.now = 'bb'.repeat(32);
    const { studio, ended } = await testStudio({
      ...{ models: [sketch], engine, opened: before.opened, blobs: before.blobs },
    });
    const codes = await Promise.all(
      [studio.redrawPanel(asker(), story.id, 1), studio.addPanel(asker(), story.id, 'a fox sleeping')].map(refused),
    );
    expect(codes.map(({ code }) => code)).toEqual(['story-model-changed', 'story-model-changed']);
    expect((await ended(studio.varyStory(asker(), story.id))).end.type).toBe('finished');
  });

  test('given a sampler that the model can’t take, and a story too large for the memory, then neither waits', async () => {
    const { studio, store } = await testStudio({
      memory: { limit: estimateMemory(openModel(POCKET), { width: 128, height: 128 }, 3) },
    });
    await store.settings.update(SERVER, { sampler: 'lcm', steps: 150 });
    const panels = Array.from({ length: 9 }, (_, i) => `a fox ${i}`).join('|');
    const unsuited = await refused(studio.createStory(asker(), newStory('a fox')));
    expect(unsuited).toMatchObject({ code: 'sampler-unsuited' });
    await store.settings.update(SERVER, { sampler: null });
    const large = await refused(studio.createStory(asker(), newStory(panels)));
    expect(large).toMatchObject({ code: 'memory-limit' });
    expect(await store.jobs.list({ status: ['queued', 'running'] })).toEqual([]);
    expect(large.context.needed).toBeGreaterThan(large.context.limit);
  });

  test('given settings for sampler and guidance, then new castings have them, and who is cast keeps theirs', async () => {
    const { studio, store, ended, cast, engine } = await testStudio();
    await cast('Rusty', 'a fox');
    await store.settings.update(SERVER, { sampler: 'euler', guidance: 6.5, steps: 9 });
    await ended(studio.createStory(asker(), newStory('Rusty sleeping')));
    await cast('Bo', 'a bear');
    await ended(studio.createStory(asker(), newStory('Bo sleeping')));
    const drawn = (engine as FakeEngine).calls.map(({ story: { sampler, guidance, steps } }) => [
      sampler,
      guidance,
      steps,
    ]);
    const [own, set] = [
      [undefined, 4, 30],
      ['euler', 6.5, 9],
    ];
    expect(drawn).toEqual([own, own, set, set]);
  });
});
