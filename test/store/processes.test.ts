import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { connectDatabase } from '../../src/store/prisma-client.ts';
import { openStore } from '../../src/store/store.ts';
import { freshDatabaseUrl, TEST_PROVIDERS, TestClock } from './support/fresh-database.ts';

const CHILD = join(import.meta.dirname, 'support', 'child.ts');

interface Child {
  readonly process: ChildProcess;
  /** Whole lines of stdout so far. */
  readonly lines: string[];
  readonly ended: Promise<{ readonly code: number | null; readonly errors: string }>;
}

function start(...args: string[]): Child {
  const child = spawn(process.execPath, ['--import', 'tsx', CHILD, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const lines: string[] = [];
  let rest = '';
  let errors = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    const parts = (rest + text).split('\n');
    rest = parts.pop() ?? '';
    lines.push(...parts);
    child.emit('line');
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors += text;
  });
  const ended = new Promise<{ code: number | null; errors: string }>((resolve) => {
    child.on('close', (code) => resolve({ code, errors }));
  });
  return { process: child, lines, ended };
}

/** Resolves once the child has said so many lines, or has ended. */
function saidLines(child: Child, count: number): Promise<void> {
  return new Promise((resolve) => {
    const look = () => child.lines.length >= count && resolve();
    child.process.on('line', look);
    child.process.on('close', () => resolve());
    look();
  });
}

describe.each(TEST_PROVIDERS)('several processes on %s', (provider) => {
  test('given four processes that start at once on nothing, then all open and the migrations ran once', async () => {
    const url = await freshDatabaseUrl(provider);
    const children = ['a', 'b', 'c', 'd'].map((name) => start('open', url, name));
    for (const child of children) expect(await child.ended).toEqual({ code: 0, errors: '' });
    const database = await connectDatabase(url);
    const names = await database.client.$queryRawUnsafe<{ name: string }[]>(
      'SELECT migration_name AS name FROM "_prisma_migrations"',
    );
    expect(new Set(names.map(({ name }) => name)).size).toBe(names.length);
    expect(names.length).toBeGreaterThan(0);
    await database.close();
  });

  test('given three processes that write at once, then no write fails and each job is done once', async () => {
    const url = await freshDatabaseUrl(provider);
    const times = 25;
    const children = ['a', 'b', 'c'].map((name) => start('count', url, name, String(times)));
    for (const child of children) expect(await child.ended).toEqual({ code: 0, errors: '' });
    const store = await openStore({ databaseUrl: url, clock: new TestClock() });
    const finished = await store.jobs.list({ status: ['finished'] });
    expect(finished).toHaveLength(3 * times);
    for (const job of finished) {
      expect((await store.jobs.events(job.id)).map(({ type }) => type)).toEqual(['enqueued', 'claimed', 'finished']);
    }
    expect(await store.checkIntegrity()).toEqual([]);
    await store.close();
  });

  test.runIf(provider === 'sqlite')(
    'given processes whose transactions read before they write, then none fails and no update is lost',
    async () => {
      const url = await freshDatabaseUrl(provider);
      const times = 150;
      const children = ['a', 'b'].map((name) => start('add', url, name, String(times)));
      for (const child of children) expect(await child.ended).toEqual({ code: 0, errors: '' });
      const database = await connectDatabase(url);
      expect(await database.client.queueState.findMany({ select: { turn: true } })).toEqual([
        { turn: 2n * BigInt(times) },
      ]);
      await database.close();
    },
  );

  test('given processes killed between and within writes, then what was committed is there and every invariant holds', async () => {
    const url = await freshDatabaseUrl(provider);
    const seed = Date.now();
    const [moments = []] = fc.sample(fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 4, maxLength: 4 }), {
      numRuns: 1,
      seed,
    });
    console.info(`kills after ${moments.join(', ')} writes (seed ${seed})`);
    for (const [kill, writes] of moments.entries()) {
      const child = start('live', url, `life ${kill}`);
      await saidLines(child, writes);
      child.process.kill('SIGKILL');
      expect(await child.ended).toEqual({ code: null, errors: '' });

      const store = await openStore({ databaseUrl: url, clock: new TestClock() });
      expect(await store.checkIntegrity()).toEqual([]);
      const read: Record<string, (id: string) => Promise<{ readonly id: string }>> = {
        character: (id) => store.characters.get(id),
        canon: (id) => store.castings.canon(id),
        story: (id) => store.stories.get(id),
        job: (id) => store.jobs.get(id),
        take: (id) => store.takes.get(id),
      };
      expect(child.lines.length).toBeGreaterThanOrEqual(writes);
      for (const [what = '', id = ''] of child.lines.map((line) => line.split(' '))) {
        if (what !== 'finished') expect((await read[what]?.(id))?.id).toBe(id);
      }
      await store.leases.recover(100, [`life ${kill}`]);
      expect(await store.jobs.list({ status: ['running'] })).toEqual([]);
      expect(await store.checkIntegrity()).toEqual([]);
      await store.close();
    }
  });
});
