import type { Attachment } from 'discord.js';
import { UserError } from '../errors/user-error.ts';

const MIB = 1024 * 1024;
/** More than any picture that a model looks at needs. */
const MAX_BYTES = 10 * MIB;
const MEDIA_TYPES: readonly string[] = ['image/png', 'image/jpeg', 'image/webp'];
const TIMEOUT_MS = 20_000;

/** @throws UserError `picture-unreadable`, `picture-too-large` */
export async function downloadPicture({ url, size, contentType, name }: Attachment): Promise<Uint8Array> {
  if (size > MAX_BYTES) {
    throw new UserError('picture-too-large', {
      expected: `a picture of at most ${MAX_BYTES / MIB} MiB`,
      got: `${(size / MIB).toFixed(1)} MiB`,
      todo: 'Make it smaller.',
      most: `${MAX_BYTES / MIB} MiB`,
    });
  }
  if (!MEDIA_TYPES.includes(contentType ?? '')) {
    throw new UserError('picture-unreadable', {
      expected: 'a PNG, JPEG or WebP',
      got: name,
      todo: 'Attach another file.',
    });
  }
  const response = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS) });
  if (!response.ok) throw new Error(`the attachment could not be read: ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
}
