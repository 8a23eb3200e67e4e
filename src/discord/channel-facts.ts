import type { Channel } from 'discord.js';
import type { Messages } from '../i18n/messages.ts';
import type { GuildSettings } from '../store/guild-settings.ts';
import type { PostedMessage } from '../store/posted-messages.ts';
import type { Store } from '../store/store.ts';
import { isAgeGated, placeOf } from './asker.ts';
import { type BotPermission, missingPermissions } from './permissions.ts';
import type { Poster } from './poster.ts';
import type { SpokenLanguages } from './speech.ts';
import { uploadLimit } from './upload-limit.ts';

/** What of a channel decides how a message looks in it. */
export interface ChannelFacts {
  readonly t: Messages;
  readonly missing: readonly BotPermission[];
  /** Bytes. */
  readonly uploadLimit: number;
  readonly settings: GuildSettings;
  readonly isAgeGated: boolean;
}

export async function channelFacts(
  { channelId, scope, memberId }: Pick<PostedMessage, 'channelId' | 'scope' | 'memberId'>,
  { poster, store, languages }: { readonly poster: Poster; readonly store: Store; readonly languages: SpokenLanguages },
): Promise<ChannelFacts> {
  const channel: Channel = await poster.channel(channelId);
  const settings = await store.settings.get(scope);
  return {
    t: languages.in(channel, settings, memberId),
    missing: missingIn(channel),
    uploadLimit: uploadLimit(channel),
    settings,
    isAgeGated: isAgeGated(channel),
  };
}

export function missingIn(channel: Channel): BotPermission[] {
  if (channel.isDMBased()) return missingPermissions(undefined, placeOf(channel, null));
  const has = channel.permissionsFor(channel.client.user);
  return has ? missingPermissions(has, placeOf(channel, channel.guildId)) : ['ViewChannel'];
}
