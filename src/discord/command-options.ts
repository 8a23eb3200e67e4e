import type { Attachment } from 'discord.js';
import type { AutocompleteCall, Suggestion } from './command.ts';

/** Gives what may be meant by what is typed so far; the router cuts it to Discord's 25. */
export type Suggest = (typed: string, call: AutocompleteCall) => Promise<readonly Suggestion[]>;

interface TextSpec {
  readonly type: 'text';
  readonly minLength?: number;
  readonly maxLength?: number;
  /** Values; their names come from src/i18n (`choices`). */
  readonly choices?: readonly string[];
  readonly suggest?: Suggest;
}
interface IntegerSpec {
  readonly type: 'integer';
  readonly min?: number;
  readonly max?: number;
  readonly suggest?: Suggest;
}
/** With decimals. */
interface NumberSpec {
  readonly type: 'number';
  readonly min?: number;
  readonly max?: number;
}
interface PlainSpec {
  readonly type: 'boolean' | 'picture' | 'role' | 'channel' | 'member';
}

/** An option of a (sub)command, without its name and words: those are in src/i18n under the command's path. */
export type OptionSpec = (TextSpec | IntegerSpec | NumberSpec | PlainSpec) & { readonly required?: boolean };
export type OptionSpecs = Readonly<Record<string, OptionSpec>>;

type Chosen<S extends TextSpec> = S['choices'] extends readonly (infer C)[] ? C : string;
type ValueOf<S extends OptionSpec> = S extends TextSpec
  ? Chosen<S>
  : S extends IntegerSpec | NumberSpec
    ? number
    : S['type'] extends 'boolean'
      ? boolean
      : S['type'] extends 'picture'
        ? Attachment
        : string; // role, channel, member: their id

/** What a person gave, typed by the declaration: `undefined` where an option is not required. */
export type OptionValues<O extends OptionSpecs> = {
  readonly [K in keyof O]: O[K] extends { readonly required: true } ? ValueOf<O[K]> : ValueOf<O[K]> | undefined;
};
