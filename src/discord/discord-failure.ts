import { RESTJSONErrorCodes as Code, DiscordAPIError, HTTPError } from 'discord.js';

/** gone: what was addressed is no more. forbidden: the bot may not. passing: it may go well later. other: our mistake. */
export type Failure = 'message-gone' | 'channel-gone' | 'forbidden' | 'passing' | 'other';

const CHANNEL_GONE: readonly unknown[] = [Code.UnknownChannel, Code.UnknownGuild, Code.UnknownUser];
const FORBIDDEN: readonly unknown[] = [
  Code.MissingAccess,
  Code.MissingPermissions,
  Code.CannotSendMessagesToThisUser,
  Code.ThreadLocked,
];
const SERVER_ERROR = 500;

export function failureOf(error: unknown): Failure {
  if (error instanceof DiscordAPIError) {
    if (error.code === Code.UnknownMessage) return 'message-gone';
    if (CHANNEL_GONE.includes(error.code)) return 'channel-gone';
    if (FORBIDDEN.includes(error.code)) return 'forbidden';
    return error.status >= SERVER_ERROR ? 'passing' : 'other';
  }
  if (error instanceof HTTPError) return 'passing';
  // What fetch throws where the network is down or an answer takes too long.
  if (error instanceof TypeError && error.message === 'fetch failed') return 'passing';
  const { code, name } = error as { code?: unknown; name?: unknown };
  const isNetwork = typeof code === 'string' && /^(E[A-Z]+|UND_ERR_[A-Z_]+)$/.test(code);
  return isNetwork || name === 'AbortError' ? 'passing' : 'other';
}
