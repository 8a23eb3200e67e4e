import { de } from './de.ts';
import { en } from './en.ts';
import type { Messages } from './messages.ts';

/** Discord's locales to texts; every other locale reads English, in which commands are named too. */
const TRANSLATIONS: Readonly<Record<string, Messages>> = { de };

export function messagesFor(locale: string | null | undefined): Messages {
  return TRANSLATIONS[locale ?? ''] ?? TRANSLATIONS[locale?.split('-')[0] ?? ''] ?? en;
}

/** All but English, by Discord's locale. */
export function translations(): readonly (readonly [locale: string, messages: Messages])[] {
  return Object.entries(TRANSLATIONS);
}

/** All locales that there are texts in. */
export function languages(): readonly string[] {
  return ['en', ...Object.keys(TRANSLATIONS)];
}
