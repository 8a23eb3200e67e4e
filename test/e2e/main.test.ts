import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';

const MAIN = new URL('../../src/main.ts', import.meta.url).pathname;

interface Started {
  readonly child: ChildProcess;
  /** All that it has written so far. */
  readonly written: () => string;
  /** Resolves with the first match in what it writes. */
  readonly says: (pattern: RegExp) => Promise<RegExpExecArray>;
}

async function startMain(environment: Record<string, string>): Promise<Started> {
  const folder = await mkdtemp(join(tmpdir(), 'troupe-main-'));
  const child = spawn(process.execPath, ['--import', 'tsx', MAIN], {
    env: {
      PATH: process.env.PATH,
      DISCORD_TOKEN: '',
      DATABASE_URL: `file:${join(folder, 'troupe.db')}`,
      BLOBS_FOLDER: join(folder, 'blobs'),
      REHEARSAL_PORT: '0',
      ...environment,
    },
  });
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await rm(folder, { recursive: true, force: true });
  });
  let written = '';
  const listeners = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (bytes: Buffer) => {
      written += bytes;
      for (const listener of listeners) listener();
    });
  }
  const says = (pattern: RegExp) =>
    new Promise<RegExpExecArray>((resolve, reject) => {
      const look = () => {
        const match = pattern.exec(written);
        if (match) resolve(match);
      };
      listeners.add(look);
      child.once('exit', () => reject(new Error(`it ended: ${written}`)));
      look();
    });
  return { child, written: () => written, says };
}

test('given no token, then npm start opens the rehearsal room at the address that it prints, and SIGTERM ends it', async () => {
  const { child, says, written } = await startMain({});
  const [, address = ''] = await says(/rehearsal room: (http:\/\/127\.0\.0\.1:\d+)/u);
  const page = await fetch(address);
  expect(page.status).toBe(200);
  expect(await page.text()).toContain('<!doctype html>');
  child.kill('SIGTERM');
  const [code] = await once(child, 'exit');
  expect({ code, written: written() }).toMatchObject({ code: 0, written: expect.stringContaining('"stopping"') });
});

test('given a wrong setting, then it says which, and ends at once', async () => {
  const { child, written } = await startMain({ THREADS: 'many' });
  const [code] = await once(child, 'exit');
  expect(code).toBe(2);
  expect(written()).toContain('THREADS: has to be a whole number from 0 to 1024');
  expect(written()).not.toContain('    at ');
});
