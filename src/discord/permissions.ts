import { PermissionFlagsBits, type PermissionsBitField } from 'discord.js';
import { UserError } from '../errors/user-error.ts';
import type { Messages } from '../i18n/messages.ts';

/** What the bot wants to have where it posts. */
export type BotPermission = keyof Messages['common']['permissions'];

/** Without these nothing can be posted. */
const NEEDED: readonly BotPermission[] = ['ViewChannel', 'SendMessages', 'AttachFiles'];
/** Without these it works too, less comfortably. */
const WANTED: readonly BotPermission[] = ['ReadMessageHistory', 'AddReactions', 'ManageMessages'];
/** What direct messages always allow, and what they never do. */
const NOT_IN_DIRECT_MESSAGES: readonly BotPermission[] = ['ManageMessages'];

export interface Place {
  readonly isThread: boolean;
  readonly isDirect: boolean;
}

/** What the bot lacks in a place; `has` doesn't matter in direct messages. */
export function missingPermissions(has: Readonly<PermissionsBitField> | undefined, place: Place): BotPermission[] {
  if (place.isDirect || !has) return [...NOT_IN_DIRECT_MESSAGES];
  return [...NEEDED, ...WANTED]
    .map((name) => (name === 'SendMessages' && place.isThread ? 'SendMessagesInThreads' : name))
    .filter((name) => !has.has(PermissionFlagsBits[name]));
}

/** Those of `missing` without which nothing can be posted. */
export function missingToPost(missing: readonly BotPermission[]): BotPermission[] {
  return missing.filter((name) => !WANTED.includes(name));
}

/** Before work starts whose result could not be posted. @throws UserError `permissions-missing` */
export function requirePosting(missing: readonly BotPermission[], t: Messages): void {
  const lacking = missingToPost(missing);
  if (lacking.length === 0) return;
  throw new UserError('permissions-missing', {
    expected: 'the permissions to post here',
    got: `none to ${lacking.join(', ')}`,
    todo: 'Give them to the bot in this channel, or ask somewhere else.',
    names: lacking.map((name) => t.common.permissions[name]),
  });
}
