import { defineCommand, subcommand } from '../src/discord/command.ts';

export const command = defineCommand({
  name: 'help',
  run: subcommand({ options: {}, execute: async ({ t }) => ({ content: t.common.help }) }),
});
