import type { CommandText } from './messages.ts';

/** English: the language that all others follow. */
export const en = {
  /** By path: "story", "story generate", "story generate title". */
  commands: {
    queue: { name: 'queue', description: 'What is being drawn, and what waits' },
  } as Record<string, CommandText>,
  /** Names of options' choices, by the option's path and the choice's value. */
  choices: {} as Record<string, Readonly<Record<string, string>>>,
  queue: {
    empty: 'Nothing is being drawn, and nothing waits.',
  },
};
