import { fileURLToPath } from 'node:url';
import { startApp } from './app.ts';
import { type Config, processEnvironment, readConfig } from './config.ts';
import { loadCommands } from './discord/command-loader.ts';
import { startEngine } from './engine/worker/engine-client.ts';
import { UserError } from './errors/user-error.ts';
import { jsonLog } from './log.ts';
import { RehearsalServer } from './rehearsal/index.ts';

const COMMANDS = fileURLToPath(new URL('../commands/', import.meta.url));
const USER_ERROR = 2;
/** As shells tell it of a process that a signal ended. */
const SIGNAL_BASE = 128;
const SIGNALS = { SIGINT: 2, SIGTERM: 15 } as const;

const log = jsonLog((line) => process.stderr.write(`${line}\n`), Date);

/** Where to log in: Discord, or a room of our own where anybody can try the bot in a browser. */
async function place(config: Config) {
  if (config.discordToken !== undefined) return { token: config.discordToken, api: undefined, close: async () => {} };
  const room = await RehearsalServer.start({ port: config.rehearsalPort });
  return { token: room.token, api: room.api, url: room.url, close: () => room.stop() };
}

async function main(): Promise<void> {
  const config = readConfig(processEnvironment());
  const commands = await loadCommands(COMMANDS);
  const where = await place(config);
  const { token, api } = where;
  const app = await startApp({ config, token, api, commands, startEngine, clock: Date, log });
  if ('url' in where) {
    process.stdout.write(`There is no DISCORD_TOKEN, so this is the rehearsal room: ${where.url}\n`);
    process.stdout.write('Open it in a browser and type / to begin. Ctrl+C ends it.\n');
  }
  let stopping = false;
  for (const [signal, number] of Object.entries(SIGNALS)) {
    process.on(signal, () => {
      // Whoever asks twice doesn't want to wait; everything goes on at the next start.
      if (stopping) process.exit(SIGNAL_BASE + number);
      stopping = true;
      log.info('stopping', { signal });
      app
        .stop()
        .then(() => where.close())
        .then(() => process.exit(0))
        .catch((error: unknown) => {
          log.error('the stop failed', error);
          process.exit(1);
        });
    });
  }
}

try {
  await main();
} catch (error) {
  if (!(error instanceof UserError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exit(USER_ERROR);
}
