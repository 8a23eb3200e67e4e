import type { Message } from 'discord.js';
import { failureOf } from './discord-failure.ts';

/** Puts the emoji under a message that aren't there yet, in order, as far as the bot may. */
export async function placeReactions(message: Message, emoji: readonly string[]): Promise<void> {
  for (const each of emoji) {
    if (message.reactions.cache.get(each)?.me) continue;
    try {
      await message.react(each);
    } catch (error) {
      const failure = failureOf(error);
      if (failure === 'passing' || failure === 'other') throw error;
      // It lost the permission in this moment, or the message was deleted: the menu does the same.
      return;
    }
  }
}
