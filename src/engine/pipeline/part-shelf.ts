import type { Feeds, OnnxSession, Runnable } from '../runtime/onnx-session.ts';
import type { TensorValue } from '../runtime/tensor-value.ts';

/**
 * The sessions of a model's parts: each is made when it is first used, and released when a part of another stage is.
 * So parts of different stages are never in memory together.
 */
export class PartShelf {
  /** all of one stage */
  private readonly loaded = new Map<ShelfPart, OnnxSession>();
  private last: Promise<unknown> = Promise.resolve();

  /** @param open makes the session, every time that the part has to be loaded */
  add(stage: number, open: () => Promise<OnnxSession>): ShelfPart {
    return new ShelfPart(this, stage, open);
  }

  /** One use waits for the one before, so that no session is released while it runs. */
  use<T>(part: ShelfPart, work: (session: OnnxSession) => T | Promise<T>): Promise<T> {
    return this.inTurn(async () => work(await this.session(part)));
  }

  /** Releases all sessions; parts that are used again are loaded again. */
  release(): Promise<void> {
    return this.inTurn(() => this.releaseWhere(() => true));
  }

  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.last.then(work);
    this.last = turn.catch(() => {});
    return turn;
  }

  private async session(part: ShelfPart): Promise<OnnxSession> {
    const known = this.loaded.get(part);
    if (known) return known;
    await this.releaseWhere((other) => other.stage !== part.stage);
    const session = await part.open();
    this.loaded.set(part, session);
    return session;
  }

  private async releaseWhere(applies: (part: ShelfPart) => boolean): Promise<void> {
    for (const [part, session] of [...this.loaded]) {
      if (!applies(part)) continue;
      this.loaded.delete(part);
      await session.release();
    }
  }
}

/** A part of a model, whether it is loaded or not. */
export class ShelfPart implements Runnable {
  readonly stage: number;
  readonly open: () => Promise<OnnxSession>;
  private readonly shelf: PartShelf;

  constructor(shelf: PartShelf, stage: number, open: () => Promise<OnnxSession>) {
    this.shelf = shelf;
    this.stage = stage;
    this.open = open;
  }

  /** @param work must not use a part of the same shelf meanwhile, and not keep the session */
  use<T>(work: (session: OnnxSession) => T | Promise<T>): Promise<T> {
    return this.shelf.use(this, work);
  }

  async load(): Promise<void> {
    await this.use(() => {});
  }

  run(feeds: Feeds, outputs: readonly string[]): Promise<Record<string, TensorValue>> {
    return this.use((session) => session.run(feeds, outputs));
  }
}
