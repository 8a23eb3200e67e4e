import { type Engine, startEngine } from '../../src/engine/worker/engine-client.ts';
import type { EngineOptions, ModelChoice } from '../../src/engine/worker/messages.ts';
import { POCKET } from './fixtures.ts';
import { foxPanel, foxStory, SMALL } from './pocket-stories.ts';

export const OPTIONS: EngineOptions = { provider: 'cpu', threads: 1, maxMemory: 2e9 };
export const MODEL: ModelChoice = { folder: POCKET, size: SMALL };
export const NO_EXTRAS = { trace: false, previewEvery: 0 };
export const STORY = foxStory([foxPanel(0), foxPanel(1)]);

/** Starts an engine of one's own for as long as it is used. */
export async function withEngine<T>(options: Partial<EngineOptions>, use: (engine: Engine) => Promise<T>): Promise<T> {
  const other = startEngine({ ...OPTIONS, ...options });
  try {
    return await use(other);
  } finally {
    await other.close();
  }
}

/** What a promise rejects with. */
export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  let value: unknown;
  try {
    value = await promise;
  } catch (error) {
    return error;
  }
  throw new Error(`was not rejected, but is ${value}`);
}
