import type { PermissionsString } from 'discord.js';
import { bitsOf } from './permissions.ts';
import type { Channel, Guild, Person, Role } from './state/places.ts';
import type { World } from './state/world.ts';

const EVERYONE: readonly PermissionsString[] = [
  'ViewChannel',
  'SendMessages',
  'SendMessagesInThreads',
  'CreatePublicThreads',
  'EmbedLinks',
  'AttachFiles',
  'ReadMessageHistory',
  'AddReactions',
  'UseExternalEmojis',
  'UseApplicationCommands',
];
const MODERATOR: readonly PermissionsString[] = [
  'ManageGuild',
  'ManageMessages',
  'ManageThreads',
  'ManageChannels',
  'KickMembers',
];
/** What the bot's invite asks for beside what everyone has: it takes reactions away again as an answer. */
const BOT: readonly PermissionsString[] = ['ManageMessages'];
const A_YEAR_MS = 365 * 24 * 3600_000;

export interface NewGuild {
  readonly name: string;
  readonly channels?: readonly string[];
  readonly locale?: string;
}

/** A server with everyone's role, a moderator's and the bot's, and the bot in it. */
export function addGuild(world: World, { name, channels = ['stories'], locale = 'en-US' }: NewGuild): Guild {
  const id = world.ids.next();
  const role = (
    roleId: string,
    roleName: string,
    names: readonly PermissionsString[],
    position: number,
    colour = 0,
  ): Role => ({
    id: roleId,
    name: roleName,
    permissions: bitsOf(names),
    position,
    colour,
  });
  const roles = [
    role(id, '@everyone', EVERYONE, 0),
    role(world.ids.next(), 'Moderator', [...EVERYONE, ...MODERATOR], 2, 0xe0793f),
    role(world.ids.next(), world.bot.name, [...EVERYONE, ...BOT], 1),
  ];
  const roleMap = new Map(roles.map((entry) => [entry.id, entry]));
  const guild: Guild = { id, name, ownerId: '', locale, premiumTier: 0, roles: roleMap, members: new Map() };
  world.guilds.set(id, guild);
  joinGuild(world, guild, world.bot, [world.bot.name]);
  for (const channel of channels) addTextChannel(world, guild, channel);
  world.events.send({ type: 'guildAdded', guild });
  return guild;
}

/** @param newcomer joined this moment, not a year ago. */
export function joinGuild(
  world: World,
  guild: Guild,
  person: Person,
  roleNames: readonly string[] = [],
  newcomer = false,
): void {
  const roleIds = [...guild.roles.values()].filter(({ name }) => roleNames.includes(name)).map(({ id }) => id);
  const joinedAt = new Date(world.clock.now() - (newcomer ? 0 : A_YEAR_MS)).toISOString();
  guild.members.set(person.id, { userId: person.id, roleIds, joinedAt });
}

export function addTextChannel(
  world: World,
  guild: Guild,
  name: string,
  about: { topic?: string; ageGated?: boolean } = {},
): Channel {
  const { topic = '', ageGated = false } = about;
  return world.addChannel({ kind: 'text', name, topic, ageGated, position: world.channels.size, guildId: guild.id });
}

/** The room that a visitor finds: one server, four places, three people to be. */
export function seedWorld(world: World): Guild {
  const guild = addGuild(world, { name: 'The Rehearsal Room', channels: [] });
  const stories = addTextChannel(world, guild, 'stories', { topic: 'Draw stories here: type / to begin' });
  addTextChannel(world, guild, 'casting', { topic: 'Meet the characters' });
  addTextChannel(world, guild, 'late-night', { topic: 'Age-gated', ageGated: true });
  world.addChannel({
    kind: 'thread',
    name: 'Winter tale',
    topic: '',
    position: 0,
    ageGated: false,
    guildId: guild.id,
    parentId: stories.id,
  });
  const mira = world.addPerson('mira', 'Mira');
  const alex = world.addPerson('alex', 'Alex');
  const nova = world.addPerson('nova', 'Nova', { locale: 'de' });
  joinGuild(world, guild, mira, ['Moderator']);
  joinGuild(world, guild, alex);
  joinGuild(world, guild, nova, [], true);
  for (const person of [mira, alex, nova]) world.directMessages(person.id);
  return guild;
}
