import { type APIMessage, InteractionContextType, InteractionType } from 'discord.js';
import type { Interaction, InteractionKind } from '../state/interactions.ts';
import { uploadLimit } from '../state/places.ts';
import type { World } from '../state/world.ts';
import { messageObject } from '../wire/messages.ts';
import { interactionMember, userObject } from '../wire/people.ts';
import { channelObject } from '../wire/places.ts';

const TYPES: Readonly<Record<InteractionKind, InteractionType>> = {
  command: InteractionType.ApplicationCommand,
  component: InteractionType.MessageComponent,
  modal: InteractionType.ModalSubmit,
  autocomplete: InteractionType.ApplicationCommandAutocomplete,
};

/** INTERACTION_CREATE's data. */
export function interactionPayload(world: World, interaction: Interaction, data: unknown): Record<string, unknown> {
  const { id, token, kind, userId, channelId, source } = interaction;
  const channel = world.channel(channelId);
  const guild = world.guildOf(channel);
  const person = world.person(userId);
  const message: APIMessage | undefined = source && messageObject(source, world.bot.id);
  return {
    id,
    application_id: world.bot.id,
    type: TYPES[kind],
    data,
    token,
    version: 1,
    channel_id: channelId,
    channel: { ...channelObject(world, channel), permissions: String(world.permissions(userId, channel)) },
    locale: person.locale,
    app_permissions: String(world.permissions(world.bot.id, channel)),
    entitlements: [],
    attachment_size_limit: uploadLimit(guild),
    ...(message && { message }),
    ...(guild
      ? {
          guild_id: guild.id,
          guild: { id: guild.id, locale: guild.locale, features: [] },
          guild_locale: guild.locale,
          member: interactionMember(world, guild, userId, channel),
          authorizing_integration_owners: { 0: guild.id },
          context: InteractionContextType.Guild,
        }
      : {
          user: userObject(person),
          authorizing_integration_owners: { 0: '0' },
          context: InteractionContextType.BotDM,
        }),
  };
}
