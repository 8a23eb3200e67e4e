import { freshId, h } from './dom.js';

/**
 * @typedef {{ label: string, value: string, description?: string, mark?: string, chosen?: boolean }} Choice
 */

/**
 * Opens a listbox under (or over) a button. Arrow keys move, Enter or a click chooses, Escape closes.
 * @param {HTMLElement} opener
 * @param {{ label: string, choices: Choice[], least: number, most: number, onchoose: (values: string[]) => void }} about
 */
export function openSelect(opener, { label, choices, least, most, onchoose }) {
  const chosen = new Set(choices.filter((choice) => choice.chosen).map(({ value }) => value));
  let active = Math.max(
    0,
    choices.findIndex(({ value }) => chosen.has(value)),
  );
  const single = most === 1 && least === 1;
  const ids = choices.map(() => freshId('choice'));
  const options = choices.map(({ label: text, description, mark }, index) =>
    h(
      'div',
      { class: 'option', role: 'option', id: ids[index], onclick: () => pick(index) },
      mark && h('span', { 'aria-hidden': 'true' }, mark),
      h('span', {}, text, description && h('small', {}, description)),
      h('span', { class: 'tick', 'aria-hidden': 'true' }, '✓'),
    ),
  );
  const finish = () => {
    if (chosen.size < least || chosen.size > most) return;
    const values = choices.map(({ value }) => value).filter((value) => chosen.has(value));
    list.hidePopover();
    onchoose(values);
  };
  const draw = () => {
    for (const [index, option] of options.entries()) {
      option.classList.toggle('active', index === active);
      option.setAttribute('aria-selected', String(chosen.has(choices[index]?.value ?? '')));
    }
    box.setAttribute('aria-activedescendant', ids[active] ?? '');
    options[active]?.scrollIntoView({ block: 'nearest' });
    if (done) done.disabled = chosen.size < least || chosen.size > most;
  };
  const pick = (/** @type {number} */ index) => {
    active = index;
    const value = choices[index]?.value ?? '';
    if (single) chosen.clear();
    if (chosen.has(value)) chosen.delete(value);
    else if (chosen.size < most) chosen.add(value);
    draw();
    if (single) finish();
  };
  const box = h(
    'div',
    {
      role: 'listbox',
      tabIndex: 0,
      'aria-label': label,
      'aria-multiselectable': String(!single),
      onkeydown(/** @type {KeyboardEvent} */ event) {
        const last = choices.length - 1;
        const moves = { ArrowDown: Math.min(last, active + 1), ArrowUp: Math.max(0, active - 1), Home: 0, End: last };
        const move = /** @type {Record<string, number>} */ (moves)[event.key];
        if (move !== undefined) active = move;
        else if (event.key === 'Enter' || event.key === ' ') pick(active);
        else return;
        event.preventDefault();
        draw();
      },
    },
    ...options,
  );
  const done = single
    ? undefined
    : h('button', { type: 'button', class: 'press primary done', onclick: finish }, 'Done');
  const list = h('div', { class: 'popup', popover: 'auto' }, box, done);
  popUp(opener, list);
  draw();
  box.focus();
}

/**
 * Shows a popover beside its opener and hands the focus back when it closes.
 * @param {HTMLElement} opener @param {HTMLElement} popup
 */
export function popUp(opener, popup) {
  document.body.append(popup);
  popup.showPopover();
  opener.setAttribute('aria-expanded', 'true');
  const { left, bottom, top, width } = opener.getBoundingClientRect();
  const { offsetHeight, offsetWidth } = popup;
  popup.style.minWidth = `${Math.min(width, 420)}px`;
  popup.style.left = `${Math.max(8, Math.min(left, innerWidth - Math.max(offsetWidth, width) - 8))}px`;
  const below = bottom + 6 + offsetHeight <= innerHeight - 8;
  popup.style.top = `${below ? bottom + 6 : Math.max(8, top - offsetHeight - 6)}px`;
  popup.addEventListener('toggle', (event) => {
    if (/** @type {ToggleEvent} */ (event).newState !== 'closed') return;
    const hadFocus = popup.contains(document.activeElement) || document.activeElement === document.body;
    popup.remove();
    opener.setAttribute('aria-expanded', 'false');
    if (hadFocus && opener.isConnected) opener.focus();
  });
}
