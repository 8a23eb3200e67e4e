import type { TextChannel } from 'discord.js';
import { ManualClock, type Rehearsal, RehearsalServer } from '../../src/rehearsal/index.ts';
import { startTestBot, type TestBot } from './test-bot.ts';

export interface RuleRoom {
  readonly clock: ManualClock;
  readonly room: Rehearsal;
  readonly bot: TestBot;
  /** #stories, as the bot holds it. */
  readonly channel: TextChannel;
  close(): Promise<void>;
}

/** A room whose time stands still, with the test bot in it. */
export async function openRuleRoom(): Promise<RuleRoom> {
  const clock = new ManualClock();
  const room = await RehearsalServer.start({ clock });
  const bot = await startTestBot(room);
  const channel = (await bot.client.channels.fetch(room.channel('stories').id)) as TextChannel;
  const close = async () => {
    await bot.stop();
    await room.stop();
  };
  return { clock, room, bot, channel, close };
}
