import { setTimeout } from 'node:timers/promises';
import { UserError } from '../../src/errors/user-error.ts';
import type { Actor, Rehearsal, Reply, SeenMessage } from '../../src/rehearsal/index.ts';
import { isDone, menuOf } from '../support/story-messages.ts';

/** More messages with unfinished work would pile up what is left to draw in the end. */
const MOST_OPEN = 5;
/** With so many, people wait; at one in so many turns, one cancels. */
const IMPATIENT = 80;
/** Requests that are not answered yet. */
const MOST_ASKED = 6;
const LONGEST_PAUSE_MS = 150;
const PEOPLE = ['mira', 'alex'];
const PANELS = ['in the forest', 'in the snow', 'on the beach', 'at night', 'reading a book'];
/** A bot that was killed answers nobody; a button may go away while somebody presses it. */
const EXPECTED = ['no-answer', 'no-such-button', 'no-such-select', 'no-such-message', 'may-not-react', 'other-answer'];

/** What a bot that answers so has promised. */
export type Promised = 'story' | 'redraw' | 'panel' | 'casting';
const PROMISES: Readonly<Record<Promised, string>> = {
  story: 'Your story is ',
  redraw: ' is drawn anew with the same characters: ',
  panel: 'The new panel is ',
  casting: ' is being cast',
};

/** People who go on asking for things, whether a bot is there or not. */
export class Crowd {
  readonly #room: Rehearsal;
  readonly #random: (limit: number) => number;
  readonly #replies: Reply[] = [];
  readonly #asked = new Set<Promise<void>>();
  readonly #unexpected: unknown[] = [];
  #isLeaving = false;
  #turns = 0;
  #all: Promise<void>;

  constructor(room: Rehearsal, random: (limit: number) => number) {
    this.#room = room;
    this.#random = random;
    this.#all = this.#live();
  }

  /** Asks for nothing more. @throws what should not have happened to a person */
  async leave(): Promise<void> {
    this.#isLeaving = true;
    await this.#all;
    await Promise.all(this.#asked);
    if (this.#unexpected.length > 0) throw new AggregateError(this.#unexpected, String(this.#unexpected[0]));
  }

  /** How often people were told so. */
  told(promise: Promised): number {
    return this.#replies.filter(({ message }) => message.content.includes(PROMISES[promise])).length;
  }

  async #live(): Promise<void> {
    while (!this.#isLeaving) {
      const open = this.#room.messages().filter((message) => cancelOf(message) !== undefined);
      const isThere = this.#room.botConnected && this.#room.world.commands.size > 0;
      if (isThere && this.#asked.size < MOST_ASKED) {
        const asked: Promise<void> = this.#ask(open)
          .catch((error: unknown) => {
            if (!(error instanceof UserError && EXPECTED.includes(error.code))) this.#unexpected.push(error);
          })
          .finally(() => this.#asked.delete(asked));
        this.#asked.add(asked);
      }
      await setTimeout(this.#random(LONGEST_PAUSE_MS));
    }
  }

  async #ask(open: readonly SeenMessage[]): Promise<void> {
    const turn = this.#turns++;
    const actor = this.#room.as(this.#one(PEOPLE) ?? 'alex');
    const message = this.#one(this.#room.messages().filter(isDone));
    const sheet = this.#one(this.#room.messages().filter(isSheet));
    if (open.length >= MOST_OPEN) {
      const working = this.#one(open);
      if (working && this.#random(IMPATIENT) === 0)
        await this.#room.as('mira').click(working, cancelOf(working) as string);
      return;
    }
    switch (this.#random(message ? 11 : 5)) {
      case 0:
        if (sheet) await this.#room.as('mira').click(sheet, `Number ${1 + this.#random(4)}`);
        return;
      case 1:
        return this.#keep(actor.slash('/character create', { name: `Fox ${turn}`, looks: 'a fox wearing a scarf' }));
      case 2:
      case 3:
      case 4: {
        const who = this.#one(
          this.#room.messages().flatMap(({ text }) => text.match(/(?<=is )Fox \d+(?= from)/g) ?? []),
        );
        const panels = Array.from({ length: 1 + this.#random(3) }, () => `${who ?? 'a bear'} ${this.#one(PANELS)}`);
        return this.#keep(actor.slash('/story generate', { title: `Story ${turn}`, panels: panels.join(' | ') }));
      }
      case 5:
      case 6:
      case 7:
        if (message) actor.react(message, this.#one([...message.reactions.keys()]) ?? '1️⃣');
        return;
      case 8:
        if (message) await this.#keep(actor.select(message, menuOf(message, 'redraw'), '1'));
        return;
      case 9:
        if (message) await this.#keep(actor.click(message, 'Vary'));
        return;
      default:
        if (message) await this.#addPanel(actor, message);
    }
  }

  async #addPanel(actor: Actor, message: SeenMessage): Promise<void> {
    const form = await actor.click(message, 'Add panel');
    if (form.kind === 'modal') await this.#keep(actor.submitModal(form, { text: `a bear ${this.#one(PANELS)}` }));
  }

  async #keep(asked: Promise<Reply>): Promise<void> {
    const reply = await asked;
    if (reply.interaction.original) this.#replies.push(reply);
  }

  #one<T>(list: readonly T[]): T | undefined {
    return list[this.#random(Math.max(list.length, 1))];
  }
}

function cancelOf({ buttons }: SeenMessage): string | undefined {
  return buttons.find(({ custom_id, disabled }) => custom_id.includes('|cancel|') && !disabled)?.custom_id;
}

/** A casting sheet from which nobody has been picked yet. */
function isSheet({ buttons, text }: SeenMessage): boolean {
  return text.includes('## Who is ') && buttons.some(({ label }) => label === 'Number 1');
}
