import { processEnvironment } from '../src/config.ts';
import { loadCommands } from '../src/discord/command-loader.ts';
import { UserError } from '../src/errors/user-error.ts';
import { thisMachine } from '../src/operations/doctor/examine-machine.ts';
import { runDoctor } from '../src/operations/doctor/run-doctor.ts';

const COULD_NOT_LOOK = 2;

try {
  process.exitCode = await runDoctor(process.argv.slice(2), {
    write: (text) => process.stdout.write(text),
    environment: processEnvironment(),
    machine: thisMachine(),
    commands: await loadCommands(new URL('../commands/', import.meta.url).pathname),
  });
} catch (error) {
  if (!(error instanceof UserError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = COULD_NOT_LOOK;
}
