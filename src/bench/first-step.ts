import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** Printed when the prompts are encoded: what comes next is the first sampling step. */
const READY = /^Reading prompts .* 1\/1 /m;

/**
 * Milliseconds from `npm run story` to its first sampling step, npm's own start included: everything that a person
 * waits for before something is drawn.
 */
export async function timeToFirstStep(model: string): Promise<number> {
  const folder = await mkdtemp(path.join(tmpdir(), 'troupe-bench-'));
  const started = performance.now();
  const story = ['--character', 'a fox', '--panel', 'standing in the forest', '--panel', 'sitting on the beach'];
  const args = ['run', 'story', '--', ...story, '--steps', '1', '--seed', '7', '--model', model];
  const child = spawn('npm', [...args, '--out', path.join(folder, 'story.png')], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  try {
    return await new Promise<number>((resolve, reject) => {
      let ready: number | undefined;
      let log = '';
      child.stderr.setEncoding('utf8').on('data', (text: string) => {
        log += text;
        if (ready === undefined && READY.test(log)) ready = performance.now() - started;
      });
      child.once('error', reject);
      child.once('close', (code) => {
        if (code === 0 && ready !== undefined) resolve(ready);
        else reject(new Error(`npm run story ended with ${code} and said:\n${log}`));
      });
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
