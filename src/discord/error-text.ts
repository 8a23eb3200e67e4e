import { escapeMarkdown } from 'discord.js';
import type { UserError } from '../errors/user-error.ts';
import type { Messages } from '../i18n/messages.ts';

/** Of a detail that a person may have typed, what is repeated. */
const MAX_DETAIL = 200;

/** What a person reads of an error, in their language; for a code that has no text yet, the error's own English. */
export function errorText(error: UserError, t: Messages): string {
  const text = t.errors[error.code];
  if (!text) return t.common.unknownError({ message: plain(error.message) });
  return text((key) => plain(key === 'code' ? error.code : detail(error.context[key], t)));
}

function detail(value: unknown, t: Messages): string {
  if (Array.isArray(value)) return t.common.list({ items: value.map(String) });
  return value === undefined || value === null ? '' : String(value);
}

function plain(text: string): string {
  const short = text.length > MAX_DETAIL ? `${text.slice(0, MAX_DETAIL).replace(/[\uD800-\uDBFF]$/u, '')}…` : text;
  return escapeMarkdown(short);
}
