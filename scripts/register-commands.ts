import { createInterface } from 'node:readline/promises';
import { processEnvironment, readConfig } from '../src/config.ts';
import { loadCommands } from '../src/discord/command-loader.ts';
import { UserError } from '../src/errors/user-error.ts';
import { registerCommands } from '../src/operations/register-commands.ts';

const USER_ERROR = 2;

async function confirm(question: string): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  const answer = await terminal.question(`${question} [y/N] `);
  terminal.close();
  return /^y(es)?$/iu.test(answer.trim());
}

try {
  process.exitCode = await registerCommands(process.argv.slice(2), {
    write: (text) => process.stdout.write(text),
    confirm: process.stdin.isTTY ? confirm : undefined,
    token: readConfig(processEnvironment()).discordToken,
    commands: await loadCommands(new URL('../commands/', import.meta.url).pathname),
  });
} catch (error) {
  if (!(error instanceof UserError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = USER_ERROR;
}
