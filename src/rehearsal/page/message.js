import { avatar, nameOf } from './avatar.js';
import { componentView } from './components.js';
import { h } from './dom.js';
import { embedView } from './embeds.js';
import { markdown } from './markdown.js';
import { attachmentView } from './pictures.js';
import { reactionsView, toolsView } from './reactions.js';
import { messageTime } from './time.js';

/** @import { Message, Wire } from './types.js' */
/** @import { Room } from './room.js' */

const V2 = 1 << 15;

/**
 * @param {Room} room @param {Message} message
 * @param {boolean} follows whether the one above is by the same person, a moment ago
 */
export function messageView(room, message, follows) {
  const { wire, onlyFor, thinking } = message;
  const { author, interaction_metadata: used, referenced_message: answered } = wire;
  const me = room.store.person;
  const pings = wire.mention_everyone || wire.mentions.some(({ id }) => id === me.id);
  const name = nameOf(author);
  const classes = ['message', follows && 'follows', onlyFor && 'private', pings && 'pings'].filter(Boolean).join(' ');
  return h(
    'li',
    { class: classes, dataset: { id: wire.id }, id: `message-${wire.id}` },
    used?.name && usedLine(used),
    answered &&
      h('div', { class: 'used' }, `↳ ${nameOf(answered.author)}: ${answered.content.slice(0, 80) || 'a picture'}`),
    follows ? h('span', {}) : avatar(author, name),
    h(
      'div',
      { class: 'body' },
      !follows &&
        h(
          'div',
          { class: 'byline' },
          h('strong', {}, name),
          author.bot && h('span', { class: 'badge' }, 'Bot'),
          messageTime(wire.timestamp),
        ),
      thinking ? thinkingView(name) : contentView(room, message),
      message.reactions.length > 0 && reactionsView(room, message),
      room.failureOf(wire.id) && h('p', { class: 'failed', role: 'alert' }, room.failureOf(wire.id)),
      onlyFor &&
        h(
          'div',
          { class: 'only-you' },
          h('span', {}, 'Only you see this'),
          h(
            'button',
            {
              type: 'button',
              class: 'link-button',
              dataset: { key: 'dismiss' },
              onclick: () => room.act('dismiss', { message: wire.id }),
            },
            'Dismiss',
          ),
        ),
    ),
    !onlyFor && !thinking && toolsView(room, message),
  );
}

/** @param {Room} room @param {Message} message */
function contentView(room, message) {
  const { wire } = message;
  const isV2 = ((wire.flags ?? 0) & V2) !== 0;
  const inEmbeds = new Set(wire.embeds.flatMap(({ image, thumbnail }) => [image?.url, thumbnail?.url]));
  // V2 shows the files that its components name; embeds show their own.
  const loose = isV2 ? [] : wire.attachments.filter(({ url }) => !inEmbeds.has(url));
  const pictures = loose.filter(({ content_type: type }) => type?.startsWith('image/'));
  const files = loose.filter((attachment) => !pictures.includes(attachment));
  const content = h('div', { class: 'content' });
  if (wire.content) content.append(markdown(wire.content, room.names));
  if (pictures.length > 0) {
    content.append(
      h('div', { class: pictures.length === 1 ? 'gallery one' : 'gallery' }, ...pictures.map(attachmentView)),
    );
  }
  content.append(
    ...files.map(attachmentView),
    ...wire.embeds.map((embed) => embedView(embed, wire.attachments, room.names)),
    ...wire.components.map((component) => componentView(room, message, component)),
  );
  if (wire.edited_timestamp) {
    const edited = h(
      'span',
      { class: 'edited', title: new Date(wire.edited_timestamp).toLocaleString('en') },
      ' (edited)',
    );
    const last = content.firstElementChild?.matches('.prose')
      ? content.querySelector('.prose > p:last-of-type')
      : undefined;
    (last ?? content).append(edited);
  }
  return content;
}

/** @param {NonNullable<Wire['interaction_metadata']>} used */
function usedLine({ user, name }) {
  const who = nameOf(user);
  return h('div', { class: 'used' }, avatar(user, who), h('span', {}, `${who} used `, h('code', {}, `/${name}`)));
}

/** @param {string} name */
function thinkingView(name) {
  const dots = h('span', { class: 'dots', 'aria-hidden': 'true' }, h('i'), h('i'), h('i'));
  return h('p', { class: 'thinking' }, dots, `${name} is thinking…`);
}
