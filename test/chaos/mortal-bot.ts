/**
 * A process to be killed: `tsx mortal-bot.ts <folder> <seed> <live | drain>`. It asks for characters, stories and
 * redraws and draws them with the fake engine, beside others of its kind on the same database. What it has been told
 * of as stored or ended it says on stdout, a line each: only after that it may be relied on. Each unit of work is a line too. `live` goes on until it is
 * killed, `drain` asks for nothing and ends when nothing is left to draw.
 */
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { FolderBlobStore } from '../../src/blobs/folder-blob-store.ts';
import { UserError } from '../../src/errors/user-error.ts';
import { JobQueue } from '../../src/queue/job-queue.ts';
import { openStore } from '../../src/store/store.ts';
import { openLoraShelf } from '../../src/studio/loras.ts';
import { openModelShelf } from '../../src/studio/models.ts';
import { openStudio } from '../../src/studio/open-studio.ts';
import { FakeEngine } from '../support/fake-engine.ts';
import { POCKET } from '../support/fixtures.ts';
import { asker, newStory, SERVER } from '../support/people.ts';
import { NO_LORAS } from '../support/toy-loras.ts';
import { CHAOS_RETRY, randomBelow } from './chaos.ts';

const [folder = '', seed = '0', mode = 'live'] = process.argv.slice(2);
const LONGEST_UNIT_MS = 6;
const LONGEST_PAUSE_MS = 120;
const STEPS = 3;
/** More would pile up what is left to draw in the end. */
const MOST_WAITING = 6;

const random = randomBelow(Number(seed));
const say = (line: string) => process.stdout.write(`${line}\n`);

say('loaded');
const store = await openStore({ databaseUrl: `file:${join(folder, 'troupe.db')}`, clock: Date });
const blobs = new FolderBlobStore(join(folder, 'blobs'), Date);
const between = () => {
  say('unit');
  return setTimeout(random(LONGEST_UNIT_MS));
};
const engine = new FakeEngine({ side: 4, keep: false, between });
const models = openModelShelf({ configured: [POCKET], hashOf: (folder) => engine.modelHash(folder) });
const queue = new JobQueue({ store, clock: Date, onError: tell, retry: CHAOS_RETRY, heartbeatMs: 20, pollMs: 20 });
const limits = { panelsPerStory: 9, queuedPerMember: 1000, queuedPerServer: 1000 };
const { studio, handlers } = openStudio({
  store,
  blobs,
  engine,
  models,
  loras: openLoraShelf(NO_LORAS),
  queue,
  limits,
});
queue.feed.subscribe(({ type, job }) => {
  if (type === 'finished' || type === 'cancelled' || type === 'failed' || type === 'dead') say(`${type} ${job.id}`);
});
await store.settings.update(SERVER, { steps: STEPS });
await queue.start(handlers);
say('ready');

function tell(error: unknown): void {
  say(error instanceof UserError ? `refused ${error.code}` : `error ${error instanceof Error ? error.stack : error}`);
}

async function ask(turn: number): Promise<void> {
  const by = asker({ memberId: String(random(5)) });
  const stories = await store.stories.list({ scope: SERVER, status: ['finished'] });
  const some = stories[random(stories.length)];
  switch (random(some ? 6 : 2)) {
    case 0: {
      const name = `Fox ${process.pid} ${turn}`;
      const { job } = await studio.createCharacter(by, { name, looks: 'a fox wearing a scarf' });
      say(`job ${job.id}`);
      return;
    }
    case 1:
    case 2: {
      const [character] = await store.characters.list(SERVER);
      const candidate = character && (await store.castings.sheet(character.id))[random(4)];
      if (candidate) await studio.pickCandidate(asker({ isModerator: true }), candidate.id);
      const panels = `${character?.name ?? 'A bear'} in the forest | in the snow | at night`;
      const { job } = await studio.createStory(by, newStory(panels, { seed: String(random(2 ** 31)) }));
      say(`job ${job.id}`);
      return;
    }
    case 3: {
      const { job } = await studio.addPanel(by, some?.id as string, 'on the beach');
      say(`job ${job.id}`);
      return;
    }
    default: {
      const { job } = await studio.redrawPanel(by, some?.id as string, 1 + random(3));
      say(`job ${job.id}`);
      if (random(4) === 0) await studio.cancel(by, job.id);
    }
  }
}

for (let turn = 0; mode === 'live'; turn++) {
  const waiting = await store.jobs.list({ status: ['queued'], limit: MOST_WAITING });
  // A full story, a panel too many: refused as people's requests are.
  if (waiting.length < MOST_WAITING) await ask(turn).catch(tell);
  await setTimeout(random(LONGEST_PAUSE_MS));
}
while ((await store.jobs.list({ status: ['queued', 'running'], limit: 1 })).length > 0)
  await setTimeout(LONGEST_PAUSE_MS);
await queue.stop();
await store.close();
say('done');
