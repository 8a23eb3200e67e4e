import type { en } from './en.ts';

/** Every language has the same keys; texts with parameters are functions of them. */
export type Messages = typeof en;

/** A command, subcommand or option as Discord's menu shows it. Names: lower case, at most 32; descriptions: 100. */
export interface CommandText {
  readonly name: string;
  readonly description: string;
}
