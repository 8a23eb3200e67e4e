import { cp, mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { command as privacy } from '../../../commands/privacy.ts';
import { FolderBlobStore } from '../../../src/blobs/folder-blob-store.ts';
import type { Machine } from '../../../src/operations/doctor/examine-machine.ts';
import { runDoctor } from '../../../src/operations/doctor/run-doctor.ts';
import { registerCommands } from '../../../src/operations/register-commands.ts';
import { RehearsalServer } from '../../../src/rehearsal/index.ts';
import { connectDatabase } from '../../../src/store/prisma-client.ts';
import { openStore } from '../../../src/store/store.ts';
import { panelDraft, storyDraft, takeDraft } from '../../store/support/samples.ts';
import { POCKET } from '../../support/fixtures.ts';

const HEALTHY: Machine = { nodeVersion: '20.19.0', memory: 64e9, freeDisk: async () => 100e9 };

const diskOf = (free: number): Partial<Machine> => ({ freeDisk: async () => free });

interface Visit {
  readonly environment?: Record<string, string>;
  readonly machine?: Partial<Machine>;
  readonly args?: readonly string[];
  readonly api?: string;
}

async function doctor() {
  const folder = await mkdtemp(join(tmpdir(), 'troupe-doctor-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const home = {
    DATABASE_URL: `file:${join(folder, 'troupe.db')}`,
    BLOBS_FOLDER: join(folder, 'blobs'),
    MODELS: POCKET,
    PROVIDER: 'cpu',
  };
  const visit = async ({ environment = {}, machine = {}, args = [], api }: Visit = {}) => {
    let output = '';
    const code = await runDoctor(args, {
      write: (text) => {
        output += text;
      },
      environment: { ...home, ...environment },
      machine: { ...HEALTHY, ...machine },
      commands: [privacy],
      api,
    });
    return { code, output };
  };
  return { folder, home, visit };
}

test('given a fresh clone without a token, then all is well and nothing is made but the folders', async () => {
  const { visit } = await doctor();
  const { code, output } = await visit();
  expect(output).not.toMatch(/^[✖!]/mu);
  for (const line of ['Node: 20.19.0', 'database: none yet', 'provider: cpu', 'pocket, sha256', 'rehearsal room']) {
    expect(output).toContain(line);
  }
  expect(output).toContain('Nothing must be mended, 0 warnings.');
  expect(code).toBe(0);
});

test('asked to measure, then a step is drawn with each model, and what it took is told beside what was foreseen', async () => {
  const { code, output } = await (await doctor()).visit({ args: ['--measure'] });
  expect(output).toMatch(/memory for .*: 0\.4 GB for 9 panels \(all of it in memory\)/u);
  expect(output).toMatch(/✔ measured with .*: 0\.[23] GB for one panel, 0\.3 GB foreseen; \d+\.\d s until the first/u);
  expect(code).toBe(0);
});

test.each([
  ['an old Node', { machine: { nodeVersion: '20.9.0' } }, '✖ Node: 20.9.0', 1],
  ['a full disk', { machine: diskOf(1e6) }, '✖ disk: 0.0 GB free', 1],
  ['a tight disk', { machine: diskOf(1e9) }, '! disk: 1.0 GB free', 0],
  ['too high a memory limit', { environment: { MAX_MEMORY_GB: '100' } }, 'Set MAX_MEMORY_GB to 64', 0],
  ['a tiny memory limit', { environment: { MAX_MEMORY_GB: '0.1' } }, '✖ memory for', 1],
  ['no model there', { environment: { MODELS: '/nowhere' } }, '✖ model /nowhere', 1],
  ['a provider that there is not', { environment: { PROVIDER: 'abacus' } }, '✖ provider: expected a provider among', 1],
  ['a filter that there is not', { environment: { PICTURE_FILTER_MODEL: '/no.onnx' } }, '✖ picture filter', 1],
  ['a wrong variable', { environment: { THREADS: 'many' } }, '✖ configuration', 1],
  ['a wrong database', { environment: { DATABASE_URL: 'mysql://x' } }, '✖ database: expected a DATABASE_URL', 1],
] as const)('given %s, then it is named with a fix', async (_, circumstances, line, exit) => {
  const { code, output } = await (await doctor()).visit(circumstances);
  expect(output).toContain(line);
  expect(output).toMatch(/^[✖!] .*\n {4}Fix: \S/mu);
  expect(code).toBe(exit);
});

test('given a damaged model, then its error is told, and the other checks still run', async () => {
  const { folder, visit } = await doctor();
  const model = join(folder, 'model');
  await cp(POCKET, model, { recursive: true });
  await truncate(join(model, 'unet', 'diffusion_pytorch_model.safetensors'), 100_000);
  const { code, output } = await visit({ environment: { MODELS: `${model},${POCKET}` } });
  expect(output).toContain(`✖ model ${model}`);
  expect(output).toContain(`✔ model ${POCKET}`);
  expect(output).toContain('✔ token');
  expect(code).toBe(1);
});

test('given a database whose rows or blobs are wrong, then they are named', async () => {
  const { home, visit } = await doctor();
  const store = await openStore({ databaseUrl: home.DATABASE_URL, clock: Date });
  const blobs = new FolderBlobStore(home.BLOBS_FOLDER, Date);
  const story = await store.stories.create(storyDraft(), [panelDraft('a'), panelDraft('b')]);
  const [first, second] = story.panels.map(({ id }) => id);
  const pictureHash = await blobs.put(Buffer.from('a picture'), 'image/png');
  for (const panelId of [first, second]) {
    const revision = await store.takes.reserveRevision(panelId ?? '');
    await store.takes.add(takeDraft(panelId ?? '', revision, { pictureHash }));
  }
  await store.close();
  expect((await visit()).output).toContain('✔ blobs: all 1 that are in use are there');

  const database = await connectDatabase(home.DATABASE_URL);
  await database.client.panel.update({ where: { id: first ?? '' }, data: { currentTakeId: null } });
  await database.close();
  await blobs.delete(pictureHash);
  const { code, output } = await visit();
  expect(output).toContain(`✖ integrity of the database: a panel has takes but shows none: ${first}`);
  expect(output).toContain(`✖ blobs: 1 of 1 are missing: ${pictureHash}`);
  expect(code).toBe(1);
});

test('given a file that is no database, then it is told', async () => {
  const { folder, visit } = await doctor();
  await writeFile(join(folder, 'troupe.db'), 'nonsense '.repeat(1000));
  const { code, output } = await visit();
  expect(output).toContain('✖ database: ');
  expect(code).toBe(1);
});

test('given a bot in a server, then token, commands and permissions are looked at', async () => {
  const { visit } = await doctor();
  const room = await RehearsalServer.start();
  onTestFinished(() => room.stop());
  const { api, token } = room;
  const look = (change: Visit = {}) =>
    visit({ api, environment: { DISCORD_TOKEN: token, ...change.environment }, args: ['--server', room.guild.id] });

  const before = await look();
  expect(before.output).toContain('✔ token: logs in as Troupe');
  expect(before.output).toContain('! commands: not as they should be: + /privacy');
  expect(before.output).toContain(`✔ server ${room.guild.id}: the bot has all permissions`);
  expect(before.code).toBe(0);

  const quiet = { write: () => {}, confirm: undefined, token, api, commands: [privacy] };
  await registerCommands(['--yes'], quiet);
  expect((await look()).output).toContain('✔ commands: all 1 are registered');

  for (const role of room.guild.roles.values()) Object.assign(role, { permissions: 0n });
  const forbidden = await look();
  expect(forbidden.output).toContain(`✖ server ${room.guild.id}: the bot may not view the channel, send messages`);
  expect(forbidden.code).toBe(1);

  const refused = await look({ environment: { DISCORD_TOKEN: 'stolen.or.old' } });
  expect(refused.output).toContain('✖ token: Discord refuses it');
  expect(refused.output).not.toContain('stolen.or.old');
});

test('given a Discord that cannot be reached, then that is told, not thrown', async () => {
  const { visit } = await doctor();
  const { output, code } = await visit({ api: 'http://127.0.0.1:9/api', environment: { DISCORD_TOKEN: 'a.b.c' } });
  expect(output).toContain("✖ Discord: can't be reached");
  expect(code).toBe(1);
});

test('given an unknown option, then the usage is named; --help tells it', async () => {
  const { visit } = await doctor();
  await expect(visit({ args: ['--everything'] })).rejects.toMatchObject({ code: 'option-unknown' });
  expect((await visit({ args: ['--help'] })).output).toContain('--server <id>');
});
