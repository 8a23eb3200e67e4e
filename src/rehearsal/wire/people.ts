import type { APIGuildMember, APIInteractionGuildMember, APIUser, GuildMemberFlags } from 'discord.js';
import { permissionsOf } from '../permissions.ts';
import type { Channel, Guild, Person } from '../state/places.ts';
import type { World } from '../state/world.ts';

export function userObject(person: Person): APIUser {
  return {
    id: person.id,
    username: person.key,
    discriminator: '0',
    global_name: person.bot ? null : person.name,
    avatar: null,
    ...(person.bot && { username: person.name, bot: true }),
  };
}

/** A member without its user, as messages and reactions carry it. */
export function memberWithoutUser(guild: Guild, userId: string): Omit<APIGuildMember, 'user'> {
  const member = guild.members.get(userId);
  return {
    nick: null,
    avatar: null,
    banner: null,
    roles: [...(member?.roleIds ?? [])],
    joined_at: member?.joinedAt ?? '',
    premium_since: null,
    deaf: false,
    mute: false,
    flags: 0 as GuildMemberFlags,
    pending: false,
    communication_disabled_until: null,
  };
}

export function memberObject(world: World, guild: Guild, userId: string): APIGuildMember {
  return { user: userObject(world.person(userId)), ...memberWithoutUser(guild, userId) };
}

export function interactionMember(
  world: World,
  guild: Guild,
  userId: string,
  channel?: Channel,
): APIInteractionGuildMember {
  const permissions = channel ? world.permissions(userId, channel) : permissionsOf(userId, guild);
  return { ...memberObject(world, guild, userId), permissions: String(permissions) };
}
