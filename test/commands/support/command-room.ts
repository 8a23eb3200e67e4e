import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Events } from 'discord.js';
import { onTestFinished } from 'vitest';
import { FolderBlobStore } from '../../../src/blobs/folder-blob-store.ts';
import type { BotServices } from '../../../src/discord/bot-services.ts';
import { createClient } from '../../../src/discord/client.ts';
import type { Command } from '../../../src/discord/command.ts';
import { commandJson } from '../../../src/discord/command-json.ts';
import { commandTable } from '../../../src/discord/command-loader.ts';
import { InteractionRouter } from '../../../src/discord/interaction-router.ts';
import { UserError } from '../../../src/errors/user-error.ts';
import type { Log } from '../../../src/log.ts';
import { RehearsalServer } from '../../../src/rehearsal/index.ts';
import { openStore } from '../../../src/store/store.ts';
import type { Offers } from '../../../src/studio/offers.ts';

const LIMITS = { panelsPerStory: 9, queuedPerMember: 5, queuedPerServer: 50 };
const FACTS = { width: 1024, height: 1024, steps: 30, memory: 9.34e9 };

/** Two models that suit everything but one sampler, and one that is broken. */
const SOME_OFFERS: Offers = {
  limits: LIMITS,
  models: () => [
    { name: 'pocket', problem: undefined, facts: { ...FACTS, family: undefined, isDefault: true } },
    { name: 'sdxl-base', problem: undefined, facts: { ...FACTS, family: 'SDXL', isDefault: false } },
    { name: 'broken', problem: refusal('model-unusable'), facts: undefined },
  ],
  defaults: () => ({ ...LIMITS, model: 'pocket', steps: 30, guidance: 7.5 }),
  loras: () => [],
  assertDrawable({ model, sampler }) {
    if (model === 'broken') throw refusal('model-unusable');
    if (sampler === 'lcm') throw refusal('sampler-unsuited');
  },
};

function refusal(code: string): UserError {
  return new UserError(code, { expected: 'something', got: 'else', todo: 'Choose another.', model: 'broken' });
}

/**
 * A bot with these commands alone, on real discord.js, in a rehearsal room; with a real store and real blobs. Of the
 * studio there is what cancels jobs.
 */
export async function commandRoom(commands: readonly Command[], extra: Partial<BotServices> = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'troupe-commands-'));
  const store = await openStore({ databaseUrl: `file:${join(folder, 'troupe.db')}`, clock: Date });
  const blobs = new FolderBlobStore(join(folder, 'blobs'), Date);
  const cancelled: string[] = [];
  const studio = {
    async cancel(_asker: unknown, jobId: string) {
      cancelled.push(jobId);
      return store.jobs.cancel(jobId);
    },
  };
  const errors: unknown[] = [];
  const log: Log = { info() {}, warn() {}, error: (_message, error) => errors.push(error) };
  const services = { studio, store, blobs, offers: SOME_OFFERS, ...extra } as unknown as BotServices;
  const router = new InteractionRouter(commandTable(commands), services, log);

  const room = await RehearsalServer.start();
  const client = createClient(room.api);
  client.on(Events.InteractionCreate, (interaction) => void router.route(interaction));
  client.once(Events.ClientReady, (ready) => void ready.application.commands.set(commands.map(commandJson)));
  await client.login(room.token);
  await room.untilReady();
  onTestFinished(async () => {
    await client.destroy();
    await room.stop();
    await store.close();
    await rm(folder, { recursive: true, force: true });
  });
  return { room, store, blobs, cancelled, errors, scope: { kind: 'guild', guildId: room.guild.id } as const };
}
