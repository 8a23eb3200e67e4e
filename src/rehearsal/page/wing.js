import { avatar } from './avatar.js';
import { byId, h } from './dom.js';

/** @import { Channel, Person } from './types.js' */
/** @import { Room } from './room.js' */

const SIGNS = { text: '#', thread: '↳', dm: '✉' };

/** The channels to go to and the people to be. @param {Room} room */
export function mountWing(room) {
  const { store } = room;
  const wing = byId('wing');
  const places = h('div', { class: 'places' });
  const people = h('fieldset', { class: 'people who', 'aria-label': 'Whom you play' });
  people.style.border = '0';
  people.style.margin = '0';
  wing.append(
    h(
      'div',
      { class: 'brand' },
      h('img', { src: '/icon.svg', alt: '' }),
      h('div', {}, h('strong', {}, 'Rehearsal room'), h('small', {}, 'Discord, played here')),
    ),
    places,
    h('div', { class: 'people' }, h('h2', { 'aria-hidden': 'true' }, 'You play'), people),
  );
  const draw = () => {
    places.replaceChildren(...placeLists(room));
    const actors = store.people.filter(({ bot }) => !bot);
    const focused = document.activeElement?.closest('.person') !== null && people.contains(document.activeElement);
    people.replaceChildren(...actors.map((person) => personView(room, person)));
    if (focused) /** @type {HTMLElement | null} */ (people.querySelector('input:checked'))?.focus();
  };
  store.on(['place', 'people', 'unread'], draw);
}

/** @param {Room} room */
function placeLists({ store, close }) {
  const visible = store.visibleChannels();
  const direct = visible.filter(({ kind }) => kind === 'dm');
  const view = (/** @type {Channel} */ channel) => {
    const { id, kind, name, ageGated } = channel;
    return h(
      'li',
      {},
      h(
        'button',
        {
          type: 'button',
          class: `place ${kind}`,
          ...(id === store.channelId && { 'aria-current': 'page' }),
          onclick() {
            store.enter(id);
            close();
          },
        },
        h('span', { class: 'sign', 'aria-hidden': 'true' }, SIGNS[kind]),
        h('span', { class: 'place-name' }, kind === 'dm' ? store.botName : name),
        ageGated && h('span', { class: 'tag' }, '18+'),
        store.unread.has(id) && h('span', { class: 'unread', role: 'img', 'aria-label': 'new messages' }),
      ),
    );
  };
  const lists = store.guilds.flatMap((guild) => {
    const roots = visible.filter(({ guildId, kind }) => guildId === guild.id && kind === 'text');
    const items = roots.flatMap((root) => [
      view(root),
      ...visible.filter(({ parentId }) => parentId === root.id).map(view),
    ]);
    return items.length > 0 ? [h('h2', {}, guild.name), h('ul', {}, ...items)] : [];
  });
  return [...lists, h('h2', {}, 'Direct messages'), h('ul', {}, ...direct.map(view))];
}

/** @param {Room} room @param {Person} person */
function personView({ store }, person) {
  const speaks = person.locale.startsWith('en')
    ? ''
    : ` · ${new Intl.DisplayNames('en', { type: 'language' }).of(person.locale)}`;
  return h(
    'label',
    { class: 'person' },
    h('input', {
      type: 'radio',
      name: 'person',
      value: person.key,
      checked: person.key === store.me,
      onchange: () => store.become(person.key),
    }),
    avatar(person, person.name, 'small'),
    h('span', {}, person.name, h('small', {}, `${person.part}${speaks}`)),
  );
}
