import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fairOrder, type WaitingJob } from '../../src/store/fair-order.ts';
import { freshStore, TEST_PROVIDERS } from './support/fresh-database.ts';
import { jobRequest } from './support/samples.ts';

const NEVER_SERVED = { members: new Map<string, bigint>(), scopes: new Map<string, bigint>() };
const NO_LIMITS = { perMember: 1000, perScope: 1000 };
const BEFORE_ALL = new Date(0);

function job(id: string, memberId: string, change: Partial<WaitingJob> = {}): WaitingJob {
  return { id, memberId, scopeId: 'guild:1', priority: 0, createdAt: new Date(1000), ...change };
}

function idsOf(jobs: readonly WaitingJob[]): string {
  return jobs.map(({ id }) => id).join(' ');
}

describe('the order of turns', () => {
  test('given one member with many jobs and two with one, then the two are not kept waiting', () => {
    const many = Array.from({ length: 5 }, (_, each) => job(`a${each}`, 'a', { createdAt: new Date(each) }));
    const few = [job('b0', 'b', { createdAt: new Date(10) }), job('c0', 'c', { createdAt: new Date(11) })];
    expect(idsOf(fairOrder([...many, ...few], NEVER_SERVED, BEFORE_ALL))).toBe('a0 b0 c0 a1 a2 a3 a4');
  });

  test('given members of two servers, then servers alternate where the members are equal', () => {
    const jobs = [
      job('a', '1', { createdAt: new Date(1) }),
      job('b', '2', { createdAt: new Date(2) }),
      job('c', '3', { createdAt: new Date(3), scopeId: 'guild:2' }),
      job('d', '4', { createdAt: new Date(4), scopeId: 'guild:2' }),
    ];
    expect(idsOf(fairOrder(jobs, NEVER_SERVED, BEFORE_ALL))).toBe('a c b d');
  });

  test('given who was served before, then the least recently served comes first', () => {
    const lastServed = {
      members: new Map([
        ['a', 7n],
        ['b', 3n],
      ]),
      scopes: new Map([['guild:1', 7n]]),
    };
    expect(idsOf(fairOrder([job('1', 'a'), job('2', 'b'), job('3', 'c')], lastServed, BEFORE_ALL))).toBe('3 2 1');
  });

  test('given priorities, then the higher is first, until a lower one has waited too long', () => {
    const jobs = [job('low', 'a', { createdAt: new Date(0) }), job('high', 'b', { priority: 5 })];
    expect(idsOf(fairOrder(jobs, NEVER_SERVED, BEFORE_ALL))).toBe('high low');
    expect(idsOf(fairOrder(jobs, NEVER_SERVED, new Date(500)))).toBe('low high');
  });
});

describe.each(TEST_PROVIDERS)('claims on %s', (provider) => {
  test('given any jobs, then workers get them in the order that was told to those who wait', async () => {
    const { store, clock } = await freshStore(provider);
    const request = fc.record({
      memberId: fc.constantFrom('a', 'b', 'c', 'd'),
      guildId: fc.constantFrom('1', '2'),
      priority: fc.constantFrom(0, 0, 1),
      waitsMs: fc.constantFrom(0, 1, 50_000),
    });
    const limits = { runningPerMember: 1000, runningPerScope: 1000, impatientAfterMs: 60_000 };
    await fc.assert(
      fc.asyncProperty(fc.array(request, { maxLength: 12 }), async (requests) => {
        for (const { memberId, guildId, priority, waitsMs } of requests) {
          await store.jobs.enqueue(jobRequest({ memberId, scope: { kind: 'guild', guildId }, priority }), NO_LIMITS);
          clock.advance(waitsMs);
        }
        const told = await store.jobs.waiting(limits.impatientAfterMs);
        const claimed: string[] = [];
        for (;;) {
          const next = await store.leases.claimNext('worker', 1000, limits);
          if (!next) break;
          claimed.push(next.job.id);
          await store.leases.complete(next.lease, {});
        }
        expect(claimed).toEqual(told);
        expect(claimed).toHaveLength(requests.length);
      }),
      { numRuns: 15 },
    );
  });
});
