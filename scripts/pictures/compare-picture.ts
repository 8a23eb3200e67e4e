import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runStory } from '../../src/cli/run-story.ts';
import { startEngine } from '../../src/engine/worker/engine-client.ts';
import { savePicture } from './save-picture.ts';

const CHARACTER = 'a fox wearing a scarf';
const PANELS = [
  'standing in the forest',
  'reading a book in a bedroom',
  'dancing on the beach at night',
  'jumping in the snow',
];
/** One on which the method shows well; docs/results has the numbers over many. */
const SEED = '33';

/** The README's story by `npm run story -- --compare`. */
export async function comparePicture(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'troupe-compare-'));
  const out = join(folder, 'story.png');
  const panels = PANELS.flatMap((panel) => ['--panel', panel]);
  const code = await runStory(
    ['--character', CHARACTER, ...panels, '--seed', SEED, '--compare', '--provider', 'cpu', '--out', out],
    {
      stdout: process.stdout,
      stderr: process.stderr,
      interrupted: new AbortController().signal,
      startEngine,
    },
  );
  if (code !== 0) throw new Error(`the story command ended with ${code}`);
  await savePicture('compare.png', await readFile(out));
  await rm(folder, { recursive: true });
}
