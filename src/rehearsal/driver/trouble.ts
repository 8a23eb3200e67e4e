import { PermissionFlagsBits, type PermissionsString } from 'discord.js';
import type { Gateway } from '../gateway/gateway.ts';
import type { RestApi } from '../rest/rest-api.ts';
import type { Interaction } from '../state/interactions.ts';
import { removeMessage } from '../state/messages.ts';
import type { Channel, Person } from '../state/places.ts';
import type { World } from '../state/world.ts';
import type { MessageRef } from './actor.ts';

export interface StagedAnswerOptions {
  /** Seconds that a 429 tells the bot to wait. */
  readonly retryAfter?: number;
  /** A 429 for the whole bot rather than one route. */
  readonly global?: boolean;
}

export interface TroubleState {
  readonly gatewayOpen: boolean;
  readonly restDelayMs: number;
  readonly rateLimitsEnforced: boolean;
  readonly forbidden: readonly PermissionsString[];
  readonly staged: readonly { readonly status: number; readonly times: number; readonly route?: string }[];
}

/** Everything that can go wrong with Discord, on request. */
export class Trouble {
  readonly #world: World;
  readonly #gateway: Gateway;
  readonly #rest: RestApi;
  readonly #forbidden = new Set<PermissionsString>();

  constructor(world: World, gateway: Gateway, rest: RestApi) {
    this.#world = world;
    this.#gateway = gateway;
    this.#rest = rest;
  }

  /** Cuts the bot's connection. With `resumable: false` its session is forgotten: events in between are lost. */
  dropGateway({ resumable = true } = {}): void {
    this.#gateway.drop(resumable);
  }

  /** Asks the bot to reconnect, as Discord does before maintenance. */
  askToReconnect(): void {
    this.#gateway.askToReconnect();
  }

  /** While closed, nobody can connect to the gateway; an open connection stays. */
  openGateway(open: boolean): void {
    this.#gateway.open = open;
    this.#changed();
  }

  /**
   * The next requests get this status instead of an answer.
   * @param route part of `POST /channels/:channel/messages`; none: whatever comes.
   */
  answerNext(
    status: number,
    times = 1,
    route?: string,
    { retryAfter = 0.05, global = false }: StagedAnswerOptions = {},
  ): void {
    this.#rest.trouble.staged.push({ status, times, retryAfter, global, ...(route !== undefined && { route }) });
    this.#changed();
  }

  /** Every request waits so long, by the room's clock. */
  slowRest(ms: number): void {
    this.#rest.trouble.delayMs = ms;
    this.#changed();
  }

  /** Makes interaction tokens as dead as after fifteen minutes: one, or all there are. */
  expireToken(of?: { readonly interaction: Interaction }): void {
    for (const interaction of of ? [of.interaction] : this.#world.interactions.values()) interaction.expired = true;
  }

  /** Takes a permission from the bot, in one channel or in all. */
  forbid(permission: PermissionsString, channel?: Channel): void {
    this.#forbidden.add(permission);
    this.#setDenied(PermissionFlagsBits[permission], true, channel);
  }

  /** Gives it back. */
  allow(permission: PermissionsString, channel?: Channel): void {
    this.#forbidden.delete(permission);
    this.#setDenied(PermissionFlagsBits[permission], false, channel);
  }

  /** A moderator deletes a message. */
  deleteMessage(ref: MessageRef): void {
    const message = this.#world.messages.get(typeof ref === 'string' ? ref : ref.id);
    if (message) removeMessage(this.#world, message);
  }

  deleteChannel(channel: Channel): void {
    this.#world.removeChannel(channel);
  }

  closeDirectMessages(person: Person): void {
    person.acceptsDirectMessages = false;
  }

  /** Keeps the bot to Discord's rates, by the room's clock. */
  enforceRateLimits(on: boolean): void {
    this.#rest.rateLimits.enforced = on;
    this.#changed();
  }

  /** Ends all trouble that goes on. */
  clear(): void {
    this.#gateway.open = true;
    this.#rest.trouble.delayMs = 0;
    this.#rest.trouble.staged.length = 0;
    this.#rest.rateLimits.enforced = false;
    for (const permission of [...this.#forbidden]) this.allow(permission);
    this.#changed();
  }

  state(): TroubleState {
    return {
      gatewayOpen: this.#gateway.open,
      restDelayMs: this.#rest.trouble.delayMs,
      rateLimitsEnforced: this.#rest.rateLimits.enforced,
      forbidden: [...this.#forbidden],
      staged: this.#rest.trouble.staged.map(({ status, times, route }) => ({
        status,
        times,
        ...(route !== undefined && { route }),
      })),
    };
  }

  #setDenied(bit: bigint, denied: boolean, only?: Channel): void {
    const botId = this.#world.bot.id;
    const channels = only ? [only] : [...this.#world.channels.values()].filter(({ kind }) => kind === 'text');
    for (const channel of channels) {
      const deny = channel.overwrites.get(botId)?.deny ?? 0n;
      channel.overwrites.set(botId, { id: botId, of: 'member', allow: 0n, deny: denied ? deny | bit : deny & ~bit });
      this.#world.events.send({ type: 'channelChanged', channel });
    }
    this.#changed();
  }

  #changed(): void {
    this.#world.events.send({ type: 'troubleChanged' });
  }
}
