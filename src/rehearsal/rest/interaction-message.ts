import { type APIMessage, InteractionType, MessageFlags, MessageType } from 'discord.js';
import type { Interaction } from '../state/interactions.ts';
import { postMessage, type StoredMessage } from '../state/messages.ts';
import type { World } from '../state/world.ts';
import { userObject } from '../wire/people.ts';

/** Posts what the bot says by an interaction's token: to all, or to the person alone. */
export function postInteractionMessage(
  world: World,
  interaction: Interaction,
  content: Partial<APIMessage>,
  followsUp = false,
): StoredMessage {
  const ephemeral = ((content.flags ?? 0) & MessageFlags.Ephemeral) !== 0;
  const type = followsUp ? MessageType.Reply : MessageType.ChatInputCommand;
  return postMessage(world, {
    channelId: interaction.channelId,
    authorId: world.bot.id,
    interactionId: interaction.id,
    ...(ephemeral && { onlyFor: interaction.userId }),
    content: {
      ...content,
      type: interaction.kind === 'command' || followsUp ? type : MessageType.Default,
      application_id: world.bot.id,
      webhook_id: world.bot.id,
      interaction_metadata: {
        id: interaction.id,
        type: interaction.kind === 'component' ? InteractionType.MessageComponent : InteractionType.ApplicationCommand,
        user: userObject(world.person(interaction.userId)),
        authorizing_integration_owners: {},
        ...(interaction.kind === 'command' && { name: interaction.label.replace('/', '') }),
      } as APIMessage['interaction_metadata'],
    } as Partial<APIMessage>,
  });
}
