import { announce } from './announcer.js';
import { mountComposer } from './composer.js';
import { Connection } from './connection.js';
import { byId } from './dom.js';
import { Room } from './room.js';
import { mountStageHead } from './stage-head.js';
import { Store } from './store.js';
import { Timeline } from './timeline.js';
import { mountTrouble } from './trouble-panel.js';
import { mountWing } from './wing.js';

/** @import { Message } from './types.js' */

const store = new Store();

/** @param {any} update see page-socket.ts */
function receive(update) {
  switch (update.type) {
    case 'welcome':
      return store.welcome(update);
    case 'message':
      return receiveMessage(update.message);
    case 'messageRemoved':
      store.messages.delete(update.id);
      return store.tell('messages');
    case 'channels':
      Object.assign(store, { channels: update.channels, people: update.people });
      if (!store.channel) store.channelId = store.visibleChannels()[0]?.id ?? '';
      return store.tell('place', 'people');
    case 'typing':
      return update.channelId === store.channelId && store.tell('typing');
    case 'commandsChanged':
      return store.tell('commands');
    case 'refused':
      store.refusals.push(update.refusal);
      return store.tell('log');
    case 'connection':
      store.botConnected = update.connected;
      return store.tell('bot');
    case 'trouble':
      store.trouble = update.trouble;
      return store.tell('trouble');
  }
}

/** @param {Message} message */
function receiveMessage(message) {
  const { id, channel_id: channelId } = message.wire;
  const before = store.messages.get(id);
  store.messages.set(id, message);
  const forMe = !message.onlyFor || message.onlyFor === store.person.id;
  if (channelId === store.channelId) {
    if (forMe) announce(message, before);
  } else if (!before && forMe) {
    store.unread.add(channelId);
    store.tell('unread');
  }
  store.tell('messages');
}

const connection = new Connection(receive, (open) => {
  store.lineOpen = open;
  store.tell('bot');
});
const room = new Room(store, connection);
// What was told to one person must not be read out to another.
store.on(['place', 'people'], () => byId('announcer').replaceChildren());
mountWing(room);
mountStageHead(room);
mountComposer(room);
mountTrouble(room);
new Timeline(room);

// On narrow screens a touch beside the open channel list closes it.
byId('stage').addEventListener('click', (event) => {
  const onButton = /** @type {HTMLElement} */ (event.target).closest('.menu-button');
  if (!onButton) room.close();
});
document.addEventListener('keydown', (event) => {
  if (event.key === 'Escape') room.close();
});
