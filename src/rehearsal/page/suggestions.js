import { freshId, h } from './dom.js';

/** A pause in typing before the bot is asked, in milliseconds. */
const PAUSE_MS = 150;

/**
 * Turns an input into a combobox whose list comes live from the bot.
 * @param {HTMLElement} holder @param {HTMLInputElement} input
 * @param {() => Promise<{ name: string, value: string | number }[]>} ask
 * @returns {{ valueOf: (text: string) => string | number | undefined }} the value behind a shown name
 */
export function attachSuggestions(holder, input, ask) {
  const id = freshId('suggestions');
  const list = h('div', { class: 'suggestions', role: 'listbox', id, 'aria-label': 'Suggestions', hidden: true });
  holder.append(list);
  for (const [name, value] of Object.entries({
    role: 'combobox',
    'aria-controls': id,
    'aria-autocomplete': 'list',
    'aria-expanded': 'false',
  })) {
    input.setAttribute(name, value);
  }
  /** @type {{ name: string, value: string | number }[]} */
  let choices = [];
  /** Everything offered so far: a name once chosen keeps its value. @type {Map<string, string | number>} */
  const known = new Map();
  let active = -1;
  let turn = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  const show = (/** @type {boolean} */ open) => {
    list.hidden = !open;
    input.setAttribute('aria-expanded', String(open));
    if (!open) input.removeAttribute('aria-activedescendant');
  };
  const choose = (/** @type {number} */ index) => {
    const choice = choices[index];
    if (!choice) return;
    input.value = choice.name;
    show(false);
    input.dispatchEvent(new Event('change', { bubbles: true }));
  };
  const draw = () => {
    const options = choices.map(({ name }, index) =>
      h(
        'div',
        {
          class: index === active ? 'option active' : 'option',
          role: 'option',
          id: `${id}-${index}`,
          'aria-selected': String(index === active),
          onmousedown: (/** @type {MouseEvent} */ event) => event.preventDefault(),
          onclick: () => choose(index),
        },
        name,
      ),
    );
    list.replaceChildren(...options);
    if (active >= 0) input.setAttribute('aria-activedescendant', `${id}-${active}`);
    options[active]?.scrollIntoView({ block: 'nearest' });
  };
  const look = async () => {
    const mine = ++turn;
    const found = await ask().catch(() => []);
    if (mine !== turn || document.activeElement !== input) return;
    choices = found;
    for (const { name, value } of found) known.set(name, value);
    active = -1;
    draw();
    show(found.length > 0);
  };
  const soon = () => {
    clearTimeout(timer);
    timer = setTimeout(look, PAUSE_MS);
  };
  input.addEventListener('input', soon);
  input.addEventListener('focus', soon);
  input.addEventListener('blur', () => {
    turn++;
    show(false);
  });
  input.addEventListener('keydown', (event) => {
    if (list.hidden) return;
    if (event.key === 'ArrowDown') active = Math.min(choices.length - 1, active + 1);
    else if (event.key === 'ArrowUp') active = Math.max(0, active - 1);
    else if (event.key === 'Enter' && active >= 0) choose(active);
    else if (event.key === 'Escape') show(false);
    else return;
    event.preventDefault();
    event.stopPropagation();
    draw();
  });
  return { valueOf: (text) => known.get(text) };
}
