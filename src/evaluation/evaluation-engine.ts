import os from 'node:os';
import { drawingMemory } from '../engine/pipeline/drawing-memory.ts';
import type { DrawingMemory } from '../engine/pipeline/memory-estimate.ts';
import type { ProviderChoice } from '../engine/runtime/providers.ts';
import { type Engine, startEngine } from '../engine/worker/engine-client.ts';
import type { DrawingOptions } from './drawing-options.ts';

/** Of the machine's memory, unless told otherwise. */
const MEMORY_SHARE = 0.8;
const BYTES_PER_GB = 1e9;

interface Wanted extends Pick<DrawingOptions, 'threads' | 'max-memory' | 'device-memory'> {
  readonly provider: ProviderChoice;
}

/** What there is to draw with, as far as it can be foreseen. */
export const evaluationMemory = (wanted: Wanted): DrawingMemory => drawingMemory(limitsOf(wanted));

/** An engine for whoever evaluates, and wants the machine for it. */
export const evaluationEngine = (wanted: Wanted): Engine => startEngine(limitsOf(wanted));

function limitsOf({ provider, threads, 'max-memory': host, 'device-memory': device }: Wanted) {
  return {
    provider,
    threads,
    maxMemory: host === undefined ? os.totalmem() * MEMORY_SHARE : host * BYTES_PER_GB,
    ...(device !== undefined && { deviceMemory: device * BYTES_PER_GB }),
  };
}
