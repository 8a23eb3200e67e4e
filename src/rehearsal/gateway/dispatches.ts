import { GatewayIntentBits } from 'discord.js';
import type { RoomEvent } from '../state/events.ts';
import type { StoredMessage } from '../state/messages.ts';
import type { World } from '../state/world.ts';
import { dispatchedMessage, emojiObject } from '../wire/messages.ts';
import { memberObject } from '../wire/people.ts';
import { channelObject, guildObject } from '../wire/places.ts';

export interface Dispatch {
  readonly name: string;
  readonly data: Record<string, unknown>;
  readonly guildId?: string;
  /** The intent that a client must have declared to get it; none: everybody gets it. */
  readonly intent?: GatewayIntentBits;
}

/** What the bot hears of an event in the room, if anything. */
export function dispatchFor(world: World, event: RoomEvent): Dispatch | undefined {
  switch (event.type) {
    case 'guildAdded':
    case 'guildChanged': {
      const name = event.type === 'guildAdded' ? 'GUILD_CREATE' : 'GUILD_UPDATE';
      const { id } = event.guild;
      return { name, data: guildObject(world, event.guild), guildId: id, intent: GatewayIntentBits.Guilds };
    }
    case 'channelAdded':
    case 'channelChanged':
    case 'channelRemoved': {
      const { channel } = event;
      const verb = { channelAdded: 'CREATE', channelChanged: 'UPDATE', channelRemoved: 'DELETE' }[event.type];
      const name = `${channel.kind === 'thread' ? 'THREAD' : 'CHANNEL'}_${verb}`;
      if (channel.kind === 'dm') return { name, data: channelObject(world, channel) };
      return {
        name,
        data: channelObject(world, channel),
        ...inGuild(channel.guildId),
        intent: GatewayIntentBits.Guilds,
      };
    }
    case 'messagePosted':
    case 'messageEdited': {
      if (event.message.onlyFor) return undefined;
      const name = event.type === 'messagePosted' ? 'MESSAGE_CREATE' : 'MESSAGE_UPDATE';
      return messageDispatch(world, event.message, name, dispatchedMessage(world, event.message));
    }
    case 'messageRemoved':
      if (event.message.onlyFor) return undefined;
      return messageDispatch(world, event.message, 'MESSAGE_DELETE', { id: event.message.id });
    case 'reactionAdded':
    case 'reactionRemoved': {
      const name = event.type === 'reactionAdded' ? 'MESSAGE_REACTION_ADD' : 'MESSAGE_REACTION_REMOVE';
      return reactionDispatch(world, event.message, name, event.emoji, event.userId);
    }
    case 'reactionsCleared':
      return event.emoji === undefined
        ? reactionDispatch(world, event.message, 'MESSAGE_REACTION_REMOVE_ALL')
        : reactionDispatch(world, event.message, 'MESSAGE_REACTION_REMOVE_EMOJI', event.emoji);
    default:
      return undefined;
  }
}

function inGuild(guildId: string | undefined): { guildId?: string } {
  return guildId === undefined ? {} : { guildId };
}

function messageDispatch(world: World, message: StoredMessage, name: string, data: Record<string, unknown>): Dispatch {
  const guildId = world.channels.get(message.channelId)?.guildId;
  const intent = guildId === undefined ? GatewayIntentBits.DirectMessages : GatewayIntentBits.GuildMessages;
  const place = { channel_id: message.channelId, ...(guildId !== undefined && { guild_id: guildId }) };
  return { name, data: { ...data, ...place }, ...inGuild(guildId), intent };
}

function reactionDispatch(
  world: World,
  message: StoredMessage,
  name: string,
  emoji?: string,
  userId?: string,
): Dispatch {
  const channel = world.channels.get(message.channelId);
  const guild = channel && world.guildOf(channel);
  const intent = guild ? GatewayIntentBits.GuildMessageReactions : GatewayIntentBits.DirectMessageReactions;
  const data = {
    channel_id: message.channelId,
    message_id: message.id,
    ...(guild && { guild_id: guild.id }),
    ...(emoji !== undefined && { emoji: emojiObject(emoji) }),
    ...(userId !== undefined && { user_id: userId, burst: false, type: 0 }),
    ...(userId !== undefined && name === 'MESSAGE_REACTION_ADD' && { message_author_id: message.authorId }),
    ...(guild &&
      userId !== undefined &&
      name === 'MESSAGE_REACTION_ADD' && { member: memberObject(world, guild, userId) }),
  };
  return { name, data, ...inGuild(guild?.id), intent };
}
