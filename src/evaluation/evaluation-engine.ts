import os from 'node:os';
import type { ProviderChoice } from '../engine/runtime/providers.ts';
import { type Engine, startEngine } from '../engine/worker/engine-client.ts';

/** Of the machine's memory. */
const MEMORY_SHARE = 0.8;

/** An engine for whoever evaluates, and wants the machine for it. */
export function evaluationEngine(provider: ProviderChoice, threads: number): Engine {
  return startEngine({ provider, threads, maxMemory: os.totalmem() * MEMORY_SHARE });
}
