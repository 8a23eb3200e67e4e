/**
 * A process of its own that uses the store, for the tests of several processes and of kills:
 * `tsx child.ts <open | count | add | live> <database url> <name> [<number>]`. It says on stdout how far it is.
 */
import { connectDatabase } from '../../../src/store/prisma-client.ts';
import { openStore, type Store } from '../../../src/store/store.ts';
import { GUILD, hashOf, jobRequest, panelDraft, RUSTY, storyDraft, takeDraft } from './samples.ts';

const LIMITS = { runningPerMember: 1000, runningPerScope: 1000, impatientAfterMs: 60_000 };
const WAITING = { perMember: 1_000_000, perScope: 1_000_000 };

/** Many small writes that all touch the same rows. */
async function count(store: Store, name: string, times: number): Promise<void> {
  for (let each = 0; each < times; each++) {
    await store.jobs.enqueue(jobRequest({ idempotencyKey: `${name} ${each}` }), WAITING);
    const claimed = await store.leases.claimNext(name, 60_000, LIMITS);
    if (claimed) await store.leases.complete(claimed.lease, { by: name });
  }
}

/** Reads a number and writes the next one, in one transaction, many times. */
async function add(databaseUrl: string, times: number): Promise<void> {
  const database = await connectDatabase(databaseUrl);
  const where = { id: 'queue' };
  for (let each = 0; each < times; each++) {
    await database.write(async (transaction) => {
      const { turn } = await transaction.queueState.findUniqueOrThrow({ where });
      await transaction.queueState.update({ where, data: { turn: turn + 1n } });
    });
  }
  await database.close();
}

/** The life of a bot, in a hurry, until it is killed. It says what has been committed, after each write. */
async function live(store: Store, name: string): Promise<never> {
  for (let each = 0; ; each++) {
    const { id } = await store.characters.create(GUILD, name, { ...RUSTY, name: `${name} ${each}` });
    say(`character ${id}`);
    const canon = await store.castings.add(id, {
      blobHash: hashOf(each),
      pictureHash: null,
      modelHash: 'm',
      seed: '1',
    });
    say(`canon ${canon.id}`);
    const story = await store.stories.create(storyDraft({ authorId: name }), [panelDraft('a', [id]), panelDraft('b')]);
    say(`story ${story.id}`);
    const request = jobRequest({ memberId: name, storyId: story.id, idempotencyKey: story.id });
    const { job } = await store.jobs.enqueue(request, WAITING);
    say(`job ${job.id}`);
    const claimed = await store.leases.claimNext(name, 60_000, LIMITS);
    for (const panel of story.panels) {
      const revision = await store.takes.reserveRevision(panel.id);
      const draft = takeDraft(panel.id, revision, { canonIds: [canon.id], createdById: name });
      say(`take ${(await store.takes.add(draft)).id}`);
    }
    if (claimed) await store.leases.complete(claimed.lease, { done: each });
    say('finished');
  }
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

const [mode, databaseUrl = '', name = '', times = '0'] = process.argv.slice(2);
const store = await openStore({ databaseUrl, clock: Date });
if (mode === 'count') await count(store, name, Number(times));
if (mode === 'add') await add(databaseUrl, Number(times));
if (mode === 'live') await live(store, name);
await store.close();
say('done');
