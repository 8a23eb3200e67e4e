import { readdir, readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Command } from '../../src/discord/command.ts';
import { commandJson } from '../../src/discord/command-json.ts';
import { commandTable, loadCommands } from '../../src/discord/command-loader.ts';
import { messagesFor, translations } from '../../src/i18n/languages.ts';
import type { Messages } from '../../src/i18n/messages.ts';

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

  test('given commands that texts tell people to use, then they are called so in the menus of that language', async () => {
    for (const locale of ['en', 'de']) {
      const { commands: texts } = messagesFor(locale);
      const inMenus = new Set(Object.keys(texts).map((path) => spoken(path, texts)));
      const told = await toldCommands(locale);
      expect(told.length).toBeGreaterThan(15);
      expect(told.filter((each) => !inMenus.has(each))).toEqual([]);
    }
  });

  test('given two actions or commands of one name, then that is refused at the start', () => {
    const [command] = commands as [Command];
    expect(commandTable(commands).commands.size).toBe(commands.length);
    expect(() => commandTable([command, { ...command }])).toThrow('Two commands');
  });
});

/** A path as people read it: `story generate` is `geschichte zeichnen` in German. */
function spoken(path: string, texts: Messages['commands']): string {
  const words = path.split(' ');
  return words.map((_, i) => texts[words.slice(0, i + 1).join(' ')]?.name).join(' ');
}

/** What stands as `/command sub option:value` in a language's texts, each command and option as a path. */
async function toldCommands(locale: string): Promise<string[]> {
  const folder = new URL(`../../src/i18n/${locale}/`, import.meta.url);
  const sources = await Promise.all((await readdir(folder)).map((file) => readFile(new URL(file, folder), 'utf8')));
  return [...sources.join('\n').matchAll(/`\/([^`\\]+)/gu)].flatMap(([, told = '']) => {
    const [command = ''] = /^[\p{L}-]+(?: [\p{L}-]+(?![\p{L}-]*:))?/u.exec(told) ?? [];
    return [command, ...[...told.matchAll(/ ([\p{L}-]+):/gu)].map(([, option]) => `${command} ${option}`)];
  });
}

function pathsOf({ name, run, subcommands = {} }: Command): string[] {
  const runs = run ? [[name, run] as const] : [];
  const subs = Object.entries(subcommands).map(([sub, definition]) => [`${name} ${sub}`, definition] as const);
  const options = [...runs, ...subs].flatMap(([path, { options }]) =>
    Object.keys(options).map((each) => `${path} ${each}`),
  );
  return [name, ...subs.map(([path]) => path), ...options];
}
