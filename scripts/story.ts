import { runStory } from '../src/cli/run-story.ts';
import { startEngine } from '../src/engine/worker/engine-client.ts';

const interrupt = new AbortController();
process.once('SIGINT', () => interrupt.abort(new Error('interrupted')));

process.exitCode = await runStory(process.argv.slice(2), {
  stdout: process.stdout,
  stderr: process.stderr,
  interrupted: interrupt.signal,
  startEngine,
});
