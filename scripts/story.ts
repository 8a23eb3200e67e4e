import { ProgressBars } from '../src/cli/progress-bar.ts';
import { storyCommand } from '../src/cli/story-command.ts';
import { parseStoryOptions } from '../src/cli/story-options.ts';
import { STORY_USAGE } from '../src/cli/story-usage.ts';
import { startEngine } from '../src/engine/worker/engine-client.ts';
import { UserError } from '../src/errors/user-error.ts';

/** `npm run story`: exit code 0, 2 for what the user can mend, 130 when interrupted, 1 for everything else. */
const EXIT_USER_ERROR = 2;
const EXIT_INTERRUPTED = 130;

async function main(args: readonly string[]): Promise<void> {
  const options = parseStoryOptions(args);
  if (options.help || args.length === 0) {
    process.stdout.write(STORY_USAGE);
    return;
  }
  const bars = new ProgressBars(process.stderr, () => performance.now());
  const interrupt = new AbortController();
  process.once('SIGINT', () => interrupt.abort(new Error('interrupted')));
  const engine = startEngine(options);
  try {
    await storyCommand(options, {
      engine,
      signal: interrupt.signal,
      progress: (phase, done, total) => bars.show(phase, done, total),
      notice: (text) => {
        bars.interrupt();
        process.stderr.write(`Note: ${text}\n`);
      },
      print: (text) => process.stdout.write(`${text}\n`),
    });
  } catch (error) {
    bars.interrupt();
    if (!interrupt.signal.aborted) throw error;
    process.stderr.write('Interrupted; nothing was written.\n');
    process.exitCode = EXIT_INTERRUPTED;
  } finally {
    await engine.close();
  }
}

main(process.argv.slice(2)).catch((error: unknown) => {
  if (!(error instanceof UserError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = EXIT_USER_ERROR;
});
