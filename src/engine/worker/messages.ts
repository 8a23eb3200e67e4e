import { type SerializedUserError, UserError } from '../../errors/user-error.ts';
import type { DrawnStory, Progress, StoryRequest } from '../draw-story.ts';
import type { MemoryPlan } from '../pipeline/memory-plan.ts';
import type { PictureSize } from '../pipeline/unet-session.ts';
import type { ProbeRequest, ProbeResult } from '../probe-pictures.ts';
import type { RasterImage } from '../raster-image.ts';
import type { Provider } from '../runtime/onnx-session.ts';
import type { ProviderChoice, ProviderFallback } from '../runtime/providers.ts';

/** What the engine's thread is told once, when it starts. */
export interface EngineOptions {
  readonly provider: ProviderChoice;
  /** 0: all cores */
  readonly threads: number;
  /** bytes that a model and its work may take; a story that would take more is refused before it is loaded */
  readonly maxMemory: number;
  /** the same of a GPU's own memory; any by default */
  readonly deviceMemory?: number;
  /** bytes beside `maxMemory` for anchors of the last stories, which then need not be drawn again; none by default */
  readonly anchorMemory?: number;
}

/** A model folder at one picture size: what a story is drawn by. */
export interface ModelChoice {
  readonly folder: string;
  readonly size: PictureSize;
  /** height in tokens of the attention level where masks are read, in place of the model's own (UNetOptions) */
  readonly maskResolution?: number;
  /** none by default; other weights of the same files need no loading */
  readonly loras?: readonly LoraChoice[];
}

export interface LoraChoice {
  /** absolute path */
  readonly file: string;
  /** 1: as it was made; 0: none of it */
  readonly weight: number;
}

export interface DrawOptions {
  readonly trace: boolean;
  /** sampling steps between previews; 0: none */
  readonly previewEvery: number;
}

/** Main thread -> engine's thread. */
export type EngineCommand =
  | {
      readonly type: 'draw';
      readonly job: number;
      readonly model: ModelChoice;
      readonly story: StoryRequest;
      readonly options: DrawOptions;
    }
  | { readonly type: 'probe'; readonly job: number; readonly model: ModelChoice; readonly request: ProbeRequest }
  | { readonly type: 'hash'; readonly job: number; readonly folder: string }
  | { readonly type: 'abort'; readonly job: number }
  | { readonly type: 'close' };

export type EngineProgress = Progress | { readonly phase: 'load'; readonly done: number; readonly total: number };

/** Engine's thread -> main thread. */
export type EngineEvent =
  | { readonly type: 'progress'; readonly job: number; readonly progress: EngineProgress }
  | { readonly type: 'preview'; readonly job: number; readonly images: readonly RasterImage[] }
  | {
      readonly type: 'loaded';
      readonly job: number;
      readonly provider: Provider;
      readonly fallbacks: readonly ProviderFallback[];
      /** what of the model is in memory when */
      readonly plan: MemoryPlan;
      /** milliseconds */
      readonly took: number;
    }
  | { readonly type: 'drawn'; readonly job: number; readonly story: DrawnStory }
  | { readonly type: 'probed'; readonly job: number; readonly result: ProbeResult }
  | { readonly type: 'hashed'; readonly job: number; readonly hash: string }
  | { readonly type: 'failed'; readonly job: number; readonly error: SerializedError };

/** Errors lose their class on the way between threads; people's mistakes must not. */
export type SerializedError =
  | { readonly kind: 'user'; readonly error: SerializedUserError }
  | { readonly kind: 'aborted' }
  | { readonly kind: 'internal'; readonly message: string; readonly stack: string | undefined };

export function serializeError(error: unknown, signal: AbortSignal): SerializedError {
  if (error instanceof UserError) return { kind: 'user', error: error.serialize() };
  // Node's streams throw an AbortError of their own, not the signal's reason
  const isAbort = error === signal.reason || (error instanceof Error && error.name === 'AbortError');
  if (signal.aborted && isAbort) return { kind: 'aborted' };
  if (error instanceof Error) return { kind: 'internal', message: error.message, stack: error.stack };
  return { kind: 'internal', message: String(error), stack: undefined };
}

/** @param reason what an aborted job is answered with */
export function deserializeError(serialized: SerializedError, reason: unknown): unknown {
  if (serialized.kind === 'user') return UserError.deserialize(serialized.error);
  if (serialized.kind === 'aborted') return reason;
  const error = new Error(serialized.message);
  error.stack = serialized.stack;
  return error;
}
