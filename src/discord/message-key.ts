import { channelMention, messageLink } from 'discord.js';
import type { Job } from '../store/job.ts';
import type { PostedMessage } from '../store/posted-messages.ts';

/** The purposes of messages. A story's message has the story's id as its subject, a casting's that of its job. */
export const STORY = 'story';
export const CASTING = 'casting';

const KEY_SEPARATOR = ' ';

/** Names a message by its purpose and subject. */
export function keyOf({ id, storyId }: Job): string {
  return storyId === null ? joinKey(CASTING, id) : joinKey(STORY, storyId);
}

export function joinKey(purpose: string, subject: string): string {
  return purpose + KEY_SEPARATOR + subject;
}

export function splitKey(key: string): [purpose: string, subject: string] {
  const at = key.indexOf(KEY_SEPARATOR);
  return [key.slice(0, at), key.slice(at + 1)];
}

/** A link or a channel; undefined for direct messages in which nothing is yet. */
export function whereabouts({ scope, channelId, messageId }: PostedMessage): string | undefined {
  const guildId = scope.kind === 'guild' ? scope.guildId : '@me';
  if (messageId !== null) return messageLink(channelId, messageId, guildId);
  return scope.kind === 'guild' ? channelMention(channelId) : undefined;
}
