import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Action, Command } from './command.ts';

/** All commands, and all actions of buttons, menus and forms, by name. */
export interface CommandTable {
  readonly commands: ReadonlyMap<string, Command>;
  readonly actions: ReadonlyMap<string, Action>;
}

/**
 * Imports every file of a folder; each has to export its `command`.
 * @throws Error naming the file that doesn't
 */
export async function loadCommands(folder: string): Promise<Command[]> {
  const files = (await readdir(folder)).filter((name) => name.endsWith('.ts')).sort();
  return Promise.all(
    files.map(async (file) => {
      const module: { command?: Command } = await import(pathToFileURL(join(folder, file)).href);
      if (!module.command) throw new Error(`commands/${file} has to export a const "command".`);
      return module.command;
    }),
  );
}

/**
 * @param shared actions that no single command owns
 * @throws Error if two have the same name
 */
export function commandTable(list: readonly Command[], shared: Readonly<Record<string, Action>> = {}): CommandTable {
  const actions = [...list.flatMap((command) => Object.entries(command.actions ?? {})), ...Object.entries(shared)];
  return {
    commands: uniqueMap(list.map((command) => [command.name, command])),
    actions: uniqueMap(actions),
  };
}

function uniqueMap<T>(entries: readonly (readonly [string, T])[]): ReadonlyMap<string, T> {
  const map = new Map(entries);
  const twice = entries.find(([name, value]) => map.get(name) !== value);
  if (twice) throw new Error(`Two commands or actions are called "${twice[0]}".`);
  return map;
}
