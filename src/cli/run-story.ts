import type { Engine } from '../engine/worker/engine-client.ts';
import type { EngineOptions } from '../engine/worker/messages.ts';
import { UserError } from '../errors/user-error.ts';
import { ProgressBars, type ProgressOutput } from './progress-bar.ts';
import { parseStoryOptions } from './story-options.ts';
import { STORY_USAGE } from './story-usage.ts';

/** Exit codes of `npm run story`; any other error is ours, and Node ends with 1. */
export const EXIT_CODES = { done: 0, userError: 2, interrupted: 130 } as const;

/** What `npm run story` needs of its process. */
export interface StoryProcess {
  readonly stdout: ProgressOutput;
  readonly stderr: ProgressOutput;
  /** aborts when the person interrupts */
  readonly interrupted: AbortSignal;
  readonly startEngine: (options: EngineOptions) => Engine;
}

/**
 * `npm run story`, from its arguments to its exit code.
 * @throws Error for what no person can mend
 */
export async function runStory(args: readonly string[], process: StoryProcess): Promise<number> {
  const { stdout, stderr, interrupted } = process;
  const bars = new ProgressBars(stderr, () => performance.now());
  let engine: Engine | undefined;
  try {
    const options = parseStoryOptions(args);
    if (options.help || args.length === 0) {
      stdout.write(STORY_USAGE);
      return EXIT_CODES.done;
    }
    engine = process.startEngine(options);
    // loaded while the engine's thread loads its own part: together they are half of the time before the first step
    const { storyCommand } = await import('./story-command.ts');
    await storyCommand(options, {
      engine,
      signal: interrupted,
      progress: (phase, done, total) => bars.show(phase, done, total),
      notice: (text) => {
        bars.interrupt();
        stderr.write(`Note: ${text}\n`);
      },
      print: (text) => stdout.write(`${text}\n`),
    });
    return EXIT_CODES.done;
  } catch (error) {
    bars.interrupt();
    if (interrupted.aborted) {
      stderr.write('Interrupted; nothing was written.\n');
      return EXIT_CODES.interrupted;
    }
    if (!(error instanceof UserError)) throw error;
    stderr.write(`${error.message}\n`);
    return EXIT_CODES.userError;
  } finally {
    await engine?.close();
  }
}
