import { byId, freshId, h } from './dom.js';
import { fuzzy } from './fuzzy.js';

/** @import { Command } from './types.js' */

/** The list of commands over the message box; the box keeps the focus and steers it. */
export class CommandMenu {
  /** @type {{ command: Command, at: number[] }[]} */
  #found = [];
  #active = 0;
  #input;
  #onchoose;

  /** @param {HTMLTextAreaElement} input @param {(command: Command) => void} onchoose */
  constructor(input, onchoose) {
    this.#input = input;
    this.#onchoose = onchoose;
    this.element = h('div', {
      class: 'commands',
      id: 'command-list',
      role: 'listbox',
      'aria-label': 'Commands',
      hidden: true,
    });
    // HTML lets a textarea be no combobox; what a text box may say of its list is said, the rest is announced.
    input.setAttribute('aria-controls', 'command-list');
    input.setAttribute('aria-autocomplete', 'list');
    input.setAttribute('aria-haspopup', 'listbox');
  }

  get open() {
    return !this.element.hidden;
  }

  /** @param {Command[]} commands @param {string} typed beginning with `/` */
  show(commands, typed) {
    const scored = commands.flatMap((command) => {
      const hit = fuzzy(typed.slice(1), command.label) ?? fuzzy(typed.slice(1), command.call);
      return hit ? [{ command, at: hit.at, score: hit.score }] : [];
    });
    this.#found = scored.sort((a, b) => b.score - a.score || a.command.label.localeCompare(b.command.label));
    this.#active = 0;
    this.element.hidden = false;
    byId('announcer').textContent = `${this.#found.length} commands. Arrow keys choose, Enter takes one.`;
    this.#draw();
  }

  hide() {
    this.element.hidden = true;
    this.#input.removeAttribute('aria-activedescendant');
  }

  /** @param {KeyboardEvent} event @returns {boolean} whether it was for the menu */
  key(event) {
    const last = this.#found.length - 1;
    if (event.key === 'ArrowDown') this.#active = this.#active >= last ? 0 : this.#active + 1;
    else if (event.key === 'ArrowUp') this.#active = this.#active <= 0 ? last : this.#active - 1;
    else if (event.key === 'Escape') this.hide();
    else if ((event.key === 'Enter' || event.key === 'Tab') && this.#found[this.#active]) this.#choose(this.#active);
    else return false;
    event.preventDefault();
    if (this.open) this.#draw();
    return true;
  }

  /** @param {number} index */
  #choose(index) {
    const found = this.#found[index];
    this.hide();
    if (found) this.#onchoose(found.command);
  }

  #draw() {
    if (this.#found.length === 0) {
      this.element.replaceChildren(h('div', { class: 'none' }, 'No command is called like that.'));
      return;
    }
    const options = this.#found.map(({ command, at }, index) => {
      const needed = command.options.filter(({ required }) => required).map(({ label }) => label);
      const more = command.options.length - needed.length;
      const takes = [needed.join(', '), more > 0 && (needed.length > 0 ? `+${more} more` : `${more} optional`)];
      return h(
        'div',
        {
          class: index === this.#active ? 'option active' : 'option',
          role: 'option',
          id: freshId('command'),
          'aria-selected': String(index === this.#active),
          onmousedown: (/** @type {MouseEvent} */ event) => event.preventDefault(),
          onclick: () => this.#choose(index),
        },
        h('span', {}, h('strong', {}, ...marked(command.label, at)), h('small', {}, command.description)),
        h('span', { class: 'takes' }, takes.filter(Boolean).join(' ')),
      );
    });
    this.element.replaceChildren(...options);
    const active = options[this.#active];
    if (active) this.#input.setAttribute('aria-activedescendant', active.id);
    active?.scrollIntoView({ block: 'nearest' });
  }
}

/** @param {string} text @param {number[]} at */
function marked(text, at) {
  return [...text].map((letter, index) => (at.includes(index) ? h('mark', {}, letter) : letter));
}
