import { randomBytes } from 'node:crypto';
import type { APIApplicationCommandOptionChoice, APIModalInteractionResponseCallbackData } from 'discord.js';
import { refuse } from '../discord-error.ts';
import type { StoredMessage } from './messages.ts';
import type { World } from './world.ts';

/** https://docs.discord.com/developers/interactions/receiving-and-responding */
export const FIRST_ANSWER_MS = 3_000;
export const TOKEN_LIFE_MS = 15 * 60_000;

export type InteractionKind = 'command' | 'component' | 'autocomplete' | 'modal';

/** What the bot did first. */
export type Answer =
  | { readonly kind: 'message' | 'thinking' | 'update'; readonly message: StoredMessage }
  | { readonly kind: 'acknowledged' }
  | { readonly kind: 'choices'; readonly choices: readonly APIApplicationCommandOptionChoice[] }
  | { readonly kind: 'modal'; readonly modal: APIModalInteractionResponseCallbackData };

export interface Interaction {
  readonly id: string;
  readonly token: string;
  readonly kind: InteractionKind;
  readonly userId: string;
  readonly channelId: string;
  readonly createdAt: number;
  /** How the person would call it: `/story list`, or a custom id. */
  readonly label: string;
  /** The message that the pressed component is on. */
  readonly source?: StoredMessage;
  /** Of autocomplete: the type of the option that is typed. */
  readonly choiceType?: number;
  answer?: Answer;
  /** The message that `@original` means. */
  original?: StoredMessage;
  /** Told that the application did not respond. */
  failed: boolean;
  expired: boolean;
}

export type NewInteraction = Pick<Interaction, 'kind' | 'userId' | 'channelId' | 'label' | 'source' | 'choiceType'>;

export function createInteraction(world: World, wanted: NewInteraction): Interaction {
  const interaction: Interaction = {
    ...wanted,
    id: world.ids.next(),
    token: randomBytes(24).toString('base64url'),
    createdAt: world.clock.now(),
    failed: false,
    expired: false,
  };
  world.interactions.set(interaction.id, interaction);
  world.clock.after(FIRST_ANSWER_MS, () => {
    if (interaction.answer) return;
    interaction.failed = true;
    world.events.send({ type: 'interactionChanged', interaction });
  });
  world.clock.after(TOKEN_LIFE_MS, () => {
    interaction.expired = true;
  });
  return interaction;
}

/** @throws DiscordError 10062 for a wrong or late answer, 40060 for a second one. */
export function answerable(world: World, id: string, token: string): Interaction {
  const interaction = world.interactions.get(id);
  if (!interaction || interaction.token !== token) throw refuse('unknownInteraction');
  if (interaction.answer) throw refuse('alreadyAcknowledged');
  if (interaction.failed || interaction.expired) throw refuse('unknownInteraction');
  return interaction;
}
