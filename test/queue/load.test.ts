import { createHash } from 'node:crypto';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import type { BlobStore } from '../../src/blobs/blob-store.ts';
import type { Scope } from '../../src/store/scope.ts';
import { FakeEngine } from '../support/fake-engine.ts';
import { gate } from '../support/job-queues.ts';
import { asker, newStory } from '../support/people.ts';
import { testStudio } from '../support/studios.ts';

const STORIES = 200;
const MEMBERS = 50;
const SERVERS = 10;
/** What the others ask for; the rest of the stories is one member's. */
const STORIES_EACH = 3;
const NOISY = 0;
/** Requests that come in at the same moment. */
const AT_ONCE = 20;
/** Heap that may be kept between the first measurement and the end, in bytes: less than one page per story. */
const HEAP_GROWTH = 8 * 2 ** 20;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;
const heapInUse = () => {
  collectGarbage();
  return process.memoryUsage().heapUsed;
};

/** Forgets what is put: this is a test of the queue. */
const blobs = {
  put: async (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex'),
} as unknown as BlobStore;

const median = (values: readonly number[]) =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] as number;

test('given 200 stories from 50 members over 10 servers at once, then turns are fair, memory is bounded and nothing is lost', async () => {
  const engine = new FakeEngine({ side: 4, keep: false });
  const limits = { panelsPerStory: 9, queuedPerMember: STORIES, queuedPerServer: STORIES };
  const { studio, store, queue, start, errors } = await testStudio({ engine, limits, blobs, idle: true });
  const server = (member: number): Scope => ({ kind: 'guild', guildId: String(member % SERVERS) });
  for (let each = 0; each < SERVERS; each++) await store.settings.update(server(each), { steps: 1 });

  // The noisy one first: all of them are there before anybody else's.
  const others = Array.from({ length: MEMBERS - 1 }, (_, i) => i + 1);
  const noisy = Array<number>(STORIES - others.length * STORIES_EACH).fill(NOISY);
  const order = [...noisy, ...Array.from({ length: STORIES_EACH }, () => others).flat()];
  expect(order).toHaveLength(STORIES);
  for (let from = 0; from < STORIES; from += AT_ONCE) {
    await Promise.all(
      order.slice(from, from + AT_ONCE).map((member, i) => {
        const by = asker({ memberId: String(member), scope: server(member) });
        return studio.createStory(by, newStory('a forest', { seed: String(from + i) }));
      }),
    );
  }

  const served: string[] = [];
  let [heapEarly, heapLate] = [0, 0];
  const all = gate();
  queue.feed.subscribe(({ type, job }) => {
    if (type !== 'finished') return;
    served.push(job.memberId);
    if (served.length === STORIES / 4) heapEarly = heapInUse();
    if (served.length < STORIES) return;
    heapLate = heapInUse();
    all.open();
  });
  await start();
  await all.opened;

  // Everybody's first story is compared with everybody's first, and so on: those are equals.
  for (let turn = 0; turn < STORIES_EACH; turn++) {
    const waits = [...new Set(served)].map((member) => {
      const places = served.flatMap((each, place) => (each === member ? [place + 1] : []));
      return places[turn] as number;
    });
    expect(waits).toHaveLength(MEMBERS);
    console.info(`story ${turn + 1} of each: median place ${median(waits)}, last ${Math.max(...waits)}`);
    expect(Math.max(...waits)).toBeLessThanOrEqual(3 * median(waits));
  }
  // After that only the noisy one is left.
  expect(new Set(served.slice(MEMBERS * STORIES_EACH))).toEqual(new Set([String(NOISY)]));

  console.info(`heap kept since story ${STORIES / 4}: ${((heapLate - heapEarly) / 2 ** 20).toFixed(1)} MiB`);
  expect(heapLate - heapEarly).toBeLessThan(HEAP_GROWTH);

  const jobs = await store.jobs.list({});
  expect(jobs).toHaveLength(STORIES);
  expect(new Set(jobs.map(({ status, attempts }) => `${status} ${attempts}`))).toEqual(new Set(['finished 1']));
  const stories = await store.stories.list({});
  expect(stories.filter(({ panels, status }) => status === 'finished' && panels[0]?.currentTakeId)).toHaveLength(
    STORIES,
  );
  expect(errors).toEqual([]);
  expect(await store.checkIntegrity()).toEqual([]);
});
