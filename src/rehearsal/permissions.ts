import { PermissionFlagsBits, type PermissionsString } from 'discord.js';
import type { Channel, Guild } from './state/places.ts';

const ALL = Object.values(PermissionFlagsBits).reduce((all, bit) => all | bit, 0n);
/** In direct messages there are no roles: both sides may do what a conversation needs. */
const DIRECT_MESSAGE_PERMISSIONS = bitsOf([
  'ViewChannel',
  'SendMessages',
  'EmbedLinks',
  'AttachFiles',
  'ReadMessageHistory',
  'AddReactions',
  'UseExternalEmojis',
  'UseApplicationCommands',
]);

export function bitsOf(names: readonly PermissionsString[]): bigint {
  return names.reduce((bits, name) => bits | PermissionFlagsBits[name], 0n);
}

/** https://docs.discord.com/developers/topics/permissions#permission-overwrites */
export function permissionsOf(userId: string, guild: Guild | undefined, channel?: Channel): bigint {
  if (!guild) return DIRECT_MESSAGE_PERMISSIONS;
  if (guild.ownerId === userId) return ALL;
  const member = guild.members.get(userId);
  if (!member) return 0n;
  const roleIds = [guild.id, ...member.roleIds];
  let bits = roleIds.reduce((all, id) => all | (guild.roles.get(id)?.permissions ?? 0n), 0n);
  if (bits & PermissionFlagsBits.Administrator) return ALL;
  const overwrites = channel?.overwrites;
  if (!overwrites) return bits;
  const apply = (ids: readonly string[]) => {
    const chosen = ids.flatMap((id) => overwrites.get(id) ?? []);
    bits &= ~chosen.reduce((deny, overwrite) => deny | overwrite.deny, 0n);
    bits |= chosen.reduce((allow, overwrite) => allow | overwrite.allow, 0n);
  };
  apply([guild.id]);
  apply(member.roleIds);
  apply([userId]);
  return bits;
}
