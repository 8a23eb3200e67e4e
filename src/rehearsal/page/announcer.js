import { nameOf } from './avatar.js';
import { byId } from './dom.js';

/** @import { Component, Message } from './types.js' */

/** Longer texts are cut: the reader can go to the message. */
const LONGEST = 240;

/**
 * Tells screen readers of new messages, and of edits only where something was finished:
 * a progress bar that speaks every second would be unbearable.
 * @param {Message} message @param {Message | undefined} before
 */
export function announce(message, before) {
  const name = nameOf(message.wire.author);
  const hadPictures = (before?.wire.attachments.length ?? 0) > 0;
  const news =
    !before || (before.thinking && !message.thinking) || (!hadPictures && message.wire.attachments.length > 0);
  if (!news) return;
  const words = message.thinking ? 'is thinking' : wordsOf(message).slice(0, LONGEST);
  const alone = message.onlyFor ? ', only to you' : '';
  byId('announcer').textContent = `${name}${alone}: ${words}`;
}

/** @param {Message} message */
function wordsOf({ wire }) {
  const inside = (/** @type {Component[]} */ list) => list.map(textOf).filter(Boolean).join('. ');
  /** @type {(component: Component) => string} */
  const textOf = ({ content, components = [], items = [] }) =>
    [content, ...items.map(({ description }) => description), inside(components)].filter(Boolean).join('. ');
  const pictures = wire.attachments.map(({ description, filename }) => description ?? filename);
  const embeds = wire.embeds.map(({ title, description }) => [title, description].filter(Boolean).join(': '));
  return [wire.content, ...embeds, inside(wire.components), ...pictures].filter(Boolean).join('. ');
}
