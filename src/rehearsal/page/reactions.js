import { h, icon } from './dom.js';
import { popUp } from './select-menu.js';

/** @import { Message } from './types.js' */
/** @import { Room } from './room.js' */

const OFFERED = ['1️⃣', '2️⃣', '3️⃣', '4️⃣', '5️⃣', '6️⃣', '7️⃣', '8️⃣', '9️⃣', '🔁', '👍', '❤️', '😂', '🎉', '🦊', '✨', '👏', '👀'];

/** @param {Room} room @param {Message} message */
export function reactionsView(room, message) {
  const { store } = room;
  return h(
    'div',
    { class: 'reactions', role: 'group', 'aria-label': 'Reactions' },
    ...message.reactions.map(([emoji, people]) => {
      const mine = people.includes(store.person.id);
      const names = people.map((id) => store.personById(id)?.name ?? 'somebody').join(', ');
      return h(
        'button',
        {
          type: 'button',
          class: 'reaction',
          title: names,
          'aria-pressed': String(mine),
          'aria-label': `${emoji}, ${people.length}, from ${names}`,
          dataset: { key: `reaction-${emoji}` },
          onclick: () => room.react(message, emoji, !mine),
        },
        h('span', { 'aria-hidden': 'true' }, emoji),
        h('span', { 'aria-hidden': 'true' }, String(people.length)),
      );
    }),
  );
}

/** The tools that appear over a message. @param {Room} room @param {Message} message */
export function toolsView(room, message) {
  const moderates = room.store.person.part === 'Moderator' || message.wire.author.id === room.store.person.id;
  return h(
    'div',
    { class: 'tools' },
    h(
      'button',
      {
        type: 'button',
        'aria-label': 'Add a reaction',
        'aria-haspopup': 'dialog',
        'aria-expanded': 'false',
        title: 'Add a reaction',
        dataset: { key: 'add-reaction' },
        onclick: (/** @type {MouseEvent} */ { currentTarget }) =>
          pickEmoji(room, message, /** @type {HTMLElement} */ (currentTarget)),
      },
      icon('smile'),
    ),
    moderates &&
      h(
        'button',
        {
          type: 'button',
          'aria-label': 'Delete the message',
          title: 'Delete the message',
          dataset: { key: 'delete' },
          onclick: () => room.ask('deleteMessage', { message: message.wire.id }),
        },
        icon('bin'),
      ),
  );
}

/** @param {Room} room @param {Message} message @param {HTMLElement} opener */
function pickEmoji(room, message, opener) {
  const popup = h(
    'div',
    { class: 'popup', popover: 'auto', role: 'dialog', 'aria-label': 'Choose a reaction' },
    h(
      'div',
      { class: 'emoji-grid' },
      ...OFFERED.map((emoji) =>
        h(
          'button',
          {
            type: 'button',
            'aria-label': emoji,
            onclick() {
              popup.hidePopover();
              room.react(message, emoji, true);
            },
          },
          emoji,
        ),
      ),
    ),
  );
  popUp(opener, popup);
  popup.querySelector('button')?.focus();
}
