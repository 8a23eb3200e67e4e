import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { GatewayIntentBits } from 'discord.js';
import { type WebSocket, WebSocketServer } from 'ws';
import type { World } from '../state/world.ts';
import { userObject } from '../wire/people.ts';
import { guildObject } from '../wire/places.ts';
import { type Dispatch, dispatchFor } from './dispatches.ts';
import { Session } from './session.ts';

/** https://docs.discord.com/developers/topics/opcodes-and-status-codes#gateway */
const Op = { heartbeat: 1, identify: 2, resume: 6, reconnect: 7, invalidSession: 9, hello: 10, heartbeatAck: 11 };
const CloseCode = { unknownError: 4000, decodeError: 4002, authenticationFailed: 4004, disallowedIntents: 4014 };
const HEARTBEAT_INTERVAL_MS = 41_250;
const PRIVILEGED_INTENTS =
  GatewayIntentBits.GuildMembers | GatewayIntentBits.GuildPresences | GatewayIntentBits.MessageContent;

interface ClientPacket {
  readonly op: number;
  readonly d?: { token?: string; intents?: number; shard?: [number, number]; session_id?: string; seq?: number };
}

export interface GatewayOptions {
  readonly token: string;
  /** Privileged intents that the application was granted. */
  readonly privilegedIntents: number;
}

/** The gateway: sessions with sequence numbers, so that a client that drops can resume without loss. */
export class Gateway {
  readonly #world: World;
  readonly #options: GatewayOptions;
  readonly #server = new WebSocketServer({ noServer: true });
  readonly #sessions = new Map<string, Session>();
  /** Where RESUME is to go, known once the room listens. */
  url = '';
  /** While false, connections are refused as in an outage. */
  open = true;
  resumes = 0;

  constructor(world: World, options: GatewayOptions) {
    this.#world = world;
    this.#options = options;
    world.events.subscribe((event) => {
      const dispatch = dispatchFor(world, event);
      if (dispatch) this.dispatch(dispatch);
    });
  }

  get connected(): boolean {
    return [...this.#sessions.values()].some(({ socket }) => socket !== undefined);
  }

  accept(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    if (!this.open) {
      socket.end('HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\n\r\n');
      return;
    }
    this.#server.handleUpgrade(request, socket, head, (client) => this.#greet(client));
  }

  dispatch({ name, data, guildId, intent }: Dispatch): void {
    for (const session of this.#sessions.values()) {
      const wanted = intent === undefined || (session.intents & intent) !== 0;
      if (wanted && session.concerns(guildId)) session.dispatch(name, this.#redact(session, name, data));
    }
  }

  /**
   * Drops every connection.
   * @param resumable whether sessions stay, so that the client may pick up where it was.
   */
  drop(resumable = true): void {
    const sessions = [...this.#sessions.values()];
    if (!resumable) this.#sessions.clear();
    for (const { socket } of sessions) socket?.close(CloseCode.unknownError, 'Dropped on request');
  }

  /** Asks clients to reconnect, as Discord does before it restarts a server. */
  askToReconnect(): void {
    for (const { socket } of this.#sessions.values()) socket?.send(JSON.stringify({ op: Op.reconnect, d: null }));
  }

  close(): void {
    for (const client of this.#server.clients) client.terminate();
    this.#server.close();
    this.#sessions.clear();
  }

  #greet(socket: WebSocket): void {
    let session: Session | undefined;
    const answer = (op: number, d?: unknown) => socket.send(JSON.stringify({ op, d, s: null, t: null }));
    answer(Op.hello, { heartbeat_interval: HEARTBEAT_INTERVAL_MS });
    socket.on('message', (data) => {
      const packet = parsePacket(String(data));
      if (!packet) socket.close(CloseCode.decodeError, 'Error while decoding payload.');
      else if (packet.op === Op.heartbeat) answer(Op.heartbeatAck);
      else if (packet.d?.token !== this.#options.token) {
        if (packet.op === Op.identify || packet.op === Op.resume) {
          socket.close(CloseCode.authenticationFailed, 'Authentication failed.');
        }
      } else if (packet.op === Op.identify) session = this.#identify(packet.d, socket);
      else if (packet.op === Op.resume) {
        session = this.#resume(packet.d, socket);
        if (!session) answer(Op.invalidSession, false);
      }
    });
    socket.on('close', (code) => {
      session?.detach(socket);
      // A client that says goodbye (1000, 1001) gives its session up.
      if (session && (code === 1000 || code === 1001)) this.#sessions.delete(session.id);
      this.#world.events.send({ type: 'connectionChanged', connected: this.connected });
    });
  }

  #identify(d: NonNullable<ClientPacket['d']>, socket: WebSocket): Session | undefined {
    const intents = d.intents ?? 0;
    if (intents & PRIVILEGED_INTENTS & ~this.#options.privilegedIntents) {
      socket.close(CloseCode.disallowedIntents, 'Disallowed intent(s).');
      return undefined;
    }
    const [id, count] = d.shard ?? [0, 1];
    for (const [key, old] of this.#sessions) if (!old.socket && old.shard.id === id) this.#sessions.delete(key);
    const session = new Session(randomBytes(16).toString('hex'), intents, { id, count }, socket);
    this.#sessions.set(session.id, session);
    const guilds = [...this.#world.guilds.values()].filter((guild) => session.concerns(guild.id));
    session.dispatch('READY', {
      v: 10,
      user: userObject(this.#world.bot),
      guilds: guilds.map((guild) => ({ id: guild.id, unavailable: true })),
      session_id: session.id,
      resume_gateway_url: this.url,
      shard: [id, count],
      application: { id: this.#world.bot.id, flags: 0 },
    });
    if (intents & GatewayIntentBits.Guilds) {
      for (const guild of guilds) session.dispatch('GUILD_CREATE', guildObject(this.#world, guild));
    }
    this.#world.events.send({ type: 'connectionChanged', connected: true });
    return session;
  }

  #resume(d: NonNullable<ClientPacket['d']>, socket: WebSocket): Session | undefined {
    const session = this.#sessions.get(d.session_id ?? '');
    if (!session?.canReplayFrom(d.seq ?? 0)) return undefined;
    session.resume(socket, d.seq ?? 0);
    this.resumes++;
    this.#world.events.send({ type: 'connectionChanged', connected: true });
    return session;
  }

  /** Without the MessageContent intent a bot reads only its own messages, those to it and those that name it. */
  #redact(session: Session, name: string, data: Record<string, unknown>): Record<string, unknown> {
    if (name !== 'MESSAGE_CREATE' && name !== 'MESSAGE_UPDATE') return data;
    if (session.intents & GatewayIntentBits.MessageContent || data.guild_id === undefined) return data;
    const botId = this.#world.bot.id;
    const { author, mentions } = data as { author: { id: string }; mentions: { id: string }[] };
    if (author.id === botId || mentions.some(({ id }) => id === botId)) return data;
    return { ...data, content: '', embeds: [], attachments: [], components: [] };
  }
}

function parsePacket(text: string): ClientPacket | undefined {
  try {
    return JSON.parse(text) as ClientPacket;
  } catch {
    return undefined;
  }
}
