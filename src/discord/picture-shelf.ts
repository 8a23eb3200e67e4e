import { createHash } from 'node:crypto';
import { fitPicture } from '../render/fit-picture.ts';
import type { JobProgress } from '../studio/studio.ts';
import { shorten } from './components.ts';
import type { ViewPicture } from './message-view.ts';

/** Discord's limit on an attachment's description. */
const MAX_ALT_TEXT = 1024;

/** Pictures as messages have them now, so that a page isn't made anew for each step of a progress bar. */
export class PictureShelf {
  readonly #latest = new Map<string, ViewPicture>();

  /**
   * @param holder what shows the picture, a story's id for instance
   * @param state names the picture's content
   */
  async page(
    holder: string,
    state: string,
    maxBytes: number,
    make: () => Promise<{ readonly png: Buffer; readonly altText: string }>,
  ): Promise<ViewPicture> {
    const key = createHash('sha256').update(state).digest('hex');
    const known = this.#latest.get(holder);
    if (known?.key === key) return known;
    const { png, altText } = await make();
    const { bytes, ending } = await fitPicture(png, maxBytes);
    const picture = { name: `page.${ending}`, altText: shorten(altText, MAX_ALT_TEXT), key, bytes: async () => bytes };
    this.#latest.set(holder, picture);
    return picture;
  }

  /** Lets go of what nobody asks for soon. */
  forget(holder: string): void {
    this.#latest.delete(holder);
  }
}

/** How it looks so far; undefined as long as nothing is to be seen. */
export function previewPicture(progress: JobProgress | undefined, altText: string): ViewPicture | undefined {
  if (!progress?.strip) return undefined;
  const { webp } = progress.strip;
  const key = createHash('sha256').update(webp).digest('hex');
  return { name: 'preview.webp', altText, key, bytes: async () => webp };
}
