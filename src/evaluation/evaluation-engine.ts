import os from 'node:os';
import type { PlanOptions } from '../engine/pipeline/memory-estimate.ts';
import { type Engine, startEngine } from '../engine/worker/engine-client.ts';
import type { DrawingOptions } from './drawing-options.ts';

/** Of the machine's memory, unless told otherwise. */
const MEMORY_SHARE = 0.8;
const BYTES_PER_GB = 1e9;

type Wanted = Pick<DrawingOptions, 'provider' | 'threads' | 'max-memory'>;

/** What drawing may take. */
export const evaluationMemory = ({ 'max-memory': gigabytes }: Pick<Wanted, 'max-memory'>): PlanOptions => ({
  limit: gigabytes === undefined ? os.totalmem() * MEMORY_SHARE : gigabytes * BYTES_PER_GB,
});

/** An engine for whoever evaluates, and wants the machine for it. */
export function evaluationEngine(options: Wanted): Engine {
  const { limit: maxMemory = Number.POSITIVE_INFINITY } = evaluationMemory(options);
  return startEngine({ provider: options.provider, threads: options.threads, maxMemory });
}
