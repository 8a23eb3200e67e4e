import { upload } from './connection.js';
import { freshId, h } from './dom.js';
import { markdown } from './markdown.js';
import { Kind } from './types.js';

/** @import { Component } from './types.js' */
/** @import { Room } from './room.js' */

/** What was typed into a form that was closed unsent, by form and input. @type {Map<string, string>} */
const drafts = new Map();
const PARAGRAPH = 2;

/**
 * @typedef {{ customId: string, element: HTMLElement, read: () => Promise<any>, problem: () => string }} FormField
 */

/**
 * Shows a form that the bot asks to be filled in. What is typed is kept if it is closed.
 * @param {Room} room
 * @param {{ interaction: string, modal: { title: string, custom_id: string, components: Component[] } }} told
 */
export function openModal(room, { interaction, modal }) {
  /** @type {FormField[]} */
  const fields = [];
  const parts = modal.components.flatMap((part) => {
    if (part.type === Kind.text) return [markdown(part.content ?? '', room.names)];
    const inputs = part.component
      ? [{ ...part.component, label: part.label, description: part.description }]
      : (part.components ?? []);
    return inputs.map((input) => {
      const field = formField(room, modal.custom_id, /** @type {Component} */ (input));
      fields.push(field);
      return field.element;
    });
  });
  const problem = h('p', { class: 'form-problem', role: 'alert', hidden: true });
  const send = h('button', { type: 'submit', class: 'press primary' }, 'Send');
  const titleId = freshId('modal');
  const form = h(
    'form',
    { noValidate: true },
    h('header', {}, h('h2', { id: titleId }, modal.title), h('span', { class: 'badge' }, 'Bot')),
    ...parts,
    problem,
    h(
      'footer',
      {},
      h('button', { type: 'button', class: 'press secondary', onclick: () => dialog.close() }, 'Not now'),
      send,
    ),
  );
  const dialog = h(
    'dialog',
    { class: 'form-dialog', 'aria-labelledby': titleId, onclose: () => dialog.remove() },
    form,
  );
  form.addEventListener('submit', async (/** @type {Event} */ event) => {
    event.preventDefault();
    const wrong = fields.find((field) => field.problem() !== '');
    for (const field of fields) showProblem(field);
    if (wrong)
      return /** @type {HTMLElement | null} */ (wrong.element.querySelector('input, textarea, select'))?.focus();
    send.disabled = true;
    try {
      const inputs = Object.fromEntries(
        await Promise.all(fields.map(async ({ customId, read }) => [customId, await read()])),
      );
      const told = await room.act('submitModal', { interaction, inputs });
      for (const { customId } of fields) drafts.delete(`${modal.custom_id} ${customId}`);
      dialog.close();
      if (told.kind === 'modal') openModal(room, told);
    } catch (error) {
      problem.textContent = /** @type {Error} */ (error).message;
      problem.hidden = false;
    } finally {
      send.disabled = false;
    }
  });
  document.body.append(dialog);
  dialog.showModal();
  dialog.querySelector('input, textarea, select')?.focus();
}

/** @param {FormField} field */
function showProblem({ element, problem }) {
  const words = problem();
  element.classList.toggle('wrong', words !== '');
  const place = element.querySelector('.problem');
  if (place) place.textContent = words;
}

/** @param {Room} room @param {string} formId @param {Component} about @returns {FormField} */
function formField(room, formId, about) {
  const { type, custom_id: customId = '', label = '', description, required = true } = about;
  const id = freshId('input');
  const draft = `${formId} ${customId}`;
  const { min_length: least = 0, max_length: most = 4000 } = about;
  const isText = type === Kind.textInput;
  const input = isText
    ? h(about.style === PARAGRAPH ? 'textarea' : 'input', {
        value: drafts.get(draft) ?? about.value ?? '',
        placeholder: about.placeholder ?? '',
        maxLength: most,
      })
    : type === Kind.upload
      ? h('input', { type: 'file', multiple: (about.max_values ?? 1) > 1 })
      : h(
          'select',
          { multiple: (about.max_values ?? 1) > 1 },
          ...room
            .choicesFor(about)
            .map(({ value, label: text, chosen }) => h('option', { value, selected: chosen ?? false }, text)),
        );
  input.id = id;
  input.setAttribute('aria-required', String(required));
  input.setAttribute('aria-describedby', `${id}-problem`);
  const count = isText ? h('span', { class: 'count', 'aria-hidden': 'true' }) : undefined;
  const length = () => [...input.value].length;
  const draw = () => {
    if (count) count.textContent = `${length()} / ${most}`;
  };
  input.addEventListener('input', () => {
    drafts.set(draft, input.value);
    draw();
  });
  draw();
  const chosen = () => [...input.selectedOptions].map(({ value }) => value);
  const problem = () => {
    if (isText) {
      if (length() === 0) return required ? 'This is needed.' : '';
      return length() < least ? `At least ${least} characters, please: ${least - length()} to go.` : '';
    }
    const given = type === Kind.upload ? input.files.length : chosen().length;
    return required && given < (about.min_values ?? 1) ? 'Choose at least one.' : '';
  };
  const read = async () => {
    if (isText) return input.value;
    return type === Kind.upload ? Promise.all([...input.files].map(upload)) : chosen();
  };
  const element = h(
    'div',
    { class: 'form-field' },
    h('label', { for: id }, label, required && h('span', { class: 'needed', 'aria-hidden': 'true' }, ' *')),
    description && h('p', { class: 'about' }, description),
    input,
    count,
    h('p', { class: 'problem', id: `${id}-problem`, 'aria-live': 'polite' }),
  );
  return { customId, element, read, problem };
}
