import { PermissionFlagsBits, type PermissionsString } from 'discord.js';
import { refuse } from '../discord-error.ts';
import type { StoredMessage } from '../state/messages.ts';
import type { Channel } from '../state/places.ts';
import type { World } from '../state/world.ts';

/** @throws DiscordError 50001 where the bot can't see the channel, 50013 where it lacks one of `names` in it. */
export function needPermissions(world: World, channel: Channel, ...names: readonly PermissionsString[]): void {
  const has = world.permissions(world.bot.id, channel);
  if (!(has & PermissionFlagsBits.ViewChannel)) throw refuse('missingAccess');
  for (const name of names) if (!(has & PermissionFlagsBits[name])) throw refuse('missingPermissions');
}

export function sendPermission(channel: Channel): PermissionsString {
  return channel.kind === 'thread' ? 'SendMessagesInThreads' : 'SendMessages';
}

/** @throws DiscordError 10008 for a message that is elsewhere, gone, or ephemeral. */
export function publicMessage(world: World, channel: Channel, id: string): StoredMessage {
  const message = world.messages.get(id);
  if (!message || message.channelId !== channel.id || message.onlyFor) throw refuse('unknownMessage');
  return message;
}
