import { setTimeout } from 'node:timers/promises';
import { type Client, DiscordjsError, DiscordjsErrorCodes, Events, type Interaction } from 'discord.js';
import type { BlobStore } from '../blobs/blob-store.ts';
import { UserError } from '../errors/user-error.ts';
import type { Log } from '../log.ts';
import type { PictureFilter } from '../safety/picture-filter.ts';
import type { Clock } from '../store/context.ts';
import type { Store } from '../store/store.ts';
import type { Offers } from '../studio/offers.ts';
import type { Studio } from '../studio/studio.ts';
import type { BotServices } from './bot-services.ts';
import { createClient } from './client.ts';
import type { Command } from './command.ts';
import { commandJson } from './command-json.ts';
import { commandTable } from './command-loader.ts';
import { startDeletingErased } from './erased-messages.ts';
import { InteractionRouter } from './interaction-router.ts';
import { MessageBoard } from './message-board.ts';
import { PictureGate } from './picture-gate.ts';
import { Poster } from './poster.ts';
import { ReactionHandler } from './reaction-handler.ts';
import { SpokenLanguages } from './speech.ts';

export interface BotOptions {
  readonly token: string;
  /** Another address than Discord's: the rehearsal room's. */
  readonly api?: string;
  readonly commands: readonly Command[];
  /** Registers the commands at the start; otherwise `npm run register-commands` does. */
  readonly registersCommands: boolean;
  readonly studio: Studio;
  readonly store: Store;
  readonly blobs: BlobStore;
  readonly pictureFilter?: PictureFilter;
  readonly offers: Offers;
  readonly clock: Clock;
  readonly log: Log;
  readonly editIntervalMs: number;
  readonly impatientAfterMs: number;
}

/** The bot. `prepare`, then start the queue, then `connect`; at the end stop the queue, then `stop`. */
export class Bot {
  readonly client: Client;
  readonly board: MessageBoard;
  readonly #options: BotOptions;
  readonly #router: InteractionRouter;
  readonly #reactions: ReactionHandler;
  readonly #languages: SpokenLanguages;
  /** What is being answered. */
  readonly #running = new Set<Promise<void>>();
  #stopping = false;
  #endDeleting: () => Promise<void> = async () => {};

  constructor(options: BotOptions) {
    const { studio, store, blobs, clock, log, pictureFilter, offers } = options;
    this.#options = options;
    this.client = createClient(options.api);
    this.#languages = new SpokenLanguages();
    const languages = this.#languages;
    const pictures = new PictureGate(blobs, pictureFilter);
    const poster = new Poster(this.client, store.messages, clock.now());
    this.board = new MessageBoard({ ...options, client: this.client, poster, languages, pictures, wait });
    const services: BotServices = { studio, store, blobs, offers, board: this.board, languages, pictures };
    this.#router = new InteractionRouter(commandTable(options.commands), services, log);
    this.#reactions = new ReactionHandler(services, log);
  }

  /** Stores what a killed process left to be posted; before any job runs, and without a network. */
  async prepare(): Promise<void> {
    await this.board.recover();
  }

  /** Resolves once the bot is ready. @throws UserError `discord-token-invalid` */
  async connect(): Promise<void> {
    const { log, token } = this.#options;
    this.client.on(Events.Error, (error) => log.error('the connection to Discord failed', error));
    this.client.on(Events.Warn, (message) => log.warn(message));
    this.client.on(Events.InteractionCreate, (interaction) => this.#interaction(interaction));
    this.client.on(Events.MessageReactionAdd, (reaction, person) =>
      this.#track(() => this.#reactions.handle(reaction, person)),
    );
    const { messages } = this.#options.store;
    this.client.on(Events.MessageDelete, ({ id, channelId }) => this.#track(() => messages.markGone(id, channelId)));
    const ready = new Promise<void>((resolve) => this.client.once(Events.ClientReady, () => resolve()));
    await this.client.login(token).catch(explainLogin);
    await ready;
    if (this.#options.registersCommands)
      await this.client.application?.commands.set(this.#options.commands.map(commandJson));
    await this.board.start();
    this.#endDeleting = startDeletingErased({ ...this.#options, client: this.client });
    log.info('the bot is ready', { name: this.client.user?.username });
  }

  /** Takes nothing new, ends what is being answered, tells where drawing goes on later, and leaves. */
  async stop(): Promise<void> {
    this.#stopping = true;
    await Promise.all([...this.#running, this.#endDeleting()]);
    await this.board.stop();
    await this.client.destroy();
  }

  #interaction(interaction: Interaction): void {
    if (interaction.guildId === null) this.#languages.heard(interaction.user.id, interaction.locale);
    this.#track(() => this.#router.route(interaction));
  }

  #track(handle: () => Promise<void>): void {
    if (this.#stopping) return;
    const tracked = handle()
      .catch((error: unknown) => this.#options.log.error('an event could not be handled', error))
      .finally(() => this.#running.delete(tracked));
    this.#running.add(tracked);
  }
}

async function wait(ms: number, signal: AbortSignal): Promise<void> {
  await setTimeout(ms, undefined, { signal }).catch(() => {});
}

function explainLogin(error: unknown): never {
  if (!(error instanceof DiscordjsError) || error.code !== DiscordjsErrorCodes.TokenInvalid) throw error;
  throw new UserError('discord-token-invalid', {
    expected: "a bot's token in DISCORD_TOKEN",
    got: 'one that Discord does not know',
    todo: 'Copy it anew from https://discord.com/developers/applications (Bot, Reset Token).',
  });
}
