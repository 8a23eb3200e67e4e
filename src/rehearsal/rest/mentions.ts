import type { APIMessage } from 'discord.js';
import type { Channel } from '../state/places.ts';
import type { World } from '../state/world.ts';
import { userObject } from '../wire/people.ts';

interface AllowedMentions {
  readonly parse?: readonly string[];
  readonly users?: readonly string[];
  readonly roles?: readonly string[];
}

/** Whom a text really pings, given `allowed_mentions`; without it everybody named is pinged. */
export function findMentions(
  world: World,
  channel: Channel,
  content: string,
  allowed: AllowedMentions = { parse: ['users', 'roles', 'everyone'] },
): Pick<APIMessage, 'mentions' | 'mention_roles' | 'mention_everyone'> {
  const may = (kind: 'users' | 'roles', id: string) =>
    (allowed.parse?.includes(kind) ?? false) || (allowed[kind]?.includes(id) ?? false);
  const ids = (pattern: RegExp) => new Set([...content.matchAll(pattern)].flatMap((match) => match[1] ?? []));
  const users = [...ids(/<@!?(\d+)>/g)].filter((id) => may('users', id));
  const roles = world.guildOf(channel)?.roles;
  return {
    mentions: users.flatMap((id) => {
      const person = world.people.get(id);
      return person ? [userObject(person)] : [];
    }),
    mention_roles: [...ids(/<@&(\d+)>/g)].filter((id) => roles?.has(id) && may('roles', id)),
    mention_everyone: /@(everyone|here)\b/.test(content) && (allowed.parse?.includes('everyone') ?? false),
  };
}
