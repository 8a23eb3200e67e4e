import { type APIMessage, MessageFlags, MessageType } from 'discord.js';
import { userObject } from '../wire/people.ts';
import type { World } from './world.ts';

/** Discord shows at most this many different emoji under a message. */
export const MAX_REACTIONS = 20;

export interface StoredMessage {
  readonly id: string;
  readonly channelId: string;
  readonly authorId: string;
  /** The one person who sees it, if ephemeral. */
  readonly onlyFor?: string;
  /** The interaction whose token may edit it. */
  readonly interactionId?: string;
  readonly nonce?: string;
  /** As Discord would send it, without reactions, which depend on who looks. */
  wire: APIMessage;
  /** Emoji (`name` or `name:id`) to the people who chose it, in order. */
  readonly reactions: Map<string, Set<string>>;
}

export interface NewMessage {
  readonly channelId: string;
  readonly authorId: string;
  readonly onlyFor?: string;
  readonly interactionId?: string;
  readonly nonce?: string;
  readonly content: Partial<APIMessage>;
}

export function postMessage(world: World, { content, ...about }: NewMessage): StoredMessage {
  const id = world.ids.next();
  const wire: APIMessage = {
    id,
    channel_id: about.channelId,
    author: userObject(world.person(about.authorId)),
    content: '',
    timestamp: isoTime(world),
    edited_timestamp: null,
    tts: false,
    mention_everyone: false,
    mentions: [],
    mention_roles: [],
    attachments: [],
    embeds: [],
    components: [],
    pinned: false,
    type: MessageType.Default,
    flags: 0 as MessageFlags,
    ...(about.nonce !== undefined && { nonce: about.nonce }),
    ...content,
  };
  const message: StoredMessage = { ...about, id, wire, reactions: new Map() };
  world.messages.set(id, message);
  world.events.send({ type: 'messagePosted', message });
  return message;
}

/** @param quiet the first answer after "thinking…" is not marked as an edit. */
export function editMessage(world: World, message: StoredMessage, changes: Partial<APIMessage>, quiet = false): void {
  const edited = quiet ? message.wire.edited_timestamp : isoTime(world);
  message.wire = { ...message.wire, ...changes, edited_timestamp: edited };
  world.events.send({ type: 'messageEdited', message });
}

export function removeMessage(world: World, message: StoredMessage): void {
  world.messages.delete(message.id);
  for (const { id } of message.wire.attachments) world.attachments.remove(id);
  world.events.send({ type: 'messageRemoved', message });
}

/** Returns whether it was new. */
export function addReaction(world: World, message: StoredMessage, emoji: string, userId: string): boolean {
  const people = message.reactions.get(emoji) ?? new Set();
  if (people.has(userId)) return false;
  message.reactions.set(emoji, people.add(userId));
  world.events.send({ type: 'reactionAdded', message, emoji, userId });
  return true;
}

export function removeReaction(world: World, message: StoredMessage, emoji: string, userId: string): boolean {
  const people = message.reactions.get(emoji);
  if (!people?.delete(userId)) return false;
  if (people.size === 0) message.reactions.delete(emoji);
  world.events.send({ type: 'reactionRemoved', message, emoji, userId });
  return true;
}

export function clearReactions(world: World, message: StoredMessage, emoji?: string): void {
  if (emoji === undefined) message.reactions.clear();
  else message.reactions.delete(emoji);
  world.events.send({ type: 'reactionsCleared', message, ...(emoji !== undefined && { emoji }) });
}

export function isThinking(message: StoredMessage): boolean {
  return ((message.wire.flags ?? 0) & MessageFlags.Loading) !== 0;
}

/** Messages of a channel that everybody sees, oldest first. */
export function publicMessages(world: World, channelId: string): StoredMessage[] {
  return [...world.messages.values()].filter((message) => message.channelId === channelId && !message.onlyFor);
}

function isoTime(world: World): string {
  return new Date(world.clock.now()).toISOString().replace('Z', '000+00:00');
}
