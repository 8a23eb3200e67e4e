import type { APIModalInteractionResponseCallbackData } from 'discord.js';
import { UserError } from '../../errors/user-error.ts';
import type { Answer, Interaction } from '../state/interactions.ts';
import { isThinking } from '../state/messages.ts';
import type { World } from '../state/world.ts';
import { SeenMessage } from './seen-message.ts';
import { type UntilOptions, until } from './until.ts';

/** What came of a command, a press, a choice or a modal. */
export class Reply {
  readonly interaction: Interaction;
  readonly #world: World;

  constructor(world: World, interaction: Interaction) {
    this.#world = world;
    this.interaction = interaction;
  }

  /** How the bot answered first: with a message, "thinking…", an update of the message, a modal, or silently. */
  get kind(): Answer['kind'] {
    return this.#answer.kind;
  }

  /** The message that the bot answered with or updated. */
  get message(): SeenMessage {
    const { original } = this.interaction;
    if (!original) throw mismatch('a message', this.kind);
    return new SeenMessage(original);
  }

  get modal(): APIModalInteractionResponseCallbackData {
    if (this.#answer.kind !== 'modal') throw mismatch('a modal', this.kind);
    return this.#answer.modal;
  }

  /** The message once the bot has stopped thinking. */
  async settled(options?: UntilOptions): Promise<SeenMessage> {
    const { message } = this;
    const what = `the end of thinking about ${this.interaction.label}`;
    await until(this.#world, () => !isThinking(message.stored), { what, ...options });
    return message;
  }

  /** Messages that the bot sent after its first answer, oldest first. */
  get followups(): SeenMessage[] {
    const { id, original } = this.interaction;
    return [...this.#world.messages.values()]
      .filter((message) => message.interactionId === id && message !== original)
      .map((message) => new SeenMessage(message));
  }

  get #answer(): Answer {
    if (!this.interaction.answer) throw mismatch('an answer', 'none');
    return this.interaction.answer;
  }
}

function mismatch(expected: string, got: string): UserError {
  return new UserError('other-answer', { expected, got, todo: 'Look at reply.kind first' });
}
