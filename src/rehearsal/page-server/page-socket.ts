import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Rehearsal } from '../rehearsal.ts';
import type { RoomEvent } from '../state/events.ts';
import { type PageRequests, pageRequest } from './page-requests.ts';
import { type PageWelcome, pageChannel, pageMessage, pagePeople } from './page-view.ts';

/** The page's own line: a welcome with everything, then every change, and answers to what it asks for. */
export class PageSocket {
  readonly #room: Rehearsal;
  readonly #requests: PageRequests;
  readonly #server = new WebSocketServer({ noServer: true });

  constructor(room: Rehearsal, requests: PageRequests) {
    this.#room = room;
    this.#requests = requests;
    room.onEvent((event) => {
      const update = this.#update(event);
      if (update) for (const client of this.#server.clients) send(client, update);
    });
  }

  /** Other web pages that happen to be open in the same browser must not reach the room. */
  accept(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    if (request.headers.origin !== undefined && request.headers.origin !== `http://${request.headers.host}`) {
      socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n');
      return;
    }
    this.#server.handleUpgrade(request, socket, head, (client) => {
      send(client, this.#welcome());
      client.on('message', (data) => void this.#serve(client, String(data)));
    });
  }

  close(): void {
    for (const client of this.#server.clients) client.terminate();
    this.#server.close();
  }

  async #serve(client: WebSocket, text: string): Promise<void> {
    const { id, ...asked } = JSON.parse(text) as { id: number };
    try {
      const value = await this.#requests.carryOut(pageRequest.parse(asked));
      send(client, { type: 'reply', id, ok: true, value });
    } catch (error) {
      const { code = 'error', context } = error as { code?: string; context?: unknown };
      send(client, { type: 'reply', id, ok: false, error: { code, context, message: (error as Error).message } });
    }
  }

  #welcome(): PageWelcome {
    const { world, refusals, trouble, botConnected } = this.#room;
    return {
      type: 'welcome',
      botId: world.bot.id,
      guilds: [...world.guilds.values()].map(({ id, name }) => ({ id, name })),
      people: pagePeople(world),
      channels: [...world.channels.values()].map(pageChannel),
      messages: [...world.messages.values()].map(pageMessage),
      connected: botConnected,
      trouble: trouble.state(),
      refusals,
    };
  }

  #update(event: RoomEvent): Record<string, unknown> | undefined {
    const { world, trouble } = this.#room;
    switch (event.type) {
      case 'messagePosted':
      case 'messageEdited':
      case 'reactionAdded':
      case 'reactionRemoved':
      case 'reactionsCleared':
        return { type: 'message', message: pageMessage(event.message) };
      case 'messageRemoved':
        return { type: 'messageRemoved', id: event.message.id };
      case 'channelAdded':
      case 'channelRemoved':
        return { type: 'channels', channels: [...world.channels.values()].map(pageChannel), people: pagePeople(world) };
      case 'typing':
        return { type: 'typing', channelId: event.channel.id, userId: event.userId };
      case 'commandsChanged':
        return { type: 'commandsChanged' };
      case 'refused':
        return { type: 'refused', refusal: event.refusal };
      case 'connectionChanged':
        return { type: 'connection', connected: event.connected };
      case 'troubleChanged':
      case 'channelChanged':
        return { type: 'trouble', trouble: trouble.state() };
      default:
        return undefined;
    }
  }
}

function send(client: WebSocket, message: unknown): void {
  if (client.readyState === client.OPEN) client.send(JSON.stringify(message));
}
