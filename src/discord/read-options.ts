import type { ChatInputCommandInteraction } from 'discord.js';
import type { OptionSpec, OptionSpecs } from './command-options.ts';

type Options = ChatInputCommandInteraction['options'];

/** What was given for each declared option; empty texts count as not given. */
export function readOptions(options: Options, specs: OptionSpecs): Readonly<Record<string, unknown>> {
  const entries = Object.entries(specs).map(([name, spec]) => [name, readOption(options, name, spec)] as const);
  return Object.fromEntries(entries.filter(([, value]) => value !== null && value !== ''));
}

function readOption(options: Options, name: string, spec: OptionSpec): unknown {
  switch (spec.type) {
    case 'text':
      return options.getString(name);
    case 'integer':
      return options.getInteger(name);
    case 'number':
      return options.getNumber(name);
    case 'boolean':
      return options.getBoolean(name);
    case 'picture':
      return options.getAttachment(name);
    case 'role':
      return options.getRole(name)?.id ?? null;
    case 'channel':
      return options.getChannel(name)?.id ?? null;
    case 'member':
      return options.getUser(name)?.id ?? null;
  }
}
