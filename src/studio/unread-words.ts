import { z } from 'zod';
import type { Job } from '../store/job.ts';
import type { JsonObject } from '../store/json.ts';

/** What was asked for in words that the model passed over. */
export interface UnreadWords {
  /** words that the model was not taught */
  readonly unknownWords: readonly string[];
  /** by panel number: words that the model did not read, since the prompt was too long */
  readonly truncatedWords: Readonly<Record<string, readonly string[]>>;
}

const NONE: UnreadWords = { unknownWords: [], truncatedWords: {} };
/** Jobs that had been drawn when they began again, and those of older versions, tell less. */
const schema = z
  .object({ unknownWords: z.array(z.string()), truncatedWords: z.record(z.string(), z.array(z.string())) })
  .catch({ unknownWords: [], truncatedWords: {} });

/** What a job tells of its drawing. */
export function drawingResult({ unknownWords, truncatedWords }: UnreadWords = NONE): JsonObject {
  return {
    unknownWords: [...unknownWords],
    truncatedWords: Object.fromEntries(Object.entries(truncatedWords).map(([number, words]) => [number, [...words]])),
  };
}

/** What jobs of a story, or of a casting, have told; each word once. */
export function unreadWords(jobs: readonly Pick<Job, 'result'>[]): UnreadWords {
  const told = jobs.map(({ result }) => schema.parse(result));
  return {
    unknownWords: [...new Set(told.flatMap(({ unknownWords }) => unknownWords))],
    truncatedWords: Object.assign({}, ...told.map(({ truncatedWords }) => truncatedWords)),
  };
}
