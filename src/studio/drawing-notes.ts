import { z } from 'zod';
import type { Job } from '../store/job.ts';
import type { JsonObject } from '../store/json.ts';

/** What whoever asked for a drawing should know of it. */
export interface DrawingNotes {
  /** words that the model was not taught */
  readonly unknownWords: readonly string[];
  /** by panel number: words that the model did not read, since the prompt was too long */
  readonly truncatedWords: Readonly<Record<string, readonly string[]>>;
  /** names of characters whose anchors came out otherwise than in their canon */
  readonly drifted: readonly string[];
}

const NONE: DrawingNotes = { unknownWords: [], truncatedWords: {}, drifted: [] };
/** Jobs that had been drawn when they began again, and those of older versions, tell less. */
const schema = z
  .object({
    unknownWords: z.array(z.string()).catch([]),
    truncatedWords: z.record(z.string(), z.array(z.string())).catch({}),
    drifted: z.array(z.string()).catch([]),
  })
  .catch({ unknownWords: [], truncatedWords: {}, drifted: [] });

/** What a job tells of its drawing. */
export function drawingResult({ unknownWords, truncatedWords, drifted }: DrawingNotes = NONE): JsonObject {
  return {
    unknownWords: [...unknownWords],
    truncatedWords: Object.fromEntries(Object.entries(truncatedWords).map(([number, words]) => [number, [...words]])),
    drifted: [...drifted],
  };
}

/** What jobs of a story, or of a casting, have told; each word and name once. */
export function drawingNotes(jobs: readonly Pick<Job, 'result'>[]): DrawingNotes {
  const told = jobs.map(({ result }) => schema.parse(result));
  return {
    unknownWords: [...new Set(told.flatMap(({ unknownWords }) => unknownWords))],
    truncatedWords: Object.assign({}, ...told.map(({ truncatedWords }) => truncatedWords)),
    drifted: [...new Set(told.flatMap(({ drifted }) => drifted))],
  };
}
