import { randomBytes } from 'node:crypto';
import {
  DiscordAPIError,
  type Interaction,
  MessageFlags,
  RESTJSONErrorCodes,
  type RepliableInteraction,
} from 'discord.js';
import { UserError } from '../errors/user-error.ts';
import type { Messages } from '../i18n/messages.ts';
import type { Log } from '../log.ts';
import { errorOffers } from './error-offers.ts';
import { errorText } from './error-text.ts';
import { giveBack, typedInput } from './typed-input.ts';

const INCIDENT_BYTES = 4;

/**
 * Answers whatever went wrong: what a person can mend in their language, everything else with the id under which the
 * log has it. Both give back what was typed, to that person alone. It never throws.
 */
export async function answerError(interaction: Interaction, error: unknown, t: Messages, log: Log): Promise<void> {
  try {
    if (isTooLate(error)) {
      log.warn('an interaction was answered too late', { interaction: interaction.id });
      return;
    }
    const text = error instanceof UserError ? errorText(error, t) : t.common.incident({ id: note(error, log) });
    const components = error instanceof UserError ? errorOffers(error, t) : [];
    if (interaction.isRepliable()) await reply(interaction, text, components, t);
  } catch (failure) {
    if (!isTooLate(failure)) log.error('an error could not be answered', failure);
  }
}

/** Logs what isn't a person's doing. @returns the id that the person is told */
export function note(error: unknown, log: Log): string {
  const incident = randomBytes(INCIDENT_BYTES).toString('hex');
  log.error('something went wrong', error, { incident });
  return incident;
}

async function reply(
  interaction: RepliableInteraction,
  text: string,
  components: ReturnType<typeof errorOffers>,
  t: Messages,
): Promise<void> {
  const answer = { ...giveBack(text, typedInput(interaction), t), components };
  // After a deferral of an update the message pressed on must stay as it is: the answer is one of its own.
  const updates = interaction.isMessageComponent() || interaction.isModalSubmit();
  if (!interaction.replied && !interaction.deferred) {
    await interaction.reply({ ...answer, flags: MessageFlags.Ephemeral });
  } else if (updates && interaction.ephemeral !== true) {
    await interaction.followUp({ ...answer, flags: MessageFlags.Ephemeral });
  } else await interaction.editReply(answer);
}

/** The token was not answered within three seconds, or is older than fifteen minutes: nobody can be told any more. */
function isTooLate(error: unknown): boolean {
  return (
    error instanceof DiscordAPIError &&
    (error.code === RESTJSONErrorCodes.UnknownInteraction || error.code === RESTJSONErrorCodes.InvalidWebhookToken)
  );
}
