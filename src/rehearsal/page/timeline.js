import { byId, h } from './dom.js';
import { emptyView, openingView } from './empty-state.js';
import { messageView } from './message.js';

/** @import { Message } from './types.js' */
/** @import { Room } from './room.js' */

/** Messages by one person within this time stand under one name. */
const TOGETHER_MS = 5 * 60_000;
/** As close to the end as this counts as being there. */
const NEAR_END_PIXELS = 120;
/** A new preview waits so long for its picture, so that the old one does not blink away. */
const PICTURE_PATIENCE_MS = 400;

/** The messages of the channel, drawn anew only where something changed. */
export class Timeline {
  #list = byId('messages');
  #scroller = byId('timeline');
  /** @type {Map<string, { message: Message, state: string, element: HTMLElement }>} */
  #drawn = new Map();
  #place = '';
  #room;
  #toEnd = h(
    'button',
    { type: 'button', class: 'to-end', hidden: true, onclick: () => this.#scrollToEnd() },
    '↓ New messages',
  );

  /** @param {Room} room */
  constructor(room) {
    this.#room = room;
    byId('stage').append(this.#toEnd);
    // Who uses no mouse must be able to scroll.
    this.#scroller.tabIndex = 0;
    this.#scroller.addEventListener('scroll', () => {
      if (this.#atEnd()) this.#toEnd.hidden = true;
    });
    // Pictures that load late, and a form that grows below, must not push the newest message out of sight.
    const stay = new ResizeObserver(() => this.#stayed && this.#scrollToEnd());
    stay.observe(this.#list);
    stay.observe(this.#scroller);
    this.#scroller.addEventListener('scroll', () => {
      this.#stayed = this.#atEnd();
    });
    room.store.on(['messages', 'place', 'commands', 'bot'], () => this.draw());
  }

  #stayed = true;

  draw() {
    const { store } = this.#room;
    const place = `${store.channelId} ${store.me}`;
    const moved = place !== this.#place;
    const wasAtEnd = moved || this.#atEnd();
    if (moved) this.#clear(place);
    const messages = store.visibleMessages();
    const wanted = new Set(messages.map(({ wire }) => wire.id));
    for (const [id, { element }] of this.#drawn) {
      if (wanted.has(id)) continue;
      element.remove();
      this.#drawn.delete(id);
    }
    for (const extra of this.#list.querySelectorAll(':scope > .extra')) extra.remove();
    const opening = messages.length === 0 ? emptyView(this.#room) : openingView(this.#room);
    this.#list.prepend(h('li', { class: 'extra' }, opening));
    let isNew = false;
    for (const [index, message] of messages.entries()) isNew = this.#put(message, messages[index - 1], moved) || isNew;
    if (wasAtEnd) this.#scrollToEnd();
    else if (isNew) this.#toEnd.hidden = false;
  }

  /** @param {Message} message @param {Message | undefined} above @param {boolean} moved @returns {boolean} whether it is new */
  #put(message, above, moved) {
    const follows = goesWith(message, above);
    const { id } = message.wire;
    const state = `${follows} ${this.#room.stateOf(id)}`;
    const old = this.#drawn.get(id);
    if (old && old.message === message && old.state === state) return false;
    const element = messageView(this.#room, message, follows);
    this.#drawn.set(id, { message, state, element });
    if (!old) {
      if (!moved) element.classList.add('arriving');
      this.#list.append(element);
      return true;
    }
    void this.#replace(old.element, element, id);
    return false;
  }

  /** @param {HTMLElement} old @param {HTMLElement} fresh @param {string} id */
  async #replace(old, fresh, id) {
    const shown = new Set([...old.querySelectorAll('img')].map(({ src }) => src));
    const coming = [...fresh.querySelectorAll('img')].filter(({ src }) => !shown.has(src));
    // The newest state goes in place at once in the books, so that a later edit replaces what really stands there.
    const holder = this.#drawn.get(id);
    if (holder) holder.element = old;
    if (coming.length > 0) {
      const patience = new Promise((resolve) => setTimeout(resolve, PICTURE_PATIENCE_MS));
      await Promise.race([Promise.allSettled(coming.map((image) => image.decode())), patience]);
    }
    const current = this.#drawn.get(id);
    if (!current || current !== holder) return;
    const standing = current.element;
    const key = standing.contains(document.activeElement)
      ? /** @type {HTMLElement} */ (document.activeElement).dataset.key
      : undefined;
    standing.replaceWith(fresh);
    current.element = fresh;
    if (key) /** @type {HTMLElement | null} */ (fresh.querySelector(`[data-key="${CSS.escape(key)}"]`))?.focus();
    if (this.#stayed) this.#scrollToEnd();
  }

  /** @param {string} place */
  #clear(place) {
    this.#place = place;
    this.#drawn.clear();
    this.#list.replaceChildren();
    this.#toEnd.hidden = true;
  }

  #atEnd() {
    const { scrollTop, scrollHeight, clientHeight } = this.#scroller;
    return scrollHeight - scrollTop - clientHeight < NEAR_END_PIXELS;
  }

  #scrollToEnd() {
    this.#stayed = true;
    this.#scroller.scrollTop = this.#scroller.scrollHeight;
    this.#toEnd.hidden = true;
  }
}

/** @param {Message} message @param {Message | undefined} above */
function goesWith(message, above) {
  if (!above || above.onlyFor || message.onlyFor) return false;
  const { author, timestamp, interaction_metadata: used, referenced_message: answered } = message.wire;
  if (used?.name || answered || author.id !== above.wire.author.id) return false;
  return Date.parse(timestamp) - Date.parse(above.wire.timestamp) < TOGETHER_MS;
}
