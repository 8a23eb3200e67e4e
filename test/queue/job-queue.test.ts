import { describe, expect, test } from 'vitest';
import { UserError } from '../../src/errors/user-error.ts';
import type { JobWork } from '../../src/queue/job-handler.ts';
import type { Job } from '../../src/store/job.ts';
import type { Store } from '../../src/store/store.ts';
import { freshStore } from '../store/support/fresh-database.ts';
import { jobRequest, panelDraft, storyDraft } from '../store/support/samples.ts';
import { ANY_NUMBER, endOf, gate, handlersOf, nextEvent, testQueue, untilAborted } from '../support/job-queues.ts';

async function enqueue(store: Store, change: Parameters<typeof jobRequest>[0] = {}): Promise<Job> {
  return (await store.jobs.enqueue(jobRequest(change), ANY_NUMBER)).job;
}

async function eventsOf(store: Store, id: string): Promise<string[]> {
  return (await store.jobs.events(id)).map(({ type }) => type);
}

describe('a queue at work', () => {
  test('given a job, then it is told queued, started, on its way and finished, and its result is stored', async () => {
    const { store, clock } = await freshStore('sqlite');
    const { queue, events } = testQueue({ store, clock });
    const run = async (_: Job, work: JobWork) => {
      work.report({ phase: 'sample', share: 0.5, remainingMs: undefined });
      return { panels: 4 };
    };
    await queue.start(handlersOf({ story: { run } }));
    const job = await enqueue(store);
    const ended = endOf(queue.feed, job.id);
    queue.announce(job);
    await ended;
    expect(events.map(({ type }) => type)).toEqual(['queued', 'started', 'progress', 'finished']);
    expect(await store.jobs.get(job.id)).toMatchObject({ status: 'finished', result: { panels: 4 } });
  });

  test('given a job that nobody announced, then the queue finds it by itself', async () => {
    const { store, clock } = await freshStore('sqlite');
    const { queue } = testQueue({ store, clock });
    await queue.start(handlersOf({ story: { run: async () => ({}) } }));
    const finished = nextEvent(queue.feed, ({ type }) => type === 'finished');
    const job = await enqueue(store);
    expect((await finished).job.id).toBe(job.id);
  });

  test('given one device, then jobs run one after the other; given three, at most three at once', async () => {
    for (const concurrency of [1, 3]) {
      const { store, clock } = await freshStore('sqlite');
      const claimLimits = { runningPerMember: 10, runningPerScope: 10, impatientAfterMs: 60_000 };
      const { queue, events } = testQueue({ store, clock, concurrency, claimLimits });
      for (let each = 0; each < 7; each++) await enqueue(store);
      let [running, most, ended] = [0, 0, 0];
      const all = gate();
      const run = async () => {
        most = Math.max(most, ++running);
        for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
        running--;
        return {};
      };
      queue.feed.subscribe(({ type }) => {
        if (type === 'finished' && ++ended === 7) all.open();
      });
      await queue.start(handlersOf({ story: { run } }));
      await all.opened;
      expect(most).toBe(concurrency);
      expect(events.filter(({ type }) => type === 'started')).toHaveLength(7);
    }
  });

  test('given a kind that the queue has no handler for, then the job waits and others run', async () => {
    const { store, clock } = await freshStore('sqlite');
    const { queue } = testQueue({ store, clock });
    const unknown = await enqueue(store, { kind: 'later-version' });
    const known = await enqueue(store);
    const ended = endOf(queue.feed, known.id);
    await queue.start(handlersOf({ story: { run: async () => ({}) } }));
    await ended;
    expect((await store.jobs.get(unknown.id)).status).toBe('queued');
  });

  test('given a listener that throws, then the job is none the worse', async () => {
    const { store, clock } = await freshStore('sqlite');
    const { queue, errors } = testQueue({ store, clock });
    queue.feed.subscribe(({ type }) => {
      if (type === 'started') throw new Error('listener');
    });
    const job = await enqueue(store);
    const ended = endOf(queue.feed, job.id);
    await queue.start(handlersOf({ story: { run: async () => ({}) } }));
    expect((await ended).type).toBe('finished');
    expect(errors).toEqual([new Error('listener')]);
  });

  test('given a pause, then nothing begins until it goes on', async () => {
    const { store, clock } = await freshStore('sqlite');
    const { queue, events } = testQueue({ store, clock });
    await queue.pause('maintenance');
    const job = await enqueue(store);
    const ended = endOf(queue.feed, job.id);
    await queue.start(handlersOf({ story: { run: async () => ({}) } }));
    queue.announce(job);
    expect(await queue.place(job.id)).toBe(1);
    expect(events.map(({ type }) => type)).toEqual(['queued']);
    await queue.resume();
    expect((await ended).type).toBe('finished');
  });
});

describe('failures', () => {
  test("given a person's mistake, then the job has failed at once, with what is to be mended", async () => {
    const { store, clock } = await freshStore('sqlite');
    const { queue, errors } = testQueue({ store, clock });
    const mistake = new UserError('memory-limit', { expected: 'a', got: 'b', todo: 'c', needed: 5n });
    const job = await enqueue(store);
    const ended = endOf(queue.feed, job.id);
    await queue.start(handlersOf({ story: { run: () => Promise.reject(mistake) } }));
    expect((await ended).job).toMatchObject({
      status: 'failed',
      attempts: 1,
      errorCode: 'memory-limit',
      errorContext: { expected: 'a', needed: '5' },
    });
    expect(errors).toEqual([]);
  });

  test('given an error that passes, then the job is tried again and finishes', async () => {
    const { store, clock } = await freshStore('sqlite');
    const { queue, errors } = testQueue({ store, clock });
    const job = await enqueue(store);
    const ended = endOf(queue.feed, job.id);
    const run = async ({ attempts }: Job) => {
      if (attempts < 3) throw new Error(`attempt ${attempts}`);
      return {};
    };
    await queue.start(handlersOf({ story: { run } }));
    expect((await ended).type).toBe('finished');
    expect(await eventsOf(store, job.id)).toEqual([
      'enqueued',
      'claimed',
      'retried',
      'claimed',
      'retried',
      'claimed',
      'finished',
    ]);
    expect(errors).toHaveLength(2);
  });

  test('given an error that stays, then the job is dead after its last attempt, with the reason', async () => {
    const { store, clock } = await freshStore('sqlite');
    const { queue } = testQueue({ store, clock });
    const job = await enqueue(store);
    const ended = endOf(queue.feed, job.id);
    await queue.start(handlersOf({ story: { run: () => Promise.reject(new Error('no memory')) } }));
    expect((await ended).job).toMatchObject({
      status: 'dead',
      attempts: 3,
      errorCode: 'internal',
      errorContext: { message: 'no memory' },
    });
  });

  test('given work that takes too long, then it is stopped, tried again and dead in the end', async () => {
    const { store, clock } = await freshStore('sqlite');
    const { queue } = testQueue({ store, clock, longestRunMs: 5 });
    const job = await enqueue(store);
    const ended = endOf(queue.feed, job.id);
    await queue.start(handlersOf({ story: { run: (_, { signal }) => untilAborted(signal) } }));
    expect((await ended).job).toMatchObject({ status: 'dead', errorCode: 'job-timed-out' });
  });

  test('given a job that ends unfinished, then its handler puts its story right in the same transaction', async () => {
    const { store, clock } = await freshStore('sqlite');
    const { queue } = testQueue({ store, clock });
    const story = await store.stories.create(storyDraft(), [panelDraft('a')]);
    const job = await enqueue(store, { storyId: story.id });
    const ended = endOf(queue.feed, job.id);
    await queue.start(
      handlersOf({
        story: {
          run: () => Promise.reject(new TypeError('a bug')),
          ended: (job, { stories }) => stories.update(job.storyId as string, { status: 'failed' }),
        },
      }),
    );
    expect((await ended).job).toMatchObject({ status: 'dead', attempts: 1 });
    expect((await store.stories.get(story.id)).status).toBe('failed');
  });
});

describe('stopping a job', () => {
  test('given a running job, then cancelling stops its work at once, and it is not tried again', async () => {
    const { store, clock } = await freshStore('sqlite');
    // No heartbeat and no poll comes in time: it has to be heard of within the process.
    const { queue } = testQueue({ store, clock, heartbeatMs: 1e6, pollMs: 1e6 });
    const job = await enqueue(store);
    const begun = nextEvent(queue.feed, ({ type }) => type === 'progress');
    const ended = endOf(queue.feed, job.id);
    const run = (_: Job, work: JobWork) => {
      work.report({ phase: 'load', share: 0, remainingMs: undefined });
      return untilAborted(work.signal);
    };
    await queue.start(handlersOf({ story: { run } }));
    await begun;
    expect(await queue.cancel(job.id)).toBe('stopping');
    expect((await ended).type).toBe('cancelled');
    expect(await queue.cancel(job.id)).toBe('ended');
    expect(await eventsOf(store, job.id)).toEqual(['enqueued', 'claimed', 'cancel-requested', 'cancelled']);
  });

  test('given a cancel by another process, then the next heartbeat stops the work', async () => {
    const { store, clock } = await freshStore('sqlite');
    const { queue } = testQueue({ store, clock });
    const job = await enqueue(store);
    const begun = nextEvent(queue.feed, ({ type }) => type === 'started');
    const ended = endOf(queue.feed, job.id);
    await queue.start(handlersOf({ story: { run: (_, { signal }) => untilAborted(signal) } }));
    await begun;
    await store.jobs.cancel(job.id);
    expect((await ended).type).toBe('cancelled');
  });

  test('given a waiting job, then cancelling ends it, tells so and puts its story right', async () => {
    const { store, clock } = await freshStore('sqlite');
    const { queue, events } = testQueue({ store, clock });
    await queue.pause('test');
    const story = await store.stories.create(storyDraft(), []);
    await queue.start(
      handlersOf({
        story: {
          run: async () => ({}),
          ended: (job, { stories }) => stories.update(job.storyId as string, { status: 'cancelled' }),
        },
      }),
    );
    const job = await enqueue(store, { storyId: story.id });
    expect(await queue.cancel(job.id)).toBe('cancelled');
    expect(events.map(({ type }) => type)).toEqual(['cancelled']);
    expect((await store.stories.get(story.id)).status).toBe('cancelled');
  });

  test('given a lease that was given to another, then the work is stopped and stores nothing', async () => {
    const { store, clock } = await freshStore('sqlite');
    const { queue, events } = testQueue({ store, clock, heartbeatMs: 1e6, pollMs: 1e6 });
    const story = await store.stories.create(storyDraft(), [panelDraft('a')]);
    const job = await enqueue(store);
    const [taken, refused] = [gate(), gate()];
    let stopped: unknown;
    const run = async (_: Job, work: JobWork) => {
      await taken.opened;
      await work
        .commit(({ stories }) => stories.update(story.id, { status: 'finished' }))
        .catch((error) => {
          stopped = error;
        });
      refused.open();
      return {};
    };
    const started = nextEvent(queue.feed, ({ type }) => type === 'started');
    await queue.start(handlersOf({ story: { run } }));
    await started;
    clock.advance(1e9);
    await store.leases.recover(5);
    taken.open();
    await refused.opened;
    expect(stopped).toMatchObject({ name: 'JobStopped', why: 'lease-lost' });
    expect((await store.stories.get(story.id)).status).toBe('queued');
    expect(await queue.stop()).toBe(true);
    expect(events.map(({ type }) => type)).toEqual(['started']);
    expect((await store.jobs.get(job.id)).status).toBe('queued');
  });

  test('given heartbeats that fail for as long as the lease lasts, then the work stops by itself', async () => {
    const { store, clock } = await freshStore('sqlite');
    const deaf = Object.create(store, {
      leases: {
        value: Object.create(store.leases, { heartbeat: { value: () => Promise.reject(new Error('disk')) } }),
      },
    }) as Store;
    // Claims go by a private field of the real one.
    deaf.leases.claimNext = store.leases.claimNext.bind(store.leases);
    const { queue, errors } = testQueue({ store: deaf, clock, leaseMs: 1000 });
    await enqueue(store);
    const stopped = gate();
    const started = nextEvent(queue.feed, ({ type }) => type === 'started');
    const run = (_: Job, { signal }: JobWork) => untilAborted(signal).finally(stopped.open);
    await queue.start(handlersOf({ story: { run } }));
    await started;
    clock.advance(1000);
    await stopped.opened;
    expect(errors).toContainEqual(new Error('disk'));
  });
});

describe('the end of a process and its next start', () => {
  test('given a stop, then the running job is released, the attempt does not count, and the next queue ends it', async () => {
    const { store, clock } = await freshStore('sqlite');
    const first = testQueue({ store, clock });
    const job = await enqueue(store);
    const begun = nextEvent(first.queue.feed, ({ type }) => type === 'started');
    await first.queue.start(handlersOf({ story: { run: (_, { signal }) => untilAborted(signal) } }));
    await begun;
    expect(await first.queue.stop()).toBe(true);
    expect(await store.jobs.get(job.id)).toMatchObject({ status: 'queued', attempts: 0 });
    expect(first.events.at(-1)?.type).toBe('requeued');
    const later = await enqueue(store, { memberId: '43' });
    first.queue.announce(later);
    expect((await store.jobs.get(later.id)).status).toBe('queued');
    const second = testQueue({ store, clock });
    const ended = endOf(second.queue.feed, job.id);
    await second.queue.start(handlersOf({ story: { run: async () => ({}) } }));
    expect((await ended).type).toBe('finished');
  });

  test('given a job that ends in the time it is given, then a stop lets it', async () => {
    const { store, clock } = await freshStore('sqlite');
    const { queue } = testQueue({ store, clock });
    const job = await enqueue(store);
    const [begun, end] = [gate(), gate()];
    const run = async () => {
      begun.open();
      await end.opened;
      return {};
    };
    await queue.start(handlersOf({ story: { run } }));
    await begun.opened;
    const stopped = queue.stop({ finishMs: 1e6 });
    end.open();
    expect(await stopped).toBe(true);
    expect((await store.jobs.get(job.id)).status).toBe('finished');
  });

  test('given work that does not heed its signal, then a stop says so and leaves it to its lease', async () => {
    const { store, clock } = await freshStore('sqlite');
    const { queue } = testQueue({ store, clock });
    const job = await enqueue(store);
    const [begun, end] = [gate(), gate()];
    const run = async () => {
      begun.open();
      await end.opened;
      return {};
    };
    await queue.start(handlersOf({ story: { run } }));
    await begun.opened;
    expect(await queue.stop({ releaseMs: 1 })).toBe(false);
    expect((await store.jobs.get(job.id)).status).toBe('running');
    end.open();
    expect(await queue.stop()).toBe(true);
  });

  test('given a job whose worker was lost elsewhere, then the queue takes it over when its lease has run out', async () => {
    const { store, clock } = await freshStore('sqlite');
    const job = await enqueue(store);
    await store.leases.claimNext('elsewhere/1/1/x', 1000, {
      runningPerMember: 1,
      runningPerScope: 1,
      impatientAfterMs: 1e9,
    });
    const { queue, events } = testQueue({ store, clock, leaseMs: 1000 });
    const ended = endOf(queue.feed, job.id);
    await queue.start(handlersOf({ story: { run: async () => ({}) } }));
    expect(events).toEqual([]);
    clock.advance(1001);
    expect((await ended).type).toBe('finished');
    expect(await eventsOf(store, job.id)).toEqual(['enqueued', 'claimed', 'worker-lost', 'claimed', 'finished']);
  });
});
