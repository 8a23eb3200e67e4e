/**
 * Runs the store's tests on SQLite and on a PostgreSQL server of their own, which is started in a temporary folder and is
 * gone afterwards: `npm run test:postgres`, or with other tests, `npm run test:postgres -- test/studio`.
 *
 * PostgreSQL's programs are looked for where Debian, Homebrew and its own installers put them, or are named by PG_BIN.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';

const TESTS = ['test/store'];

function programsFolder(): string {
  const named = process.env.PG_BIN;
  const debian = '/usr/lib/postgresql';
  // the newest first
  const versions = fs.existsSync(debian) ? fs.readdirSync(debian).sort((a, b) => Number(b) - Number(a)) : [];
  const inPath = (process.env.PATH ?? '').split(path.delimiter);
  const folders = [...(named ? [named] : []), ...versions.map((each) => path.join(debian, each, 'bin')), ...inPath];
  const found = folders.find((folder) => fs.existsSync(path.join(folder, 'initdb')));
  if (found) return found;
  throw new Error('No PostgreSQL here: apt-get install postgresql, or name the folder of initdb in PG_BIN.');
}

/** A server refuses to run as root; Debian's package brings a user for it. */
const SERVER_USER = 'postgres';
const isRoot = process.getuid?.() === 0;

function runProgram(program: string, ...args: string[]): void {
  const command = [path.join(programs, program), ...args];
  const [first, ...rest] = isRoot ? ['runuser', '-u', SERVER_USER, '--', ...command] : command;
  // not piped: the server would keep the pipe open
  execFileSync(first as string, rest, { stdio: ['ignore', 'ignore', 'inherit'], cwd: folder });
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = net.createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as net.AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

// who interrupts ends the tests, and the server is to be stopped then
process.on('SIGINT', () => {});

const programs = programsFolder();
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'troupe-postgres-'));
const data = path.join(folder, 'data');
const port = await freePort();
try {
  if (isRoot) execFileSync('chown', [SERVER_USER, folder]);
  runProgram('initdb', '-D', data, '-A', 'trust', '-U', SERVER_USER, '-E', 'UTF8', '--no-sync');
  runProgram('pg_ctl', '-D', data, '-o', `-p ${port} -k ${folder}`, '-l', path.join(folder, 'log'), '-w', 'start');
  try {
    const url = `postgresql://${SERVER_USER}@127.0.0.1:${port}/postgres`;
    const tests = process.argv.length > 2 ? process.argv.slice(2) : TESTS;
    const vitest = path.join(import.meta.dirname, '..', 'node_modules', 'vitest', 'vitest.mjs');
    const env = { ...process.env, POSTGRES_TEST_URL: url };
    process.stdout.write(`PostgreSQL from ${programs}, ${url}\n`);
    process.exitCode = spawnSync(process.execPath, [vitest, 'run', ...tests], { stdio: 'inherit', env }).status ?? 1;
  } finally {
    runProgram('pg_ctl', '-D', data, '-m', 'immediate', '-w', 'stop');
  }
} finally {
  fs.rmSync(folder, { recursive: true, force: true });
}
