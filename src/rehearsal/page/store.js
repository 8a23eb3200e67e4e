/** @import { Channel, Message, Person, Refusal, TroubleState } from './types.js' */

const REMEMBERED = 'rehearsal-room';

/** All that the page knows. Parts of the page listen to topics and draw themselves anew. */
export class Store {
  botId = '';
  /** @type {{ id: string, name: string }[]} */
  guilds = [];
  /** @type {Person[]} */
  people = [];
  /** @type {Channel[]} */
  channels = [];
  /** @type {Map<string, Message>} */
  messages = new Map();
  /** @type {Refusal[]} */
  refusals = [];
  /** @type {TroubleState | undefined} */
  trouble;
  botConnected = false;
  lineOpen = false;
  /** Channels with something new. @type {Set<string>} */
  unread = new Set();
  channelId = '';
  me = 'alex';
  /** @type {Map<string, Set<() => void>>} */
  #listeners = new Map();

  constructor() {
    try {
      const { me, channelId } = JSON.parse(sessionStorage.getItem(REMEMBERED) ?? '{}');
      if (me) this.me = me;
      if (channelId) this.channelId = channelId;
    } catch {
      // Storage may be shut off; the room then begins with Alex in the first channel.
    }
  }

  /** @param {string[]} topics @param {() => void} listener */
  on(topics, listener) {
    for (const topic of topics) {
      const listeners = this.#listeners.get(topic) ?? new Set();
      this.#listeners.set(topic, listeners.add(listener));
    }
  }

  /** @param {...string} topics */
  tell(...topics) {
    const listeners = new Set(topics.flatMap((topic) => [...(this.#listeners.get(topic) ?? [])]));
    for (const listener of listeners) listener();
  }

  /** @param {any} welcome */
  welcome(welcome) {
    const { botId, guilds, people, channels, connected, trouble, refusals } = welcome;
    Object.assign(this, { botId, guilds, people, channels, trouble, refusals, botConnected: connected });
    /** @type {Message[]} */
    const messages = welcome.messages;
    this.messages = new Map(messages.map((message) => [message.wire.id, message]));
    if (!people.some((/** @type {Person} */ { key }) => key === this.me))
      this.me = people.find((/** @type {Person} */ p) => !p.bot).key;
    if (!this.visibleChannels().some(({ id }) => id === this.channelId))
      this.channelId = this.visibleChannels()[0]?.id ?? '';
    this.tell('place', 'people', 'messages', 'trouble', 'log', 'bot', 'commands');
  }

  get person() {
    return /** @type {Person} */ (this.people.find(({ key }) => key === this.me));
  }

  get botName() {
    return this.personById(this.botId)?.name ?? '';
  }

  get channel() {
    return this.channels.find(({ id }) => id === this.channelId);
  }

  /** What `me` may see: public places of their servers and their own direct messages. */
  visibleChannels() {
    const { id, guildIds } = this.person ?? { id: '', guildIds: [] };
    return this.channels.filter(({ kind, guildId, recipientId }) =>
      kind === 'dm' ? recipientId === id : guildIds.includes(guildId ?? ''),
    );
  }

  /** Messages here that `me` sees, oldest first. */
  visibleMessages() {
    return [...this.messages.values()].filter(
      ({ wire, onlyFor }) => wire.channel_id === this.channelId && (!onlyFor || onlyFor === this.person.id),
    );
  }

  /** @param {string} channelId */
  enter(channelId) {
    this.channelId = channelId;
    this.unread.delete(channelId);
    this.#remember();
    this.tell('place', 'messages', 'commands');
  }

  /** @param {string} key */
  become(key) {
    this.me = key;
    if (!this.visibleChannels().some(({ id }) => id === this.channelId)) {
      const wasDirect = this.channel?.kind === 'dm';
      const places = this.visibleChannels();
      this.channelId = (wasDirect ? places.find(({ kind }) => kind === 'dm') : places[0])?.id ?? '';
    }
    this.#remember();
    this.tell('place', 'people', 'messages', 'commands');
  }

  #remember() {
    try {
      sessionStorage.setItem(REMEMBERED, JSON.stringify({ me: this.me, channelId: this.channelId }));
    } catch {
      // See the constructor.
    }
  }

  /** @param {string} id */
  personById(id) {
    return this.people.find((person) => person.id === id);
  }
}
