import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { UserError } from '../errors/user-error.ts';
import { Actor } from './driver/actor.ts';
import { SeenMessage } from './driver/seen-message.ts';
import { Trouble } from './driver/trouble.ts';
import { type UntilOptions, until } from './driver/until.ts';
import type { Gateway } from './gateway/gateway.ts';
import type { CallRecord, RestApi } from './rest/rest-api.ts';
import { addGuild, addTextChannel, joinGuild, type NewGuild } from './seed-world.ts';
import type { Refusal, RoomEvent } from './state/events.ts';
import type { Channel, Guild, Person } from './state/places.ts';
import type { World } from './state/world.ts';

/** Only this machine may come in: the room hands out a bot's whole account. */
export const HOST = '127.0.0.1';
const KEPT_REFUSALS = 500;

export interface NewMember {
  readonly key: string;
  readonly name?: string;
  readonly guild?: Guild;
  readonly moderator?: boolean;
  readonly locale?: string;
}

/** A running loopback Discord and the hands to play in it. See src/rehearsal/index.ts for examples. */
export class Rehearsal {
  readonly world: World;
  readonly trouble: Trouble;
  /** The server that everybody is in at the start. */
  readonly guild: Guild;
  readonly token: string;
  /** What was refused, oldest first. */
  readonly refusals: Refusal[] = [];
  readonly gateway: Gateway;
  readonly rest: RestApi;
  readonly #server: Server;
  readonly #port: number;

  constructor(parts: { world: World; gateway: Gateway; rest: RestApi; guild: Guild; token: string; server: Server }) {
    this.world = parts.world;
    this.gateway = parts.gateway;
    this.rest = parts.rest;
    this.guild = parts.guild;
    this.token = parts.token;
    this.#server = parts.server;
    this.#port = (parts.server.address() as AddressInfo).port;
    this.trouble = new Trouble(this.world, this.gateway, this.rest);
    this.world.attachments.baseUrl = this.url;
    this.gateway.url = `ws://${HOST}:${this.#port}/gateway`;
    this.world.events.subscribe((event) => {
      if (event.type === 'refused') this.refusals.push(event.refusal);
      if (this.refusals.length > KEPT_REFUSALS) this.refusals.shift();
    });
  }

  /** The page. */
  get url(): string {
    return `http://${HOST}:${this.#port}`;
  }

  /** discord.js's `rest.api`. */
  get api(): string {
    return `${this.url}/api`;
  }

  /** Requests of the bot, oldest first (the last 2000). */
  get calls(): readonly CallRecord[] {
    return this.rest.calls;
  }

  get botConnected(): boolean {
    return this.gateway.connected;
  }

  /** A person by key or id, in a channel by name or id ('dm' is their conversation with the bot). */
  as(who: string, channel = 'stories'): Actor {
    const person = this.person(who);
    const place = channel === 'dm' ? this.world.directMessages(person.id) : this.channel(channel, person);
    return new Actor(this.world, this.gateway, person, place);
  }

  person(who: string): Person {
    const person = [...this.world.people.values()].find(({ key, id }) => key === who || id === who);
    const known = () => [...this.world.people.values()].map(({ key }) => key).join(', ');
    if (!person)
      throw new UserError('unknown-person', { expected: `one of ${known()}`, got: who, todo: 'Check the name' });
    return person;
  }

  /** A channel by name or id; where several servers have one of that name, the first that `person` is in. */
  channel(which: string, person?: Person): Channel {
    const called = [...this.world.channels.values()].filter(({ name, id }) => name === which || id === which);
    const among = ({ guildId }: Channel) => !person || this.world.guilds.get(guildId ?? '')?.members.has(person.id);
    const channel = called.find(among) ?? called[0];
    const known = () => [...this.world.channels.values()].map(({ name }) => name).join(', ');
    if (!channel)
      throw new UserError('unknown-channel', { expected: `one of ${known()}`, got: which, todo: 'Check the name' });
    return channel;
  }

  addGuild(guild: NewGuild): Guild {
    return addGuild(this.world, guild);
  }

  addChannel(name: string, about: { guild?: Guild; topic?: string; ageGated?: boolean } = {}): Channel {
    return addTextChannel(this.world, about.guild ?? this.guild, name, about);
  }

  addMember({ key, name = key, guild = this.guild, moderator = false, locale = 'en-US' }: NewMember): Person {
    const person = this.world.addPerson(key, name, { locale });
    joinGuild(this.world, guild, person, moderator ? ['Moderator'] : []);
    return person;
  }

  /** Messages of a channel that everybody sees, oldest first. */
  messages(channel: string | Channel = 'stories'): SeenMessage[] {
    const { id } = typeof channel === 'string' ? this.channel(channel) : channel;
    return [...this.world.messages.values()]
      .filter((message) => message.channelId === id && !message.onlyFor)
      .map((message) => new SeenMessage(message));
  }

  /** Waits, without polling, until `look` returns something truthy. */
  until<T>(look: () => T, options?: UntilOptions): Promise<NonNullable<T>> {
    return until(this.world, look, options);
  }

  /** Waits for a message, public or ephemeral, anywhere. */
  untilMessage(test: (message: SeenMessage) => boolean, options?: UntilOptions): Promise<SeenMessage> {
    const look = () => [...this.world.messages.values()].map((message) => new SeenMessage(message)).find(test);
    return until(this.world, look, { what: `a message where ${test.toString()}`, ...options });
  }

  /** Waits until the bot is connected and has registered its commands. */
  async untilReady(options?: UntilOptions): Promise<void> {
    const what = 'the bot to connect and register commands';
    await until(this.world, () => this.botConnected && this.world.commands.size > 0, { what, ...options });
  }

  onEvent(listener: (event: RoomEvent) => void): () => void {
    return this.world.events.subscribe(listener);
  }

  async stop(): Promise<void> {
    this.gateway.close();
    this.world.events.send({ type: 'closed' });
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }
}
