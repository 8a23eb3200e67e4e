import { type Channel, type Interaction, PermissionFlagsBits, type PermissionsBitField } from 'discord.js';
import type { GuildSettings } from '../store/guild-settings.ts';
import type { Scope } from '../store/scope.ts';
import type { Asker } from '../studio/studio.ts';
import type { Place } from './permissions.ts';

/** Who acts, as Discord tells it with an interaction or a reaction. */
export interface Actor {
  readonly memberId: string;
  readonly guildId: string | null;
  readonly channelId: string;
  readonly channel: Channel | null;
  /** In this channel; undefined in direct messages. */
  readonly permissions: Readonly<PermissionsBitField> | undefined;
  readonly roles: readonly string[];
}

export function scopeOf({ guildId, memberId }: Pick<Actor, 'guildId' | 'memberId'>): Scope {
  return guildId === null ? { kind: 'direct', memberId } : { kind: 'guild', guildId };
}

export function actorOf(interaction: Interaction): Actor {
  const { user, guildId, channelId, channel, member, memberPermissions } = interaction;
  const roles = member === null ? [] : Array.isArray(member.roles) ? member.roles : [...member.roles.cache.keys()];
  return {
    memberId: user.id,
    guildId,
    // Components and commands always have one; what hasn't is none of ours.
    channelId: channelId ?? '',
    channel,
    permissions: memberPermissions ?? undefined,
    roles,
  };
}

export function askerOf(actor: Actor, settings: GuildSettings): Asker {
  return {
    memberId: actor.memberId,
    scope: scopeOf(actor),
    channelId: actor.channelId,
    isModerator: isModerator(actor, settings),
    isAgeGated: isAgeGated(actor.channel),
  };
}

export function placeOf(channel: Channel | null, guildId: string | null): Place {
  return { isThread: channel?.isThread() ?? false, isDirect: guildId === null };
}

/** In direct messages everybody is their own moderator. */
function isModerator({ guildId, permissions, roles }: Actor, { moderatorRoles = [] }: GuildSettings): boolean {
  if (guildId === null) return true;
  const manages = permissions?.any([PermissionFlagsBits.ManageGuild, PermissionFlagsBits.ManageMessages]) ?? false;
  return manages || roles.some((role) => moderatorRoles.includes(role));
}

/** Threads are as age-gated as the channel that they are in. */
export function isAgeGated(channel: Channel | null): boolean {
  const gated = channel?.isThread() ? channel.parent : channel;
  return gated !== null && gated !== undefined && 'nsfw' in gated && gated.nsfw === true;
}
