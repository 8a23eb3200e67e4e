import { z } from 'zod';

/** What can be stored as JSON. */
export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };

const wordsSchema = z.array(z.string());

/** A column that this version only ever writes lists of words to. */
export function parseWords(value: unknown): string[] {
  return wordsSchema.parse(value);
}
