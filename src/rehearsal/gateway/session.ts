import type { WebSocket } from 'ws';

/** Events kept for a client that lost its connection. Discord keeps them for some minutes. */
const REPLAY_LENGTH = 5_000;

interface Dispatched {
  readonly op: 0;
  readonly t: string;
  readonly s: number;
  readonly d: unknown;
}

export interface Shard {
  readonly id: number;
  readonly count: number;
}

/** One IDENTIFY and everything sent since: survives its socket, so that RESUME can replay what was missed. */
export class Session {
  readonly id: string;
  readonly intents: number;
  readonly shard: Shard;
  #socket: WebSocket | undefined;
  #sequence = 0;
  readonly #sent: Dispatched[] = [];

  constructor(id: string, intents: number, shard: Shard, socket: WebSocket) {
    this.id = id;
    this.intents = intents;
    this.shard = shard;
    this.#socket = socket;
  }

  get socket(): WebSocket | undefined {
    return this.#socket;
  }

  dispatch(t: string, d: unknown): void {
    const event: Dispatched = { op: 0, t, s: ++this.#sequence, d };
    this.#sent.push(event);
    if (this.#sent.length > REPLAY_LENGTH) this.#sent.shift();
    this.#socket?.send(JSON.stringify(event));
  }

  /** Whether everything after `sequence` is still here. */
  canReplayFrom(sequence: number): boolean {
    return sequence <= this.#sequence && sequence + 1 >= (this.#sent[0]?.s ?? 1);
  }

  resume(socket: WebSocket, sequence: number): void {
    this.#socket = socket;
    for (const event of this.#sent) if (event.s > sequence) socket.send(JSON.stringify(event));
    this.dispatch('RESUMED', {});
  }

  /** @param socket lets go only if it is still the session's own. */
  detach(socket: WebSocket): void {
    if (this.#socket === socket) this.#socket = undefined;
  }

  /** Which shard a guild's events go to; direct messages (no guild) go to shard 0. */
  concerns(guildId: string | undefined): boolean {
    // https://docs.discord.com/developers/events/gateway#sharding
    const shard = guildId === undefined ? 0n : (BigInt(guildId) >> 22n) % BigInt(this.shard.count);
    return Number(shard) === this.shard.id;
  }
}
