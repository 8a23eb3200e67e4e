import type { APIMessage, APIReaction } from 'discord.js';
import type { StoredMessage } from '../state/messages.ts';
import type { World } from '../state/world.ts';
import { memberWithoutUser } from './people.ts';

export interface EmojiObject {
  readonly id: string | null;
  readonly name: string;
  readonly animated: boolean;
}

/** `name` of a Unicode emoji, or `name:id` of a server's own. */
export function emojiObject(emoji: string): EmojiObject {
  const [name = emoji, id] = emoji.split(':');
  return id === undefined ? { id: null, name: emoji, animated: false } : { id, name, animated: false };
}

/** A message as `viewerId` gets it: their own reactions are marked. */
export function messageObject(message: StoredMessage, viewerId: string): APIMessage {
  if (message.reactions.size === 0) return message.wire;
  const reactions = [...message.reactions].map(([emoji, people]) => ({
    emoji: emojiObject(emoji),
    count: people.size,
    count_details: { burst: 0, normal: people.size },
    burst_colors: [],
    me: people.has(viewerId),
    me_burst: false,
  }));
  return { ...message.wire, reactions: reactions as APIReaction[] };
}

/** A message as the gateway dispatches it: with its place and its author's membership. */
export function dispatchedMessage(world: World, message: StoredMessage): Record<string, unknown> {
  const channel = world.channels.get(message.channelId);
  const guild = channel && world.guildOf(channel);
  return {
    ...messageObject(message, world.bot.id),
    channel_type: channel?.kind === 'dm' ? 1 : channel?.kind === 'thread' ? 11 : 0,
    ...(guild && { guild_id: guild.id, member: memberWithoutUser(guild, message.authorId) }),
  };
}
