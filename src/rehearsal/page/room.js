import { byId } from './dom.js';
import { openModal } from './modal-dialog.js';
import { Kind } from './types.js';

/** @import { Command, Component, Message, OptionValue } from './types.js' */
/** @import { Choice } from './select-menu.js' */
/** @import { Connection } from './connection.js' */
/** @import { Store } from './store.js' */

/** How long the word of a failed press stays under its message. */
const FAILURE_MS = 8_000;

/** What the parts of the page can do together. */
export class Room {
  /** @type {Command[]} */
  commands = [];
  wingOpen = false;
  troubleOpen = false;
  /** Set by the composer. @type {(call: string, values?: Record<string, OptionValue>) => void} */
  begin = () => undefined;
  /** Presses that wait for the bot: message id to custom id. @type {Map<string, Set<string>>} */
  #pending = new Map();
  /** @type {Map<string, string>} */
  #failures = new Map();

  /** @param {Store} store @param {Connection} connection */
  constructor(store, connection) {
    this.store = store;
    this.connection = connection;
    store.on(['commands'], () => void this.#readCommands());
  }

  /** @param {string} act @param {object} [details] */
  ask(act, details = {}) {
    return this.connection.ask(act, details);
  }

  /** Asks as the person that is played, in the channel that is shown. @param {string} act @param {object} [details] */
  act(act, details = {}) {
    return this.ask(act, { as: this.store.me, channel: this.store.channelId, ...details });
  }

  /** Names for mentions. */
  get names() {
    return {
      person: (/** @type {string} */ id) => this.store.personById(id)?.name,
      channel: (/** @type {string} */ id) => this.store.channels.find((channel) => channel.id === id)?.name,
    };
  }

  /**
   * Uses a component of a message and shows on it how that went.
   * @param {Message} message @param {string} customId @param {'click' | 'select'} act @param {object} details
   */
  async use(message, customId, act, details) {
    const { id } = message.wire;
    const pending = this.#pending.get(id) ?? new Set();
    this.#pending.set(id, pending.add(customId));
    this.#failures.delete(id);
    try {
      const told = await this.act(act, { message: id, ...details });
      if (told.kind === 'modal') openModal(this, told);
    } catch (error) {
      const { code, message: words } = /** @type {Error & { code?: string }} */ (error);
      this.#failures.set(id, code === 'no-answer' ? 'The bot did not answer in three seconds. Try again.' : words);
      setTimeout(() => {
        this.#failures.delete(id);
        this.store.tell('messages');
      }, FAILURE_MS);
    } finally {
      pending.delete(customId);
      this.store.tell('messages');
    }
  }

  /** @param {Message} message @param {string} emoji @param {boolean} on */
  async react(message, emoji, on) {
    try {
      await this.act('react', { message: message.wire.id, emoji, on });
    } catch (error) {
      this.#failures.set(message.wire.id, /** @type {Error} */ (error).message);
      this.store.tell('messages');
    }
  }

  /** @param {string} id @param {string} customId */
  isPending(id, customId) {
    return this.#pending.get(id)?.has(customId) ?? false;
  }

  /** @param {string} id */
  failureOf(id) {
    return this.#failures.get(id);
  }

  /** Changes when the message is to be drawn anew though it is the same. @param {string} id */
  stateOf(id) {
    return `${[...(this.#pending.get(id) ?? [])].join()} ${this.#failures.get(id) ?? ''}`;
  }

  /** What a select menu offers. @param {Component} component @returns {Choice[]} */
  choicesFor({ type, options = [] }) {
    const { store } = this;
    const people = store.people.map(({ id, name, part }) => ({ value: id, label: name, description: part }));
    const places = store.visibleChannels().filter(({ kind }) => kind !== 'dm');
    switch (type) {
      case Kind.userSelect:
      case Kind.mentionableSelect:
        return people;
      case Kind.channelSelect:
        return places.map(({ id, name }) => ({ value: id, label: `#${name}` }));
      case Kind.roleSelect:
        return ['Moderator', '@everyone'].map((name) => ({ value: name, label: name }));
      default:
        return options.map(({ value, label, description, emoji, default: chosen }) => ({
          value,
          label,
          ...(description && { description }),
          ...(emoji?.name && { mark: emoji.name }),
          ...(chosen && { chosen }),
        }));
    }
  }

  toggleWing() {
    this.wingOpen = !this.wingOpen;
    document.querySelector('.room')?.classList.toggle('with-wing', this.wingOpen);
    this.store.tell('wing');
    if (this.wingOpen) /** @type {HTMLElement | null} */ (byId('wing').querySelector('button'))?.focus();
  }

  /** Closes what lies over the stage on narrow screens. */
  close = () => {
    if (this.wingOpen) this.toggleWing();
  };

  toggleTrouble() {
    this.troubleOpen = !this.troubleOpen;
    byId('trouble').hidden = !this.troubleOpen;
    document.querySelector('.room')?.classList.toggle('with-trouble', this.troubleOpen);
    this.store.tell('panel');
    if (this.troubleOpen) byId('trouble').querySelector('button')?.focus();
    /** @type {HTMLElement | null} */ else document.querySelector('[aria-controls="trouble"]')?.focus();
  }

  async #readCommands() {
    if (!this.store.channelId || !this.store.lineOpen) return;
    this.commands = await this.act('commands');
    this.store.tell('messages', 'menu');
  }
}
