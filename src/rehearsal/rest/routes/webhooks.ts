import { MessageFlags } from 'discord.js';
import { refuse } from '../../discord-error.ts';
import type { Interaction } from '../../state/interactions.ts';
import { editMessage, isThinking, removeMessage, type StoredMessage } from '../../state/messages.ts';
import type { World } from '../../state/world.ts';
import { messageObject } from '../../wire/messages.ts';
import { done, ok, type RestCall } from '../call.ts';
import { composeMessage } from '../compose-message.ts';
import { postInteractionMessage } from '../interaction-message.ts';
import type { Router } from '../router.ts';

/** Followups to an interaction, and its messages, by its token. */
export function addWebhookRoutes(router: Router, world: World): void {
  const base = '/webhooks/:application/:token';
  const show = (message: StoredMessage) => ok(messageObject(message, world.bot.id));

  router.addOpen('POST', base, (call) => {
    const interaction = byToken(world, call);
    const channel = world.channel(interaction.channelId);
    const content = composeMessage(world, filesAnd(call), { channel, extraFlags: MessageFlags.Ephemeral });
    const { original } = interaction;
    // The first followup takes the place of "thinking…", and its being ephemeral or not was settled then.
    if (original && isThinking(original)) {
      const { onlyFor } = original;
      const flags = ((content.flags ?? 0) & ~MessageFlags.Ephemeral) | (onlyFor ? MessageFlags.Ephemeral : 0);
      editMessage(world, original, { ...content, flags: flags as MessageFlags }, true);
      return show(original);
    }
    return show(postInteractionMessage(world, interaction, content, true));
  });

  router.addOpen('GET', `${base}/messages/:message`, (call) => show(ownMessage(world, byToken(world, call), call)));

  router.addOpen('PATCH', `${base}/messages/:message`, (call) => {
    const interaction = byToken(world, call);
    const message = ownMessage(world, interaction, call);
    const channel = world.channel(interaction.channelId);
    const content = composeMessage(world, filesAnd(call), { channel, before: message });
    editMessage(world, message, content, isThinking(message));
    return show(message);
  });

  router.addOpen('DELETE', `${base}/messages/:message`, (call) => {
    removeMessage(world, ownMessage(world, byToken(world, call), call));
    return done;
  });
}

function filesAnd({ body, files }: RestCall) {
  return { json: body, files };
}

/** @throws DiscordError 50027 for a dead token, 10015 for one unknown or not answered yet. */
function byToken(world: World, { params }: RestCall): Interaction {
  for (const interaction of world.interactions.values()) {
    if (interaction.token !== params.token) continue;
    if (interaction.expired) throw refuse('invalidWebhookToken');
    if (interaction.answer) return interaction;
  }
  throw refuse('unknownWebhook');
}

function ownMessage(world: World, interaction: Interaction, { params }: RestCall): StoredMessage {
  const { original } = interaction;
  const message = params.message === '@original' ? original : world.messages.get(params.message ?? '');
  const own = message === original || message?.interactionId === interaction.id;
  if (!message || !own || !world.messages.has(message.id)) throw refuse('unknownMessage');
  return message;
}
