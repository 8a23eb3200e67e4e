import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { FolderBlobStore } from '../../src/blobs/folder-blob-store.ts';
import { NUMBER_EMOJI } from '../../src/discord/reactions.ts';
import { type Rehearsal, RehearsalServer } from '../../src/rehearsal/index.ts';
import { openStore, type Store } from '../../src/store/store.ts';
import { openLoraShelf } from '../../src/studio/loras.ts';
import { openModelShelf } from '../../src/studio/models.ts';
import { openStudio } from '../../src/studio/open-studio.ts';
import { FakeEngine } from '../support/fake-engine.ts';
import { POCKET } from '../support/fixtures.ts';
import { testQueue } from '../support/job-queues.ts';
import { isDone } from '../support/story-messages.ts';
import { NO_LORAS } from '../support/toy-loras.ts';
import { CHAOS_SEED, chaosKills, killRepeatedly, randomBelow, startMortal } from './chaos.ts';
import { checkWork, toldOf } from './check-work.ts';
import { Crowd } from './crowd.ts';

const KILLS = chaosKills(60);
const STEPS = 3;
/** About three stories of so few steps. */
const LONGEST_LIFE = 60;
/** From the first file opened to the connection with Discord. */
const LONGEST_START_MS = 1500;
/** A bot that dies while it waits for an answer never learns what came of its request. */
const REST_DELAY_MS = 20;

test('given a bot that is killed at random moments, then every story is posted exactly once and nothing is lost', {
  timeout: 1_800_000,
}, async () => {
  console.info(`CHAOS_SEED=${CHAOS_SEED} CHAOS_KILLS=${KILLS}`);
  const folder = await mkdtemp(join(tmpdir(), 'troupe-chaos-'));
  const room = await RehearsalServer.start();
  onTestFinished(async () => {
    await room.stop();
    await rm(folder, { recursive: true, force: true });
  });
  const databaseUrl = `file:${join(folder, 'troupe.db')}`;
  const before = await openStore({ databaseUrl, clock: Date });
  await before.settings.update({ kind: 'guild', guildId: room.guild.id }, { steps: STEPS });
  await before.close();
  room.trouble.slowRest(REST_DELAY_MS);
  const args = (seed: number, mode: string) => [folder, room.api, room.token, String(seed), mode];
  const crowd = new Crowd(room, randomBelow(CHAOS_SEED + 1));
  const lines = await killRepeatedly({
    script: 'mortal-app.ts',
    args: (each) => args(CHAOS_SEED + each, 'live'),
    kills: KILLS,
    // Discord sends a person's request to one of them only.
    beside: 1,
    random: randomBelow(CHAOS_SEED),
    longestLife: LONGEST_LIFE,
    longestStartMs: LONGEST_START_MS,
  });
  await crowd.leave();
  const last = startMortal('mortal-app.ts', args(CHAOS_SEED, 'drain'));
  await last.said('done');
  lines.push(...last.lines);

  const store = await openStore({ databaseUrl, clock: Date });
  onTestFinished(() => store.close());
  const blobs = new FolderBlobStore(join(folder, 'blobs'), Date);
  expect(lines.filter((line) => line.startsWith('error'))).toEqual([]);
  expect(room.refusals).toEqual([]);
  const { jobs, stories, lost, takes } = await checkWork(store, blobs, lines);
  console.info(`${KILLS} kills, ${lost} of them hit a job; ${stories.length} stories`);
  expect(lost).toBeGreaterThan(0);
  expect(takes).toBeGreaterThan(KILLS);

  const ofKind = (kind: string) => jobs.filter((job) => job.kind === kind).length;
  expect(crowd.told('story')).toBeGreaterThan(0);
  expect(ofKind('draw-story')).toBeGreaterThanOrEqual(crowd.told('story'));
  expect(ofKind('redraw-panel')).toBeGreaterThanOrEqual(crowd.told('redraw'));
  expect(ofKind('add-panel')).toBeGreaterThanOrEqual(crowd.told('panel'));
  expect(ofKind('cast-character')).toBeGreaterThanOrEqual(crowd.told('casting'));
  await checkMessages(store, blobs, room);
  expect(toldOf(lines, 'finished').length).toBeGreaterThan(0);
});

/** Every story and every casting has one message, and it shows what is stored. */
async function checkMessages(store: Store, blobs: FolderBlobStore, room: Rehearsal): Promise<void> {
  const posted = room.messages().filter(({ authorId }) => authorId === room.world.bot.id);
  const stories = await store.stories.list({});
  const castings = (await store.jobs.list({})).filter(({ kind }) => kind === 'cast-character');
  expect(posted).toHaveLength(stories.length + castings.length);
  const engine = new FakeEngine();
  const models = openModelShelf({ configured: [POCKET], hashOf: (folder) => engine.modelHash(folder) });
  const { queue } = testQueue({ store, clock: Date });
  const { studio } = openStudio({ store, blobs, engine, models, loras: openLoraShelf(NO_LORAS), queue });
  for (const story of stories) {
    const row = await store.messages.find('story', story.id);
    expect(row?.status).toBe('posted');
    const messages = posted.filter(({ buttons }) =>
      buttons.some(({ custom_id }) => custom_id.includes(`|${row?.marker}|`)),
    );
    expect(messages.map(({ id }) => id)).toEqual([row?.messageId]);
    const [message] = messages;
    if (!message) throw new Error('no message');
    if ((await store.takes.shownOf(story.id)).length === 0) continue;
    expect(isDone(message)).toBe(true);
    const { png } = await studio.storyPage(story.id);
    const shown = Buffer.from(await (await fetch(message.attachments[0]?.url ?? '')).arrayBuffer());
    expect(shown.equals(png)).toBe(true);
    const bot = room.world.bot.id;
    const numbers = [...message.reactions].filter(([, people]) => people.has(bot)).map(([emoji]) => emoji);
    expect(numbers).toEqual(NUMBER_EMOJI.slice(0, story.panels.length));
  }
}
