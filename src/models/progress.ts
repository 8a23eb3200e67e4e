/** How far the fetching or copying of a model is. */
export interface AddProgress {
  readonly file: string;
  readonly done: number;
  readonly size: number;
  /** 1-based, of `files` */
  readonly number: number;
  readonly files: number;
  readonly allDone: number;
  readonly allSize: number;
}

/** What is told while a model is added. */
export interface AddHooks {
  readonly signal: AbortSignal;
  progress(progress: AddProgress): void;
  notice(text: string): void;
}

/** Counts bytes over all files of one model. */
export class ByteCounter {
  readonly #hooks: AddHooks;
  readonly #files: number;
  readonly #allSize: number;
  #before = 0;
  #number = 0;

  constructor(files: readonly { readonly size: number }[], hooks: AddHooks) {
    this.#hooks = hooks;
    this.#files = files.length;
    this.#allSize = files.reduce((sum, { size }) => sum + size, 0);
  }

  /** What tells the bytes of the next file. */
  next({ path, size }: { readonly path: string; readonly size: number }): (done: number) => void {
    const before = this.#before;
    this.#before += size;
    const number = ++this.#number;
    return (done) =>
      this.#hooks.progress({
        file: path,
        done,
        size,
        number,
        files: this.#files,
        allDone: before + done,
        allSize: this.#allSize,
      });
  }
}
