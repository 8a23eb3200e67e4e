import { z } from 'zod';

/** Empty is as good as not set: a line "NAME=" in .env. */
export function optionalText() {
  return z
    .string()
    .transform((text) => text.trim())
    .transform((text) => (text === '' ? undefined : text))
    .optional();
}

export function text(fallback: string) {
  return optionalText().transform((value) => value ?? fallback);
}

export function whole(fallback: number, least: number, most: number) {
  return optionalText()
    .transform((value) => (value === undefined ? fallback : /^\d+$/.test(value) ? Number(value) : Number.NaN))
    .pipe(z.int(`has to be a whole number from ${least} to ${most}`).min(least).max(most));
}

export function number(fallback: number, least: number, most: number) {
  return optionalText()
    .transform((value) => (value === undefined ? fallback : Number(value)))
    .pipe(z.number(`has to be a number from ${least} to ${most}`).min(least).max(most));
}

export function yesNo(fallback: boolean) {
  return optionalText()
    .transform((value) => value?.toLowerCase() ?? (fallback ? 'yes' : 'no'))
    .pipe(z.enum(['yes', 'no', 'true', 'false'], 'has to be yes or no'))
    .transform((value) => value === 'yes' || value === 'true');
}

export function list(fallback: string) {
  return text(fallback).transform((value) =>
    value
      .split(',')
      .map((part) => part.trim())
      .filter(Boolean),
  );
}
