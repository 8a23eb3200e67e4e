import { type Engine, startEngine } from '../engine/worker/engine-client.ts';
import type { EngineOptions } from '../engine/worker/messages.ts';

/** An engine on the CPU for as long as `work` takes. */
export async function withEngine<T>(
  options: Pick<EngineOptions, 'threads' | 'anchorMemory'>,
  work: (engine: Engine) => Promise<T>,
): Promise<T> {
  const engine = startEngine({ provider: 'cpu', maxMemory: Number.POSITIVE_INFINITY, ...options });
  try {
    return await work(engine);
  } finally {
    await engine.close();
  }
}
