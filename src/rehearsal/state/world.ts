import type { APIApplicationCommand } from 'discord.js';
import { Broadcast } from '../broadcast.ts';
import type { Clock } from '../clock.ts';
import { refuse } from '../discord-error.ts';
import { permissionsOf } from '../permissions.ts';
import { Snowflakes } from '../snowflake.ts';
import { AttachmentShelf } from './attachment-shelf.ts';
import type { RoomEvent } from './events.ts';
import type { Interaction } from './interactions.ts';
import type { StoredMessage } from './messages.ts';
import type { Channel, Guild, Person } from './places.ts';

/** The state of the loopback Discord. Whoever changes it tells `events`. */
export class World {
  readonly clock: Clock;
  readonly ids: Snowflakes;
  readonly events = new Broadcast<RoomEvent>();
  readonly people = new Map<string, Person>();
  readonly guilds = new Map<string, Guild>();
  readonly channels = new Map<string, Channel>();
  /** In order of posting, over all channels. */
  readonly messages = new Map<string, StoredMessage>();
  readonly interactions = new Map<string, Interaction>();
  /** By id; `guild_id` tells a server's own commands from global ones. */
  readonly commands = new Map<string, APIApplicationCommand>();
  readonly attachments: AttachmentShelf;
  readonly bot: Person;

  constructor(clock: Clock, botName: string) {
    this.clock = clock;
    this.ids = new Snowflakes(clock);
    this.attachments = new AttachmentShelf(this.ids);
    // The application has the bot user's id, as for every application since 2016.
    this.bot = this.addPerson('bot', botName, { bot: true });
  }

  addPerson(key: string, name: string, { bot = false, locale = 'en-US' } = {}): Person {
    const person: Person = { id: this.ids.next(), key, name, bot, locale, acceptsDirectMessages: true };
    this.people.set(person.id, person);
    return person;
  }

  person(id: string): Person {
    const person = this.people.get(id);
    if (!person) throw refuse('unknownUser');
    return person;
  }

  guild(id: string): Guild {
    const guild = this.guilds.get(id);
    if (!guild) throw refuse('unknownGuild');
    return guild;
  }

  channel(id: string): Channel {
    const channel = this.channels.get(id);
    if (!channel) throw refuse('unknownChannel');
    return channel;
  }

  guildOf(channel: Channel): Guild | undefined {
    return channel.guildId === undefined ? undefined : this.guild(channel.guildId);
  }

  /** A thread goes by its parent's overwrites. */
  permissions(userId: string, channel: Channel): bigint {
    const ruling = channel.parentId === undefined ? channel : (this.channels.get(channel.parentId) ?? channel);
    return permissionsOf(userId, this.guildOf(channel), ruling);
  }

  addChannel(channel: Omit<Channel, 'id' | 'overwrites'>): Channel {
    const added: Channel = { ...channel, id: this.ids.next(), overwrites: new Map() };
    this.channels.set(added.id, added);
    this.events.send({ type: 'channelAdded', channel: added });
    return added;
  }

  removeChannel(channel: Channel): void {
    for (const [id, message] of this.messages) if (message.channelId === channel.id) this.messages.delete(id);
    this.channels.delete(channel.id);
    this.events.send({ type: 'channelRemoved', channel });
  }

  /** The conversation between the bot and a person, opened if there is none. */
  directMessages(personId: string): Channel {
    const person = this.person(personId);
    for (const channel of this.channels.values()) if (channel.recipientId === person.id) return channel;
    const position = this.channels.size;
    return this.addChannel({
      kind: 'dm',
      name: person.name,
      topic: '',
      position,
      ageGated: false,
      recipientId: person.id,
    });
  }
}
