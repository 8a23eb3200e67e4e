import { h } from './dom.js';

/** @import { Room } from './room.js' */

/** What to try first, with values that make a nice story. */
const TRIES = [
  {
    call: '/character create',
    about: 'Meet somebody: a name and how they look. You choose from a casting sheet.',
    values: { name: 'Rusty', looks: 'a fox wearing a scarf' },
  },
  {
    call: '/story generate',
    about: 'Then send them places: one panel each, parted by a bar.',
    values: {
      title: "Rusty's day",
      panels: 'Rusty standing in the forest | Rusty reading a book in a bedroom | Rusty dancing on the beach at night',
    },
  },
];

/** @param {Room} room */
export function emptyView(room) {
  const scene = h('div', { class: 'scene', 'aria-hidden': 'true' });
  for (let panel = 0; panel < 4; panel++) scene.append(h('span', {}, h('img', { src: '/fox.svg', alt: '' })));
  const ready = room.commands.length > 0;
  return h(
    'section',
    { class: 'empty', 'aria-label': 'How to begin' },
    scene,
    h('h2', {}, 'The same fox in every picture'),
    h(
      'p',
      {},
      ready
        ? 'This is a rehearsal of a Discord channel. The bot is the real one; only Discord is played. Try these two commands, in this order:'
        : 'This is a rehearsal of a Discord channel. The bot is on its way; its commands appear here once it is ready.',
    ),
    h(
      'div',
      { class: 'try' },
      ...TRIES.map(({ call, about, values }) => {
        const known = room.commands.some((command) => command.call === call);
        return h(
          'button',
          { type: 'button', disabled: !known, onclick: () => room.begin(call, values) },
          h('code', {}, call),
          h('span', {}, about),
        );
      }),
    ),
  );
}

/** The top of a channel that has messages. @param {Room} room */
export function openingView(room) {
  const { channel } = room.store;
  const name =
    channel?.kind === 'dm'
      ? 'Your direct messages with the bot'
      : `The beginning of ${channel?.kind === 'thread' ? '' : '#'}${channel?.name ?? ''}`;
  return h('div', { class: 'opening' }, h('h2', {}, name), channel?.topic && h('p', {}, channel.topic));
}
