import { parseArgs } from 'node:util';
import { type APIApplicationCommand, DiscordAPIError, REST, Routes } from 'discord.js';
import type { Command } from '../discord/command.ts';
import { commandDiff } from '../discord/command-diff.ts';
import { commandJson } from '../discord/command-json.ts';
import { UserError } from '../errors/user-error.ts';

export const REGISTER_USAGE = `Registers Troupe's slash commands with Discord, after showing what that changes.

npm run register-commands -- [options]

  --server <id>  for one server only, where they show at once; without it, everywhere
  --remove       registers none: takes away those that are there
  --dry-run      only shows what would change
  --yes          doesn't ask
`;

export interface RegisterProcess {
  readonly write: (text: string) => void;
  /** undefined where nobody can be asked */
  readonly confirm: ((question: string) => Promise<boolean>) | undefined;
  readonly token: string | undefined;
  /** Another address than Discord's: the rehearsal room's. */
  readonly api?: string;
  readonly commands: readonly Command[];
}

/**
 * `npm run register-commands`.
 * @returns 0 if the commands are as they should be, 1 if they are not
 * @throws UserError `option-unknown`, `token-missing`, `token-wrong`, `server-unknown`, `confirmation-missing`
 */
export async function registerCommands(args: readonly string[], process: RegisterProcess): Promise<0 | 1> {
  const { write, confirm, commands } = process;
  const options = readOptions(args);
  if (options.help) {
    write(REGISTER_USAGE);
    return 0;
  }
  const rest = new REST({ api: process.api ?? undefined }).setToken(requireToken(process.token));
  const route = await commandsRoute(rest, options.server);
  const wanted = options.remove ? [] : commands.map(commandJson);
  const query = new URLSearchParams({ with_localizations: 'true' });
  const registered = (await asking(options.server, rest.get(route, { query }))) as APIApplicationCommand[];
  const changes = commandDiff(registered, wanted, options.server === undefined ? 'global' : 'server');
  if (changes.length === 0) {
    write('Nothing to change: the commands are registered as they are.\n');
    return 0;
  }
  write(`${changes.join('\n')}\n`);
  if (options['dry-run']) return 1;
  if (!options.yes && !(await asked(confirm))) {
    write('Nothing was changed.\n');
    return 1;
  }
  await asking(options.server, rest.put(route, { body: wanted }));
  write(
    `Done: ${wanted.length} commands ${options.server === undefined ? 'everywhere' : `in server ${options.server}`}.\n`,
  );
  return 0;
}

function readOptions(args: readonly string[]) {
  const flag = { type: 'boolean', default: false } as const;
  try {
    const options = { server: { type: 'string' }, remove: flag, 'dry-run': flag, yes: flag, help: flag } as const;
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    throw new UserError('option-unknown', {
      expected: 'options as --help has them',
      got: error instanceof Error ? error.message : String(error),
      todo: 'See npm run register-commands -- --help.',
    });
  }
}

function requireToken(token: string | undefined): string {
  if (token !== undefined) return token;
  throw new UserError('token-missing', {
    expected: "the bot's token in DISCORD_TOKEN",
    got: 'none',
    todo: 'Put it into .env. The rehearsal room registers its commands by itself.',
  });
}

async function commandsRoute(rest: REST, server: string | undefined) {
  const { id } = (await asking(undefined, rest.get(Routes.currentApplication()))) as { readonly id: string };
  if (server === undefined) return Routes.applicationCommands(id);
  if (!/^\d{15,21}$/u.test(server)) throw unknownServer(server);
  return Routes.applicationGuildCommands(id, server);
}

async function asking<T>(server: string | undefined, request: Promise<T>): Promise<T> {
  try {
    return await request;
  } catch (error) {
    const status = error instanceof DiscordAPIError ? error.status : undefined;
    if (status === 401) {
      throw new UserError('token-wrong', {
        expected: "the bot's token in DISCORD_TOKEN",
        got: 'one that Discord refuses',
        todo: 'Copy it anew from https://discord.com/developers/applications (Bot, Reset Token).',
      });
    }
    if (server !== undefined && (status === 403 || status === 404)) throw unknownServer(server);
    throw error;
  }
}

async function asked(confirm: RegisterProcess['confirm']): Promise<boolean> {
  if (confirm) return confirm('Register them so?');
  throw new UserError('confirmation-missing', {
    expected: 'somebody to ask, or --yes',
    got: 'neither',
    todo: 'Run it in a terminal, or add --yes.',
  });
}

function unknownServer(server: string): UserError {
  return new UserError('server-unknown', {
    expected: 'the id of a server that the bot is in, invited with the scope applications.commands',
    got: server,
    todo: 'Turn on developer mode in Discord and copy the id from the menu of the server.',
    server,
  });
}
