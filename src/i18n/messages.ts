import type { en } from './en.ts';

/** Every language has the same keys; texts with parameters are functions of them. */
export type Messages = typeof en;

/** A command, subcommand or option as Discord's menu shows it. Names: lower case, at most 32; descriptions: 100. */
export interface CommandText {
  readonly name: string;
  readonly description: string;
}

/** By path: "story", "story generate", "story generate title". */
export type CommandTexts = Readonly<Record<string, CommandText>>;

/** Names of options' choices, by the option's path and the choice's value. */
export type ChoiceTexts = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** What is said of an error, from its details. */
export type ErrorText = (detail: (key: string) => string) => string;
export type ErrorTexts = Readonly<Record<string, ErrorText>>;
