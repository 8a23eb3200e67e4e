import { describe, expect, test } from 'vitest';
import type { EngineProgress } from '../../src/engine/worker/messages.ts';
import { isUnfinishedEnd } from '../../src/queue/job-run.ts';
import { newWorkerId } from '../../src/queue/worker-id.ts';
import type { Store } from '../../src/store/store.ts';
import { type FakeCall, FakeEngine } from '../support/fake-engine.ts';
import { gate, nextEvent, untilAborted } from '../support/job-queues.ts';
import { asker, newStory } from '../support/people.ts';
import { type TestStudio, testStudio } from '../support/studios.ts';

/** Does the next job as a process does that dies after the transaction in which its results are stored. */
async function dieAfterCommit(test: TestStudio): Promise<void> {
  const limits = { runningPerMember: 9, runningPerScope: 9, impatientAfterMs: 1e9 };
  const claimed = await test.store.leases.claimNext(newWorkerId(), 1000, limits);
  if (!claimed) throw new Error('nothing to claim');
  const handler = test.handlers.get(claimed.job.kind);
  await handler?.run(claimed.job, {
    signal: new AbortController().signal,
    report: () => undefined,
    commit: (write) => test.store.atomically(write),
  });
  expect((await test.store.jobs.get(claimed.job.id)).status).toBe('running');
  // Its lease runs out.
  test.clock.advance(1001);
}

describe('a job whose process was killed', () => {
  test.each(['draw-story', 'redraw-panel', 'add-panel', 'cast-character'])(
    'given that what %s draws was stored, then the next process only finishes it',
    async (kind) => {
      const first = await testStudio({ idle: true });
      const { studio, store } = first;
      const { story } = await studio.createStory(asker(), newStory('a | b'));
      if (kind === 'redraw-panel' || kind === 'add-panel') {
        await dieAfterCommit(first);
        await store.leases.recover(9);
        const limits = { runningPerMember: 9, runningPerScope: 9, impatientAfterMs: 1e9 };
        const claimed = await store.leases.claimNext('w', 1000, limits);
        if (claimed) await store.leases.complete(claimed.lease, {});
        if (kind === 'add-panel') await studio.addPanel(asker(), story.id, 'c');
        else await studio.redrawPanel(asker(), story.id, 2);
      }
      if (kind === 'cast-character') {
        for (const job of await store.jobs.list({})) await store.jobs.cancel(job.id);
        await studio.createCharacter(asker(), { name: 'Rusty', looks: 'a fox' });
      }
      await dieAfterCommit(first);
      const before = await everything(store);
      const engine = new FakeEngine();
      const second = await testStudio({ engine, opened: first.opened, blobs: first.blobs, idle: true });
      const finished = nextEvent(second.queue.feed, ({ type }) => type === 'finished');
      await second.start();
      expect((await finished).job).toMatchObject({ kind, attempts: 2 });
      expect(engine.calls).toEqual([]);
      expect(await everything(store)).toEqual(before);
      expect(before.takes.length + before.candidates.length).toBeGreaterThan(1);
      expect(await store.checkIntegrity()).toEqual([]);
    },
  );

  test('given that it was stopped in the middle, then it is drawn from the start, to the same bits', async () => {
    const drawing = gate();
    const between = async ({ phase, done }: EngineProgress, { signal }: FakeCall) => {
      if (phase !== 'inject' || done !== 2 || !signal) return;
      drawing.open();
      await untilAborted(signal).catch(() => undefined);
    };
    const engine = new FakeEngine({ between });
    const first = await testStudio({ engine, idle: true });
    const story = newStory('a forest | a beach');
    const { story: stopped, job } = await first.studio.createStory(asker(), story);
    await first.start();
    await drawing.opened;
    expect(await first.queue.stop()).toBe(true);
    expect((await first.store.jobs.get(job.id)).status).toBe('queued');
    expect(await first.store.takes.shownOf(stopped.id)).toEqual([]);
    const second = await testStudio({ opened: first.opened, blobs: first.blobs });
    const { story: undisturbed } = await second.ended(second.studio.createStory(asker(), story));
    const hashes = async (id: string) => (await first.store.takes.shownOf(id)).map(({ pictureHash }) => pictureHash);
    expect((await first.store.jobs.get(job.id)).status).toBe('finished');
    expect(await hashes(stopped.id)).toEqual(await hashes(undisturbed.id));
    expect(await hashes(stopped.id)).toHaveLength(2);
  });
});

describe('a drawing that ends otherwise', () => {
  test('given an engine that fails and recovers, then the story is finished all the same', async () => {
    let failures = 2;
    const between = () => {
      if (failures-- > 0) throw new Error('out of memory');
    };
    const { studio, store, ended, errors } = await testStudio({ engine: new FakeEngine({ between }) });
    const { story, end } = await ended(studio.createStory(asker(), newStory('a')));
    expect(end.job).toMatchObject({ status: 'finished', attempts: 3 });
    expect(errors).toHaveLength(2);
    expect((await store.stories.get(story.id)).status).toBe('finished');
  });

  test('given an engine that stays broken, then the story has failed, is dead in the queue and can be replayed', async () => {
    let isBroken = true;
    const between = () => {
      if (isBroken) throw new Error('out of memory');
    };
    const { studio, store, ended } = await testStudio({ engine: new FakeEngine({ between }) });
    const { story, end } = await ended(studio.createStory(asker(), newStory('a')));
    expect(end.job).toMatchObject({ status: 'dead', errorContext: { message: 'out of memory' } });
    expect(isUnfinishedEnd(end.job)).toBe(true);
    expect((await store.stories.get(story.id)).status).toBe('failed');
    isBroken = false;
    expect((await ended(studio.replayStory(asker(), story.id))).end.type).toBe('finished');
  });

  test('given a story that is cancelled while it is drawn, then it is so within a step, and nothing is stored', async () => {
    const drawing = gate();
    const cancelled = gate();
    let stepsAfter = 0;
    let isCancelled = false;
    const between = async ({ phase, done }: { phase: string; done: number }) => {
      if (isCancelled) stepsAfter++;
      if (phase !== 'sample' || done !== 3) return;
      drawing.open();
      await cancelled.opened;
      isCancelled = true;
    };
    const test = await testStudio({ engine: new FakeEngine({ between }), queue: { heartbeatMs: 1e6 } });
    const { story, job } = await test.studio.createStory(asker(), newStory('a'));
    await drawing.opened;
    const end = nextEvent(test.queue.feed, ({ type }) => type === 'cancelled');
    expect(await test.studio.cancel(asker(), job.id)).toBe('stopping');
    cancelled.open();
    await end;
    expect(stepsAfter).toBe(0);
    expect(await test.store.stories.get(story.id)).toMatchObject({ status: 'cancelled' });
    expect(await test.store.takes.shownOf(story.id)).toEqual([]);
  });

  test('given a member who is erased while a story is drawn, then nothing of it comes back', async () => {
    const drawing = gate();
    const erased = gate();
    const between = async ({ phase }: { phase: string }) => {
      if (phase !== 'decode') return;
      drawing.open();
      await erased.opened;
    };
    const test = await testStudio({ engine: new FakeEngine({ between }), queue: { heartbeatMs: 1e6 } });
    await test.studio.createStory(asker(), newStory('a'));
    await drawing.opened;
    await test.store.privacy.erase('42');
    erased.open();
    await test.queue.stop({ finishMs: 1e6 });
    expect(await everything(test.store)).toEqual({ takes: [], candidates: [] });
    expect((await test.store.privacy.export('42')).jobs).toEqual([]);
  });
});

/** All takes and candidates, by their ids. */
async function everything(store: Store) {
  const stories = await store.stories.list({});
  const takes = await Promise.all(stories.flatMap(({ panels }) => panels.map(({ id }) => store.takes.ofPanel(id))));
  const characters = await store.characters.list(asker().scope, { retired: true });
  const candidates = await Promise.all(characters.map(({ id }) => store.castings.sheet(id)));
  return { takes: takes.flat().map(({ id }) => id), candidates: candidates.flat().map(({ id }) => id) };
}
