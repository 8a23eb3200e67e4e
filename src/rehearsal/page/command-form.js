import { h, icon } from './dom.js';
import { optionField } from './fields.js';

/** @import { Command, Option, OptionValue } from './types.js' */
/** @import { Field } from './fields.js' */
/** @import { Room } from './room.js' */

/**
 * A command being filled in: needed options at once, the others on demand. Nothing typed is lost when it fails.
 */
export class CommandForm {
  /** @type {Field[]} */
  #fields = [];
  #room;
  #command;
  #done;
  #fieldList = h('div', { class: 'fields' });
  #more = h('div', { class: 'more', role: 'group', 'aria-label': 'More options' });
  #hint = h('p', { class: 'hint', role: 'status' });
  #send = h('button', { type: 'submit', class: 'press primary' }, 'Send');

  /**
   * @param {Room} room @param {Command} command
   * @param {{ ondone: () => void, values?: Record<string, OptionValue>, run: (values: Record<string, OptionValue>) => Promise<void> }} about
   */
  constructor(room, command, { ondone, values = {}, run }) {
    this.#room = room;
    this.#command = command;
    this.#done = ondone;
    const close = h(
      'button',
      { type: 'button', class: 'round', 'aria-label': `Put ${command.label} away`, onclick: ondone },
      icon('close'),
    );
    this.element = h(
      'form',
      { class: 'call', 'aria-label': command.label, noValidate: true },
      h('div', { class: 'call-head' }, h('strong', {}, command.label), h('span', {}, command.description), close),
      this.#fieldList,
      this.#more,
      h('div', { class: 'call-foot' }, this.#hint, this.#send),
    );
    for (const option of command.options)
      if (option.required || values[option.name] !== undefined) this.#add(option, values[option.name]);
    this.#offer();
    this.element.addEventListener('submit', (/** @type {Event} */ event) => {
      event.preventDefault();
      void this.#submit(run);
    });
    this.element.addEventListener('keydown', (/** @type {KeyboardEvent} */ event) => this.#key(event));
    this.element.addEventListener('focusin', (/** @type {FocusEvent} */ { target }) => {
      const field = this.#fields.find(({ input }) => input === target);
      if (field) this.#say(field.option.description);
    });
  }

  focus() {
    const empty = this.#fields.find(({ input }) => input.value === '');
    (empty?.input ?? (this.#fields.length > 0 ? this.#send : this.#send)).focus();
  }

  /** @param {Option} option @param {OptionValue} [value] */
  #add(option, value) {
    const suggest = () => {
      const values = Object.fromEntries(
        this.#fields.flatMap((field) => {
          const typed = field.option === option ? field.input.value : field.typed();
          return typed === undefined ? [] : [[field.option.name, typed]];
        }),
      );
      return this.#room.act('autocomplete', { call: this.#command.call, values, focused: option.name });
    };
    const onremove = () => {
      this.#fields = this.#fields.filter((candidate) => candidate !== field);
      field.element.remove();
      this.#offer();
      this.#say('');
      (this.#fields.at(-1)?.input ?? this.#send).focus();
    };
    const field = optionField(this.#room, option, { suggest, ...(!option.required && { onremove }) });
    if (value !== undefined) field.set(value);
    field.input.addEventListener('blur', () =>
      field.element.classList.toggle('wrong', field.input.value !== '' && field.problem() !== ''),
    );
    field.input.addEventListener('input', () => {
      const problem = field.input.value === '' ? '' : field.problem();
      field.element.classList.toggle('wrong', problem !== '');
      this.#say(problem || option.description, problem !== '');
    });
    this.#fields.push(field);
    this.#fieldList.append(field.element);
    return field;
  }

  #offer() {
    const unused = this.#command.options.filter((option) => !this.#fields.some((field) => field.option === option));
    this.#more.replaceChildren(
      ...unused.map((option) =>
        h(
          'button',
          {
            type: 'button',
            title: option.description,
            onclick: () => {
              const { input } = this.#add(option);
              this.#offer();
              input.focus();
            },
          },
          `+ ${option.label}`,
        ),
      ),
    );
    this.#more.hidden = unused.length === 0;
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.key === 'Escape') this.#done();
    else if (event.key === 'Enter' && event.target instanceof HTMLTextAreaElement && !event.isComposing)
      this.element.requestSubmit();
    else return;
    event.preventDefault();
  }

  /** @param {(values: Record<string, OptionValue>) => Promise<void>} run */
  async #submit(run) {
    const wrong = this.#fields.filter((field) => field.problem() !== '');
    for (const field of this.#fields) field.element.classList.toggle('wrong', wrong.includes(field));
    const [first] = wrong;
    if (first) {
      first.input.focus();
      this.#say(first.problem(), true);
      return;
    }
    this.#send.disabled = true;
    this.#send.classList.add('waiting');
    try {
      /** @type {Record<string, OptionValue>} */
      const values = {};
      for (const field of this.#fields) {
        const value = await field.read();
        if (value !== undefined) values[field.option.name] = value;
      }
      await run(values);
      this.#done();
    } catch (error) {
      const { code, message } = /** @type {Error & { code?: string }} */ (error);
      this.#say(
        code === 'no-answer'
          ? 'The bot did not answer in three seconds. What you typed is still here: try again.'
          : message,
        true,
      );
    } finally {
      this.#send.disabled = false;
      this.#send.classList.remove('waiting');
    }
  }

  /** @param {string} words @param {boolean} [wrong] */
  #say(words, wrong = false) {
    this.#hint.textContent = words;
    this.#hint.classList.toggle('wrong', wrong);
  }
}
