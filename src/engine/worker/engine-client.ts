import { Worker } from 'node:worker_threads';
import type { DrawnStory, StoryRequest } from '../draw-story.ts';
import type { ProbeRequest, ProbeResult } from '../probe-pictures.ts';
import type { RasterImage } from '../raster-image.ts';
import {
  type DrawOptions,
  deserializeError,
  type EngineCommand,
  type EngineEvent,
  type EngineOptions,
  type EngineProgress,
  type ModelChoice,
} from './messages.ts';

export interface EngineHooks {
  readonly signal?: AbortSignal;
  readonly progress?: (progress: EngineProgress) => void;
  readonly preview?: (images: readonly RasterImage[]) => void;
  /** which provider the model was loaded for, and which could not be used */
  readonly loaded?: (event: Extract<EngineEvent, { type: 'loaded' }>) => void;
}

/** What the rest of Troupe knows of the engine. Stories queue up: they are drawn one after the other. */
export interface Engine {
  /**
   * @throws UserError for what people can mend, the signal's reason when aborted, Error for everything else
   */
  draw(model: ModelChoice, story: StoryRequest, options: DrawOptions, hooks?: EngineHooks): Promise<DrawnStory>;
  /** What the U-Net makes of finished pictures; draws nothing. */
  probe(
    model: ModelChoice,
    request: ProbeRequest,
    hooks?: Pick<EngineHooks, 'signal' | 'progress'>,
  ): Promise<ProbeResult>;
  /** sha256 that names the model in a folder */
  modelHash(folder: string, hooks?: Pick<EngineHooks, 'signal'>): Promise<string>;
  /** Frees the thread and all memory of the engine; running jobs are aborted. */
  close(): Promise<void>;
}

interface Job {
  readonly hooks: EngineHooks;
  readonly resolve: (value: never) => void;
  readonly reject: (reason: unknown) => void;
}

type Answer = Extract<EngineEvent, { type: 'drawn' | 'probed' | 'hashed' | 'failed' }>;
/** A command without its number, which it gets when it is sent. */
type Numbered = Extract<EngineCommand, { type: 'draw' | 'probe' | 'hash' }>;
type Unnumbered = Numbered extends infer C ? (C extends Numbered ? Omit<C, 'job'> : never) : never;

/** Starts the engine in a thread of its own. */
export function startEngine(options: EngineOptions): Engine {
  return new ThreadedEngine(options);
}

class ThreadedEngine implements Engine {
  private readonly worker: Worker;
  private readonly jobs = new Map<number, Job>();
  private readonly exited: Promise<void>;
  private lastJob = 0;
  private ended: Error | undefined;

  constructor(options: EngineOptions) {
    this.worker = new Worker(new URL('./engine-worker-entry.mjs', import.meta.url), { workerData: options });
    this.worker.on('message', (event: EngineEvent) => this.handle(event));
    this.worker.on('error', (error) => this.end(error instanceof Error ? error : new Error(String(error))));
    this.exited = new Promise((resolve) => {
      this.worker.once('exit', (code) => {
        this.end(new Error(`the engine's thread has ended (${code})`));
        resolve();
      });
    });
  }

  draw(model: ModelChoice, story: StoryRequest, options: DrawOptions, hooks: EngineHooks = {}): Promise<DrawnStory> {
    return this.send<DrawnStory>({ type: 'draw', model, story, options }, hooks);
  }

  probe(
    model: ModelChoice,
    request: ProbeRequest,
    hooks: Pick<EngineHooks, 'signal' | 'progress'> = {},
  ): Promise<ProbeResult> {
    return this.send<ProbeResult>({ type: 'probe', model, request }, hooks);
  }

  modelHash(folder: string, hooks: Pick<EngineHooks, 'signal'> = {}): Promise<string> {
    return this.send<string>({ type: 'hash', folder }, hooks);
  }

  async close(): Promise<void> {
    for (const job of this.jobs.keys()) this.post({ type: 'abort', job });
    this.post({ type: 'close' });
    await this.exited;
  }

  private send<T>(command: Unnumbered, hooks: EngineHooks): Promise<T> {
    const { signal } = hooks;
    if (signal?.aborted) return Promise.reject(signal.reason);
    if (this.ended) return Promise.reject(this.ended);
    const job = ++this.lastJob;
    const abort = () => this.post({ type: 'abort', job });
    signal?.addEventListener('abort', abort, { once: true });
    const answered = new Promise<T>((resolve, reject) => this.jobs.set(job, { hooks, resolve, reject }));
    this.post({ ...command, job } as EngineCommand);
    return answered.finally(() => signal?.removeEventListener('abort', abort));
  }

  private post(command: EngineCommand): void {
    this.worker.postMessage(command);
  }

  private handle(event: EngineEvent): void {
    const job = this.jobs.get(event.job);
    if (!job) return;
    try {
      if (event.type === 'progress') job.hooks.progress?.(event.progress);
      else if (event.type === 'preview') job.hooks.preview?.(event.images);
      else if (event.type === 'loaded') job.hooks.loaded?.(event);
      else this.settle(event, job);
    } catch (error) {
      // a hook that throws ends its job, as it does where no thread lies between
      this.jobs.delete(event.job);
      this.post({ type: 'abort', job: event.job });
      job.reject(error);
    }
  }

  private settle(event: Answer, { hooks, resolve, reject }: Job): void {
    this.jobs.delete(event.job);
    if (event.type === 'drawn') resolve(event.story as never);
    else if (event.type === 'probed') resolve(event.result as never);
    else if (event.type === 'hashed') resolve(event.hash as never);
    else reject(deserializeError(event.error, hooks.signal?.reason ?? new Error('the engine was closed')));
  }

  private end(error: Error): void {
    this.ended ??= error;
    for (const job of this.jobs.values()) job.reject(this.ended);
    this.jobs.clear();
  }
}
