import { setTimeout } from 'node:timers/promises';
import { runModel } from '../src/cli/run-model.ts';
import { processEnvironment, readConfig } from '../src/config.ts';
import { UserError } from '../src/errors/user-error.ts';
import { freeSpace } from '../src/models/disk-space.ts';
import { MODELS_FOLDER } from '../src/models/models-folder.ts';

const USER_ERROR = 2;
const interrupt = new AbortController();
process.once('SIGINT', () => interrupt.abort(new Error('interrupted')));

try {
  const { hub, provider } = readConfig(processEnvironment());
  process.exitCode = await runModel(process.argv.slice(2), {
    stdout: process.stdout,
    stderr: process.stderr,
    interrupted: interrupt.signal,
    hub,
    provider,
    models: MODELS_FOLDER,
    free: freeSpace,
    wait: async (milliseconds, signal) => setTimeout(milliseconds, undefined, { signal }),
    now: () => new Date(),
  });
} catch (error) {
  if (!(error instanceof UserError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = USER_ERROR;
}
