import {
  type APIApplicationCommandOptionChoice,
  type APIModalInteractionResponseCallbackData,
  InteractionType,
  MessageFlags,
  InteractionResponseType as ResponseType,
} from 'discord.js';
import { refuse } from '../../discord-error.ts';
import { type Answer, answerable, type Interaction, type InteractionKind } from '../../state/interactions.ts';
import { editMessage } from '../../state/messages.ts';
import type { World } from '../../state/world.ts';
import { checkChoices } from '../../validation/choices.ts';
import { checkForm } from '../../validation/field.ts';
import { checkModal } from '../../validation/modal.ts';
import { messageObject } from '../../wire/messages.ts';
import { done, ok, type RestCall } from '../call.ts';
import { composeMessage } from '../compose-message.ts';
import { postInteractionMessage } from '../interaction-message.ts';
import type { Router } from '../router.ts';

/** Which answers each kind of interaction takes. */
const ANSWERS: Readonly<Record<InteractionKind, readonly ResponseType[]>> = {
  command: [ResponseType.ChannelMessageWithSource, ResponseType.DeferredChannelMessageWithSource, ResponseType.Modal],
  component: [
    ResponseType.ChannelMessageWithSource,
    ResponseType.DeferredChannelMessageWithSource,
    ResponseType.DeferredMessageUpdate,
    ResponseType.UpdateMessage,
    ResponseType.Modal,
  ],
  modal: [
    ResponseType.ChannelMessageWithSource,
    ResponseType.DeferredChannelMessageWithSource,
    ResponseType.DeferredMessageUpdate,
    ResponseType.UpdateMessage,
  ],
  autocomplete: [ResponseType.ApplicationCommandAutocompleteResult],
};
const INTERACTION_TYPES: Readonly<Record<InteractionKind, InteractionType>> = {
  command: InteractionType.ApplicationCommand,
  component: InteractionType.MessageComponent,
  modal: InteractionType.ModalSubmit,
  autocomplete: InteractionType.ApplicationCommandAutocomplete,
};

interface CallbackBody {
  readonly type: ResponseType;
  readonly data?: Record<string, unknown>;
}

export function addInteractionRoutes(router: Router, world: World): void {
  router.addOpen('POST', '/interactions/:interaction/:token/callback', (call) => {
    const interaction = answerable(world, call.params.interaction ?? '', call.params.token ?? '');
    const body = call.body as CallbackBody;
    checkForm(body, (form) => {
      form.at('type').oneOf(ANSWERS[interaction.kind], { required: true });
    });
    interaction.answer = firstAnswer(world, interaction, body, call);
    const { answer } = interaction;
    if (answer.kind === 'modal') world.events.send({ type: 'modalShown', interaction, modal: answer.modal });
    world.events.send({ type: 'interactionChanged', interaction });
    return call.query.get('with_response') === 'true' ? ok(callbackResponse(world, interaction, body.type)) : done;
  });
}

function firstAnswer(
  world: World,
  interaction: Interaction,
  { type, data = {} }: CallbackBody,
  call: RestCall,
): Answer {
  const { source } = interaction;
  const channel = world.channel(interaction.channelId);
  const request = { json: data, files: call.files };
  switch (type) {
    case ResponseType.ChannelMessageWithSource: {
      const content = composeMessage(world, request, { channel, extraFlags: MessageFlags.Ephemeral });
      interaction.original = postInteractionMessage(world, interaction, content);
      return { kind: 'message', message: interaction.original };
    }
    case ResponseType.DeferredChannelMessageWithSource: {
      const flags = (Number(data.flags ?? 0) & MessageFlags.Ephemeral) | MessageFlags.Loading;
      interaction.original = postInteractionMessage(world, interaction, { content: '', flags: flags as MessageFlags });
      return { kind: 'thinking', message: interaction.original };
    }
    case ResponseType.DeferredMessageUpdate:
      if (!source) throw refuse('unknownMessage');
      interaction.original = source;
      return { kind: 'acknowledged' };
    case ResponseType.UpdateMessage:
      if (!source || (!source.onlyFor && !world.messages.has(source.id))) throw refuse('unknownMessage');
      editMessage(world, source, composeMessage(world, request, { channel, before: source }));
      interaction.original = source;
      return { kind: 'update', message: source };
    case ResponseType.ApplicationCommandAutocompleteResult: {
      checkForm({ data }, (form) => checkChoices(form.at('data').at('choices'), interaction.choiceType));
      return { kind: 'choices', choices: (data.choices ?? []) as APIApplicationCommandOptionChoice[] };
    }
    default:
      checkForm({ data }, (form) => checkModal(form.at('data')));
      return { kind: 'modal', modal: data as unknown as APIModalInteractionResponseCallbackData };
  }
}

/** https://docs.discord.com/developers/interactions/receiving-and-responding#interaction-callback */
function callbackResponse(
  world: World,
  { id, kind, original }: Interaction,
  type: ResponseType,
): Record<string, unknown> {
  const about = original && {
    response_message_id: original.id,
    response_message_loading: type === ResponseType.DeferredChannelMessageWithSource,
    response_message_ephemeral: original.onlyFor !== undefined,
  };
  const withMessage =
    type === ResponseType.ChannelMessageWithSource ||
    type === ResponseType.UpdateMessage ||
    type === ResponseType.DeferredChannelMessageWithSource;
  return {
    interaction: { id, type: INTERACTION_TYPES[kind], ...about },
    resource: { type, ...(original && withMessage && { message: messageObject(original, world.bot.id) }) },
  };
}
