import type { APIApplicationCommand, RESTPostAPIChatInputApplicationCommandsJSONBody } from 'discord.js';

/** What of a command is ours to say; the rest (ids, versions) is Discord's. */
const OURS = ['name', 'description', 'name_localizations', 'description_localizations', 'options'] as const;
const OURS_TOO = ['default_member_permissions', 'contexts', 'type'] as const;
/** What Discord leaves out or fills in as it likes. */
const DEFAULTS: Readonly<Record<string, unknown>> = { required: false, autocomplete: false, type: 1 };
const MAX_SHOWN = 60;

type Sent = RESTPostAPIChatInputApplicationCommandsJSONBody;
type Registered = Pick<APIApplicationCommand, (typeof OURS)[number] | (typeof OURS_TOO)[number]>;

/**
 * What registering `wanted` in place of `registered` would change, a line each; none if nothing.
 * @param where contexts are a matter of global commands only
 */
export function commandDiff(
  registered: readonly Registered[],
  wanted: readonly Sent[],
  where: 'global' | 'server',
): string[] {
  const [before, after] = [registered, wanted].map((list) => byName(list, where)) as [CommandLines, CommandLines];
  const lines: string[] = [];
  for (const [name, parts] of after) {
    const old = before.get(name);
    if (!old) lines.push(`+ /${name}`);
    else {
      const changes = partDiff(old, parts);
      if (changes.length > 0) lines.push(`~ /${name}`, ...changes);
    }
  }
  for (const name of before.keys()) if (!after.has(name)) lines.push(`- /${name}`);
  return lines;
}

type CommandLines = ReadonlyMap<string, ReadonlyMap<string, string>>;

function byName(list: readonly (Registered | Sent)[], where: 'global' | 'server'): CommandLines {
  return new Map(
    list.map((command) => {
      const parts = new Map<string, string>();
      for (const key of [...OURS, ...OURS_TOO]) {
        if (key !== 'contexts' || where === 'global') flatten(key, command[key], parts);
      }
      return [command.name, parts];
    }),
  );
}

function partDiff(old: ReadonlyMap<string, string>, now: ReadonlyMap<string, string>): string[] {
  const paths = [...new Set([...old.keys(), ...now.keys()])];
  return paths.flatMap((path) => {
    const [was, is] = [old.get(path), now.get(path)];
    if (was === is) return [];
    if (was === undefined) return [`    + ${path}: ${short(is)}`];
    return is === undefined ? [`    - ${path}: ${short(was)}`] : [`    ~ ${path}: ${short(was)} -> ${short(is)}`];
  });
}

/** Paths to values: "options.generate.options.seed.description". Lists of named things go by name, with their order. */
function flatten(path: string, value: unknown, into: Map<string, string>): void {
  if (value === null || value === undefined) return;
  const last = path.slice(path.lastIndexOf('.') + 1);
  if (last in DEFAULTS && DEFAULTS[last] === value) return;
  if (Array.isArray(value) && value.every(isNamed)) {
    if (value.length > 0) into.set(`${path}.order`, value.map(({ name }) => name).join(', '));
    for (const each of value) flatten(`${path}.${each.name}`, each, into);
  } else if (Array.isArray(value)) into.set(path, JSON.stringify([...value].sort()));
  else if (typeof value === 'object') {
    for (const [key, part] of Object.entries(value)) flatten(`${path}.${key}`, part, into);
  } else into.set(path, JSON.stringify(value));
}

function isNamed(value: unknown): value is { readonly name: string } {
  return typeof value === 'object' && value !== null && 'name' in value;
}

function short(text = ''): string {
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text;
}
