import { type APIRole, ChannelType, OverwriteType, type RoleFlags, type Snowflake } from 'discord.js';
import type { Channel, Guild, Role } from '../state/places.ts';
import type { World } from '../state/world.ts';
import { memberObject, userObject } from './people.ts';

/** Threads fold away after a day without messages, in minutes. */
const AUTO_ARCHIVE_MINUTES = 1440;

/** A channel as REST and the gateway send it. */
export function channelObject(world: World, channel: Channel): Record<string, unknown> {
  const shared = { id: channel.id, last_message_id: lastMessageId(world, channel.id) };
  if (channel.kind === 'dm') {
    return {
      ...shared,
      type: ChannelType.DM,
      flags: 0,
      recipients: [userObject(world.person(channel.recipientId ?? ''))],
    };
  }
  const inGuild = { ...shared, guild_id: channel.guildId, name: channel.name, rate_limit_per_user: 0, flags: 0 };
  if (channel.kind === 'thread') {
    return {
      ...inGuild,
      type: ChannelType.PublicThread,
      parent_id: channel.parentId,
      owner_id: world.bot.id,
      message_count: 0,
      member_count: 1,
      total_message_sent: 0,
      thread_metadata: {
        archived: false,
        auto_archive_duration: AUTO_ARCHIVE_MINUTES,
        archive_timestamp: new Date(world.clock.now()).toISOString(),
        locked: false,
      },
      member: {
        id: channel.id,
        user_id: world.bot.id,
        join_timestamp: new Date(world.clock.now()).toISOString(),
        flags: 0,
      },
    };
  }
  return {
    ...inGuild,
    type: ChannelType.GuildText,
    position: channel.position,
    topic: channel.topic || null,
    nsfw: channel.ageGated,
    parent_id: null,
    permission_overwrites: [...channel.overwrites.values()].map(({ id, of, allow, deny }) => ({
      id,
      type: of === 'role' ? OverwriteType.Role : OverwriteType.Member,
      allow: String(allow),
      deny: String(deny),
    })),
  };
}

export function roleObject(role: Role): APIRole {
  return {
    id: role.id,
    name: role.name,
    permissions: String(role.permissions),
    position: role.position,
    color: role.colour,
    colors: { primary_color: role.colour, secondary_color: null, tertiary_color: null },
    hoist: false,
    managed: false,
    mentionable: false,
    flags: 0 as RoleFlags,
  };
}

/** A guild as GUILD_CREATE and GET /guilds/:id send it. */
export function guildObject(world: World, guild: Guild): Record<string, unknown> {
  const channels = [...world.channels.values()].filter(({ guildId }) => guildId === guild.id);
  return {
    id: guild.id,
    name: guild.name,
    icon: null,
    splash: null,
    banner: null,
    description: null,
    owner_id: guild.ownerId,
    preferred_locale: guild.locale,
    premium_tier: guild.premiumTier,
    roles: [...guild.roles.values()].map(roleObject),
    channels: channels.filter(({ kind }) => kind === 'text').map((channel) => channelObject(world, channel)),
    threads: channels.filter(({ kind }) => kind === 'thread').map((channel) => channelObject(world, channel)),
    members: [memberObject(world, guild, world.bot.id)],
    member_count: guild.members.size,
    joined_at: guild.members.get(world.bot.id)?.joinedAt,
    large: false,
    unavailable: false,
    emojis: [],
    stickers: [],
    presences: [],
    voice_states: [],
    stage_instances: [],
    guild_scheduled_events: [],
    soundboard_sounds: [],
    features: [],
    afk_channel_id: null,
    afk_timeout: 300,
    default_message_notifications: 1,
    explicit_content_filter: 0,
    mfa_level: 0,
    nsfw_level: 0,
    premium_progress_bar_enabled: false,
    rules_channel_id: null,
    safety_alerts_channel_id: null,
    system_channel_flags: 0,
    system_channel_id: null,
    verification_level: 0,
    vanity_url_code: null,
  };
}

function lastMessageId(world: World, channelId: string): Snowflake | null {
  let last: string | null = null;
  for (const message of world.messages.values())
    if (message.channelId === channelId && !message.onlyFor) last = message.id;
  return last;
}
