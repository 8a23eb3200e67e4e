/**
 * No database text can hold U+0000 (PostgreSQL) or half of a surrogate pair (UTF-8): each becomes U+FFFD, the
 * replacement character, which a person sees. Everything else is stored as it was typed.
 */
export function storableText(text: string): string {
  return text.replace(UNSTORABLE, '\uFFFD');
}

// With the u flag \p{Surrogate} matches lone halves only.
const UNSTORABLE = /\0|\p{Surrogate}/gu;

/** The same for every text within a plain value; dates, bytes and other objects pass as they are. */
export function storable<T>(value: T): T {
  if (typeof value === 'string') return storableText(value) as T;
  if (Array.isArray(value)) return value.map(storable) as T;
  if (value === null || typeof value !== 'object' || Object.getPrototypeOf(value) !== Object.prototype) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [storableText(key), storable(part)])) as T;
}
