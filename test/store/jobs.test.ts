import { describe, expect, test } from 'vitest';
import type { ClaimLimits } from '../../src/store/claim-job.ts';
import type { JobLease } from '../../src/store/job.ts';
import type { Store } from '../../src/store/store.ts';
import { freshStore, TEST_PROVIDERS } from './support/fresh-database.ts';
import { GUILD, jobRequest, OTHER_GUILD } from './support/samples.ts';

const LEASE_MS = 30_000;
const ANY_NUMBER = { perMember: 1000, perScope: 1000 };
const LIMITS: ClaimLimits = { runningPerMember: 10, runningPerScope: 10, impatientAfterMs: 600_000 };

async function enqueue(store: Store, change: Parameters<typeof jobRequest>[0] = {}) {
  return (await store.jobs.enqueue(jobRequest(change), ANY_NUMBER)).job;
}

async function claim(store: Store, workerId = 'worker', limits = LIMITS) {
  const claimed = await store.leases.claimNext(workerId, LEASE_MS, limits);
  if (!claimed) throw new Error('There was nothing to claim.');
  return claimed;
}

async function eventsOf(store: Store, id: string): Promise<string[]> {
  return (await store.jobs.events(id)).map(({ type }) => type);
}

describe.each(TEST_PROVIDERS)('jobs on %s', (provider) => {
  test('given a job, then it is claimed once, worked on and finished, and its events tell so', async () => {
    const { store, clock } = await freshStore(provider);
    const { id } = await enqueue(store, { payload: { panels: ['a', { b: null }] }, nonce: 'n', messageId: '9' });
    const { job, lease } = await claim(store);
    expect(job).toMatchObject({
      id,
      status: 'running',
      attempts: 1,
      leasedBy: 'worker',
      payload: { panels: ['a', { b: null }] },
    });
    expect(job.leaseUntil?.getTime()).toBe(clock.now() + LEASE_MS);
    expect(await store.leases.claimNext('other', LEASE_MS, LIMITS)).toBeUndefined();
    clock.advance(1000);
    expect(await store.leases.heartbeat(lease, LEASE_MS, { step: 3, of: 20 })).toBe('held');
    expect(await store.jobs.get(id)).toMatchObject({
      progress: { step: 3, of: 20 },
      leaseUntil: new Date(clock.now() + LEASE_MS),
    });
    expect(await store.leases.heartbeat(lease, LEASE_MS)).toBe('held');
    expect((await store.jobs.get(id)).progress).toEqual({ step: 3, of: 20 });
    expect(await store.leases.complete(lease, { takes: 4 })).toBe(true);
    expect(await store.jobs.get(id)).toMatchObject({
      status: 'finished',
      result: { takes: 4 },
      leasedBy: null,
      leaseUntil: null,
    });
    expect(await eventsOf(store, id)).toEqual(['enqueued', 'claimed', 'finished']);
    expect(await store.checkIntegrity()).toEqual([]);
  });

  test('given a key that was used, then the first job comes back, also for twenty requests at once', async () => {
    const { store } = await freshStore(provider);
    const requests = await Promise.all(
      Array.from({ length: 20 }, () => store.jobs.enqueue(jobRequest({ idempotencyKey: 'interaction' }), ANY_NUMBER)),
    );
    expect(new Set(requests.map(({ job }) => job.id)).size).toBe(1);
    expect(requests.filter(({ isNew }) => isNew)).toHaveLength(1);
    expect(await store.jobs.list({})).toHaveLength(1);
  });

  test('given full queues, then one more is refused with the limit, also for ten at once', async () => {
    const { store } = await freshStore(provider);
    const tries = await Promise.allSettled(
      Array.from({ length: 10 }, () => store.jobs.enqueue(jobRequest(), { perMember: 3, perScope: 5 })),
    );
    expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(3);
    await enqueue(store, { memberId: '43' });
    await enqueue(store, { memberId: '44' });
    await expect(
      store.jobs.enqueue(jobRequest({ memberId: '45' }), { perMember: 3, perScope: 5 }),
    ).rejects.toMatchObject({
      code: 'queue-full-scope',
      context: { limit: 5 },
    });
    await expect(
      store.jobs.enqueue(jobRequest({ scope: OTHER_GUILD }), { perMember: 3, perScope: 5 }),
    ).rejects.toMatchObject({
      code: 'queue-full-member',
    });
  });

  test('given running caps, then members and scopes that have enough are passed over', async () => {
    const { store, clock } = await freshStore(provider);
    for (const memberId of ['a', 'a', 'b', 'c']) {
      await enqueue(store, { memberId });
      clock.advance(1);
    }
    const elsewhere = await enqueue(store, { memberId: 'a', scope: OTHER_GUILD });
    const limits = { ...LIMITS, runningPerMember: 1, runningPerScope: 2 };
    const first = await claim(store, 'worker', limits);
    const second = await claim(store, 'worker', limits);
    expect([first.job.memberId, second.job.memberId]).toEqual(['a', 'b']);
    // The server has its two running, and the only one elsewhere is a's, who has one running.
    expect(await store.leases.claimNext('worker', LEASE_MS, limits)).toBeUndefined();
    await store.leases.complete(first.lease, {});
    expect((await claim(store, 'worker', limits)).job.memberId).toBe('c');
    expect((await claim(store, 'worker', limits)).job.id).toBe(elsewhere.id);
  });

  test('given many workers that claim at once, then each job is given once and no cap is passed', async () => {
    const { store } = await freshStore(provider);
    for (let each = 0; each < 12; each++) await enqueue(store, { memberId: String(each % 3) });
    const limits = { ...LIMITS, runningPerMember: 2 };
    const claims = await Promise.all(
      Array.from({ length: 20 }, (_, each) => store.leases.claimNext(`worker ${each}`, LEASE_MS, limits)),
    );
    const ids = claims.flatMap((each) => (each ? [each.job.id] : []));
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).toHaveLength(6);
  });

  test('given a worker for some kinds, then it gets no others', async () => {
    const { store } = await freshStore(provider);
    await enqueue(store, { kind: 'export' });
    expect(await store.leases.claimNext('worker', LEASE_MS, LIMITS, ['story'])).toBeUndefined();
    expect(await store.leases.claimNext('worker', LEASE_MS, LIMITS, ['export'])).toBeDefined();
  });

  test('given a failure worth another try, then it waits for its time, keeping what went wrong', async () => {
    const { store, clock } = await freshStore(provider);
    const { id } = await enqueue(store);
    const { lease } = await claim(store);
    const retryAt = new Date(clock.now() + 5000);
    await store.leases.fail(lease, { code: 'out-of-memory', context: { bytes: 5 } }, { retryAt });
    expect(await store.jobs.get(id)).toMatchObject({
      status: 'queued',
      errorCode: 'out-of-memory',
      errorContext: { bytes: 5 },
    });
    expect(await store.leases.claimNext('worker', LEASE_MS, LIMITS)).toBeUndefined();
    expect(await store.jobs.waiting(LIMITS.impatientAfterMs)).toEqual([id]);
    clock.advance(5000);
    const second = await claim(store);
    expect(second.job.attempts).toBe(2);
    await store.leases.fail(second.lease, { code: 'out-of-memory' }, 'dead');
    expect(await store.jobs.get(id)).toMatchObject({ status: 'dead', finishedAt: new Date(clock.now()) });
    expect(await eventsOf(store, id)).toEqual(['enqueued', 'claimed', 'retried', 'claimed', 'dead']);
    expect((await store.jobs.events(id))[2]?.data).toEqual({ code: 'out-of-memory', context: { bytes: 5 } });
  });

  test('given a waiting job, then cancelling ends it; a running one is asked to stop and is not tried again', async () => {
    const { store, clock } = await freshStore(provider);
    const waiting = await enqueue(store);
    expect(await store.jobs.cancel(waiting.id)).toBe('cancelled');
    expect(await store.jobs.cancel(waiting.id)).toBe('ended');
    const running = await enqueue(store);
    const { lease } = await claim(store);
    expect(await store.jobs.cancel(running.id)).toBe('stopping');
    expect(await store.jobs.cancel(running.id)).toBe('stopping');
    expect(await store.leases.heartbeat(lease, LEASE_MS)).toBe('cancel');
    await store.leases.fail(lease, { code: 'aborted' }, { retryAt: new Date(clock.now()) });
    expect((await store.jobs.get(running.id)).status).toBe('cancelled');
    expect(await eventsOf(store, running.id)).toEqual(['enqueued', 'claimed', 'cancel-requested', 'cancelled']);
    const third = await enqueue(store);
    expect(await store.leases.cancelled((await claim(store)).lease)).toBe(true);
    expect((await store.jobs.get(third.id)).status).toBe('cancelled');
    await expect(store.jobs.cancel('none')).rejects.toMatchObject({ code: 'job-not-found' });
    expect(await store.checkIntegrity()).toEqual([]);
  });

  test('given a worker that shuts down, then the job waits again and the attempt does not count', async () => {
    const { store } = await freshStore(provider);
    const { id } = await enqueue(store);
    const { lease } = await claim(store);
    expect(await store.leases.release(lease)).toBe(true);
    expect(await store.jobs.get(id)).toMatchObject({ status: 'queued', attempts: 0 });
    expect(await store.leases.complete(lease, {})).toBe(false);
  });

  test('given a lease that ran out and was given on, then the first worker can change nothing any more', async () => {
    const { store, clock } = await freshStore(provider);
    const { id } = await enqueue(store);
    const slow = await claim(store, 'worker');
    expect(await store.leases.recover(5)).toEqual([]);
    clock.advance(LEASE_MS + 1);
    expect((await store.leases.recover(5)).map((job) => [job.id, job.status])).toEqual([[id, 'queued']]);
    // The same name, but another claim.
    const quick = await claim(store, 'worker');
    const lost: JobLease = slow.lease;
    expect(await store.leases.heartbeat(lost, LEASE_MS)).toBe('lost');
    expect(await store.leases.complete(lost, {})).toBe(false);
    expect(await store.leases.cancelled(lost)).toBe(false);
    expect(await store.leases.release(lost)).toBe(false);
    expect(await store.leases.fail(lost, { code: 'x' }, 'dead')).toBe(false);
    expect(await store.leases.complete(quick.lease, {})).toBe(true);
    expect(await eventsOf(store, id)).toEqual(['enqueued', 'claimed', 'worker-lost', 'claimed', 'finished']);
  });

  test('given a process that starts again, then the jobs of its former self wait at once, others keep running', async () => {
    const { store, clock } = await freshStore(provider);
    const mine = await enqueue(store, { memberId: '1' });
    clock.advance(1);
    await enqueue(store, { memberId: '2' });
    await claim(store, 'me');
    await claim(store, 'another');
    expect((await store.leases.recover(5, ['me'])).map(({ id }) => id)).toEqual([mine.id]);
    expect(await store.jobs.list({ status: ['running'] })).toHaveLength(1);
  });

  test('given a job that keeps killing its workers, then it is dead after its last attempt', async () => {
    const { store } = await freshStore(provider);
    const { id } = await enqueue(store);
    for (let crash = 0; crash < 3; crash++) {
      await claim(store, 'me');
      await store.leases.recover(3, ['me']);
    }
    expect(await store.jobs.get(id)).toMatchObject({
      status: 'dead',
      errorCode: 'worker-lost',
      errorContext: { attempts: 3 },
    });
    expect(await store.checkIntegrity()).toEqual([]);
  });

  test('given a job to be cancelled whose worker is lost, then it is cancelled', async () => {
    const { store } = await freshStore(provider);
    const { id } = await enqueue(store);
    await claim(store, 'me');
    await store.jobs.cancel(id);
    expect((await store.leases.recover(3, ['me']))[0]?.status).toBe('cancelled');
    expect(await eventsOf(store, id)).toEqual(['enqueued', 'claimed', 'cancel-requested', 'worker-lost', 'cancelled']);
  });

  test('given a paused queue, then nothing is claimed until it goes on, and it says why', async () => {
    const { store, clock } = await freshStore(provider);
    await enqueue(store);
    expect(await store.jobs.paused()).toBeUndefined();
    await store.jobs.pause('maintenance');
    expect(await store.jobs.paused()).toEqual({ since: new Date(clock.now()), reason: 'maintenance' });
    expect(await store.leases.claimNext('worker', LEASE_MS, LIMITS)).toBeUndefined();
    await store.jobs.resume();
    expect(await store.leases.claimNext('worker', LEASE_MS, LIMITS)).toBeDefined();
  });

  test('given old jobs that ended, then they are forgotten; waiting ones never', async () => {
    const { store, clock } = await freshStore(provider);
    const ended = await enqueue(store);
    await store.jobs.cancel(ended.id);
    const waiting = await enqueue(store);
    clock.advance(1000);
    expect(await store.jobs.forgetEnded(new Date(clock.now()))).toBe(1);
    expect((await store.jobs.list({ scope: GUILD })).map(({ id }) => id)).toEqual([waiting.id]);
    await expect(store.jobs.get(ended.id)).rejects.toMatchObject({ code: 'job-not-found' });
  });
});
