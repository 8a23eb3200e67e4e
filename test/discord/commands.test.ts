import { beforeAll, describe, expect, test } from 'vitest';
import type { Command } from '../../src/discord/command.ts';
import { commandJson } from '../../src/discord/command-json.ts';
import { commandTable, loadCommands } from '../../src/discord/command-loader.ts';
import { messagesFor, translations } from '../../src/i18n/languages.ts';

let commands: Command[];
beforeAll(async () => {
  commands = await loadCommands(new URL('../../commands/', import.meta.url).pathname);
});

/** https://docs.discord.com/developers/interactions/application-commands */
const NAME = /^[-_'\p{L}\p{N}\p{sc=Deva}\p{sc=Thai}]{1,32}$/u;

describe('the commands', () => {
  test('given all of them, then names and descriptions are there in every language, and as Discord takes them', () => {
    for (const command of commands) {
      JSON.stringify(commandJson(command), (key, value: unknown) => {
        const names = key === 'name' ? [value] : key === 'name_localizations' ? Object.values(value as object) : [];
        for (const name of names) expect(String(name).length).toBeLessThanOrEqual(100);
        if (key === 'description') expect(String(value).length).toBeLessThanOrEqual(100);
        if (key === 'description_localizations') {
          expect(Object.keys(value as object)).toEqual(translations().map(([locale]) => locale));
          for (const text of Object.values(value as object)) expect(String(text).length).toBeLessThanOrEqual(100);
        }
        return value;
      });
    }
  });

  test('given the texts of commands, then each belongs to a command or option, and its name is a legal one', () => {
    const paths = new Set(commands.flatMap(pathsOf));
    for (const { commands: texts } of [messagesFor('en'), ...translations().map(([, messages]) => messages)]) {
      expect(new Set(Object.keys(texts))).toEqual(paths);
      for (const { name } of Object.values(texts)) {
        expect(name).toMatch(NAME);
        expect(name).toBe(name.toLowerCase());
      }
    }
  });

  test('given names in one menu, then none is there twice, in any language', () => {
    for (const { commands: texts } of [messagesFor('en'), ...translations().map(([, messages]) => messages)]) {
      const menus = new Map<string, string[]>();
      for (const [path, { name }] of Object.entries(texts)) {
        const parent = path.split(' ').slice(0, -1).join(' ');
        menus.set(parent, [...(menus.get(parent) ?? []), name]);
      }
      for (const names of menus.values()) expect(new Set(names).size).toBe(names.length);
    }
  });

  test('given two actions or commands of one name, then that is refused at the start', () => {
    const [command] = commands as [Command];
    expect(commandTable(commands).commands.size).toBe(commands.length);
    expect(() => commandTable([command, { ...command }])).toThrow('Two commands');
  });
});

function pathsOf({ name, run, subcommands = {} }: Command): string[] {
  const runs = run ? [[name, run] as const] : [];
  const subs = Object.entries(subcommands).map(([sub, definition]) => [`${name} ${sub}`, definition] as const);
  const options = [...runs, ...subs].flatMap(([path, { options }]) =>
    Object.keys(options).map((each) => `${path} ${each}`),
  );
  return [name, ...subs.map(([path]) => path), ...options];
}
