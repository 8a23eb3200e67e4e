import { cleanCaption, graphemesOf, shorten } from './caption-text.ts';

/** Discord's limit for an attachment's description, in UTF-16 code units (the stricter way to count). */
export const ALT_TEXT_LIMIT = 1024;

/**
 * "A story in 4 panels: 1. …; 2. …" for those who can't see the picture. When it would be longer than the limit the
 * longest captions are shortened first, all to the same length, so that short ones stay whole.
 */
export function altText(captions: readonly string[], title?: string, limit: number = ALT_TEXT_LIMIT): string {
  const cleaned = captions.map((caption) => graphemesOf(cleanCaption(caption).replaceAll('\n', ' ')));
  const heading = graphemesOf(cleanCaption(title ?? '').replaceAll('\n', ' '));
  const compose = (length: number): string => {
    const name = heading.length > 0 ? `“${shorten(heading, length)}”, a` : 'A';
    const list = cleaned.map((caption, index) => `${index + 1}. ${shorten(caption, length)}`.trimEnd()).join('; ');
    return `${name} story in ${captions.length} ${captions.length === 1 ? 'panel' : 'panels'}: ${list}`;
  };
  const longest = Math.max(heading.length, ...cleaned.map((caption) => caption.length), 0);
  let fits = 0;
  let tooLong = longest + 1;
  while (tooLong - fits > 1) {
    const middle = (fits + tooLong) >> 1;
    if (compose(middle).length <= limit) fits = middle;
    else tooLong = middle;
  }
  const text = compose(fits);
  return text.length <= limit ? text : `${text.slice(0, limit - 1)}…`;
}
