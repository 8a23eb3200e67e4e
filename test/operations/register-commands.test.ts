import { expect, onTestFinished, test } from 'vitest';
import { command as privacy } from '../../commands/privacy.ts';
import { command as settings } from '../../commands/settings.ts';
import type { Command } from '../../src/discord/command.ts';
import { registerCommands } from '../../src/operations/register-commands.ts';
import { RehearsalServer } from '../../src/rehearsal/index.ts';

async function room() {
  const rehearsal = await RehearsalServer.start();
  onTestFinished(() => rehearsal.stop());
  const run = async (args: string[], change: Partial<Parameters<typeof registerCommands>[1]> = {}) => {
    let output = '';
    const code = await registerCommands(args, {
      write: (text) => {
        output += text;
      },
      confirm: undefined,
      token: rehearsal.token,
      api: rehearsal.api,
      commands: [settings, privacy],
      ...change,
    });
    return { code, output };
  };
  const registered = () => [...rehearsal.world.commands.values()].map(({ name, guild_id }) => ({ name, guild_id }));
  return { rehearsal, run, registered };
}

test('given new commands, then a dry run shows them and writes nothing, and --yes registers them everywhere', async () => {
  const { run, registered } = await room();
  expect(await run(['--dry-run'])).toEqual({ code: 1, output: '+ /settings\n+ /privacy\n' });
  expect(registered()).toEqual([]);
  expect((await run(['--yes'])).output).toContain('Done: 2 commands everywhere.');
  expect(registered().map(({ name }) => name)).toEqual(['settings', 'privacy']);
  expect(await run([])).toEqual({ code: 0, output: 'Nothing to change: the commands are registered as they are.\n' });
});

test('given changed commands, then each change is shown by its path, and what is no more is taken away', async () => {
  const { run, registered } = await room();
  await run(['--yes']);
  const { run: _, ...rest } = privacy;
  const changed: Command = {
    ...rest,
    memberPermissions: 8n,
    subcommands: {
      export: { options: { part: { type: 'integer', min: 2 } }, execute: async () => ({}) },
    },
  };
  const { output } = await run(['--yes'], { commands: [changed] });
  expect(output).toContain('~ /privacy');
  expect(output).toContain('    ~ options.export.options.part.min_value: 1 -> 2');
  expect(output).toContain('    - options.erase.description: "Erase everything');
  expect(output).toContain('    ~ options.order: export, erase -> export');
  expect(output).toContain('    + default_member_permissions: "8"');
  expect(output).toContain('- /settings');
  expect(registered().map(({ name }) => name)).toEqual(['privacy']);
});

test('given a server, then its commands are its own, and --remove takes them away again', async () => {
  const { rehearsal, run, registered } = await room();
  const { id } = rehearsal.guild;
  await run(['--server', id, '--yes']);
  expect(registered().map(({ guild_id }) => guild_id)).toEqual([id, id]);
  expect((await run(['--server', id])).code).toBe(0);
  expect((await run(['--server', id, '--remove', '--yes'])).output).toContain('- /privacy');
  expect(registered()).toEqual([]);
});

test('given somebody to ask, then their answer decides', async () => {
  const { run, registered } = await room();
  expect((await run([], { confirm: async () => false })).output).toContain('Nothing was changed.');
  expect(registered()).toEqual([]);
  expect((await run([], { confirm: async () => true })).code).toBe(0);
  expect(registered()).toHaveLength(2);
});

test.each([
  ['no token', [], { token: undefined }, 'token-missing'],
  ['a wrong token', ['--yes'], { token: 'nonsense' }, 'token-wrong'],
  ['nobody to ask', [], {}, 'confirmation-missing'],
  ['an unknown option', ['--everywhere'], {}, 'option-unknown'],
  ['a name for a server', ['--server', 'home'], {}, 'server-unknown'],
  ['a server where the bot is not', ['--server', '123456789012345678'], {}, 'server-unknown'],
] as const)('given %s, then it says what to do and writes nothing', async (_, args, change, code) => {
  const { run, registered } = await room();
  await expect(run([...args], change)).rejects.toMatchObject({ code });
  expect(registered()).toEqual([]);
});
