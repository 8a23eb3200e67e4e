import { h } from './dom.js';
import { cssColour } from './embeds.js';
import { markdown } from './markdown.js';
import { fileLink, picture } from './pictures.js';
import { openSelect } from './select-menu.js';
import { Kind } from './types.js';

/** @import { Component, Message } from './types.js' */
/** @import { Room } from './room.js' */

const BUTTON_STYLES = ['', 'primary', 'secondary', 'success', 'danger', 'link'];

/**
 * One component of a message, classic or V2.
 * @param {Room} room @param {Message} message @param {Component} component
 * @returns {HTMLElement}
 */
export function componentView(room, message, component) {
  switch (component.type) {
    case Kind.row:
      return h(
        'div',
        { class: 'row part', role: 'group' },
        ...(component.components ?? []).map((child) => control(room, message, child)),
      );
    case Kind.text: {
      const text = markdown(component.content ?? '', room.names);
      text.classList.add('part');
      return text;
    }
    case Kind.section:
      return h(
        'div',
        { class: 'section part' },
        h(
          'div',
          { class: 'words' },
          ...(component.components ?? []).map((child) => componentView(room, message, child)),
        ),
        component.accessory && control(room, message, component.accessory),
      );
    case Kind.gallery: {
      const items = component.items ?? [];
      const views = items.map(({ media, description, spoiler }, index) =>
        picture(media, description, { ...(spoiler && { spoiler }), key: `gallery-${component.id}-${index}` }),
      );
      return h('div', { class: items.length === 1 ? 'gallery one part' : 'gallery part' }, ...views);
    }
    case Kind.file: {
      const url = component.file?.url ?? '';
      const attachment = message.wire.attachments.find((candidate) => candidate.url === url);
      return h(
        'div',
        { class: 'part' },
        fileLink(attachment?.filename ?? component.name ?? 'file', url, attachment?.size),
      );
    }
    case Kind.separator:
      return h('hr', {
        class: `separator ${component.divider === false ? 'bare' : ''} ${component.spacing === 2 ? 'large' : ''}`,
      });
    case Kind.container: {
      const { accent_color: colour, components = [] } = component;
      const coloured = colour !== undefined && colour !== null;
      return h(
        'div',
        { class: coloured ? 'container coloured' : 'container' },
        coloured && h('span', { class: 'colour', style: { background: cssColour(colour) } }),
        ...components.map((child) => componentView(room, message, child)),
      );
    }
    default:
      return control(room, message, component);
  }
}

/** @param {Room} room @param {Message} message @param {Component} component @returns {HTMLElement} */
function control(room, message, component) {
  const { custom_id: customId = '', label, emoji, disabled = false } = component;
  if (component.type === Kind.thumbnail) {
    const media = component.media ?? { url: '' };
    return h('div', { class: 'thumb' }, picture(media, component.description, { key: `thumb-${component.id}` }));
  }
  if (component.type !== Kind.button) return selectView(room, message, component);
  const style = BUTTON_STYLES[component.style ?? 2] ?? 'secondary';
  const words = [emoji?.name && h('span', { 'aria-hidden': 'true' }, emoji.name), label];
  if (style === 'link') {
    return h(
      'a',
      { class: 'press link', href: component.url, target: '_blank', rel: 'noreferrer noopener' },
      ...words,
      ' ↗',
    );
  }
  return h(
    'button',
    {
      type: 'button',
      class: `press ${style}`,
      disabled: disabled || room.isPending(message.wire.id, customId),
      dataset: { key: customId },
      ...(!label && emoji?.name && { 'aria-label': emoji.name }),
      onclick(/** @type {MouseEvent} */ { currentTarget }) {
        /** @type {HTMLButtonElement} */ (currentTarget).classList.add('waiting');
        room.use(message, customId, 'click', { customId });
      },
    },
    ...words,
  );
}

/** @param {Room} room @param {Message} message @param {Component} component @returns {HTMLElement} */
function selectView(room, message, component) {
  const {
    custom_id: customId = '',
    placeholder = 'Choose',
    min_values: least = 1,
    max_values: most = 1,
    disabled = false,
  } = component;
  const choices = room.choicesFor(component);
  const shown = choices.filter(({ chosen }) => chosen).map(({ label }) => label);
  const value = shown.join(', ');
  return h(
    'button',
    {
      type: 'button',
      class: 'choose',
      // What is chosen takes the placeholder's place, and alone it would not tell what the menu is for.
      'aria-label': value ? `${placeholder} ${value}` : placeholder,
      disabled: disabled || room.isPending(message.wire.id, customId),
      'aria-haspopup': 'listbox',
      'aria-expanded': 'false',
      dataset: { key: customId },
      onclick(/** @type {MouseEvent} */ { currentTarget }) {
        openSelect(/** @type {HTMLElement} */ (currentTarget), {
          label: placeholder,
          choices,
          least,
          most,
          onchoose: (chosen) => room.use(message, customId, 'select', { customId, chosen }),
        });
      },
    },
    value || placeholder,
  );
}
