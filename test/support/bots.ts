import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type App, type AppParts, startApp } from '../../src/app.ts';
import { type Config, readConfig } from '../../src/config.ts';
import { loadCommands } from '../../src/discord/command-loader.ts';
import type { Engine } from '../../src/engine/worker/engine-client.ts';
import type { Log } from '../../src/log.ts';
import { type Rehearsal, RehearsalServer } from '../../src/rehearsal/index.ts';
import { FakeEngine } from './fake-engine.ts';
import { POCKET } from './fixtures.ts';

const COMMANDS = fileURLToPath(new URL('../../commands/', import.meta.url));

export interface LoggedError {
  readonly message: string;
  readonly error: unknown;
}

export interface TroupeOptions {
  readonly config?: Partial<Config>;
  readonly queue?: AppParts['queue'];
  readonly inspect?: AppParts['inspect'];
}

/** The whole application on the loopback Discord, with a database and pictures of its own. */
export class TestTroupe {
  readonly room: Rehearsal;
  readonly folder: string;
  /** What the log was told as errors, in order. */
  readonly errors: LoggedError[] = [];
  engine: Engine;
  #app: App | undefined;
  readonly #config: Config;
  readonly #queue: AppParts['queue'];
  readonly #inspect: AppParts['inspect'];

  private constructor(
    room: Rehearsal,
    folder: string,
    engine: Engine,
    changes: Partial<Config>,
    queue: AppParts['queue'],
    inspect: AppParts['inspect'],
  ) {
    this.room = room;
    this.folder = folder;
    this.engine = engine;
    this.#queue = queue;
    this.#inspect = inspect;
    this.#config = {
      ...readConfig({}),
      databaseUrl: `file:${join(folder, 'troupe.db')}`,
      blobsFolder: join(folder, 'blobs'),
      modelFolders: [POCKET],
      editIntervalMs: 0,
      stopWithinMs: 0,
      ...changes,
    };
  }

  static async start(
    engine: Engine = new FakeEngine(),
    { config = {}, queue, inspect }: TroupeOptions = {},
  ): Promise<TestTroupe> {
    const folder = await mkdtemp(join(tmpdir(), 'troupe-bot-'));
    const troupe = new TestTroupe(await RehearsalServer.start(), folder, engine, config, queue, inspect);
    await troupe.open();
    return troupe;
  }

  get databaseUrl(): string {
    return this.#config.databaseUrl;
  }

  get app(): App {
    if (!this.#app) throw new Error('the bot is stopped');
    return this.#app;
  }

  /** Starts the bot, again on the same database after `close`. */
  async open(engine: Engine = this.engine): Promise<void> {
    this.engine = engine;
    const log: Log = {
      info: () => {},
      warn: () => {},
      error: (message, error) => this.errors.push({ message, error }),
    };
    const { token, api } = this.room;
    const commands = await loadCommands(COMMANDS);
    this.#app = await startApp({
      config: this.#config,
      token,
      api,
      commands,
      startEngine: () => engine,
      clock: Date,
      log,
      queue: this.#queue,
      inspect: this.#inspect,
    });
    await this.room.untilReady();
  }

  /** Stops the bot, gracefully; the room goes on. */
  async close(): Promise<void> {
    const app = this.app;
    this.#app = undefined;
    await app.stop();
  }

  async stop(): Promise<void> {
    if (this.#app) await this.close();
    await this.room.stop();
    await rm(this.folder, { recursive: true, force: true });
  }
}
