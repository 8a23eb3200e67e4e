import type { BlobStore } from '../blobs/blob-store.ts';
import { decodePicture } from '../render/canvas.ts';
import {
  type PictureFilter,
  type PictureTreatment,
  type PictureVerdict,
  pictureTreatment,
} from '../safety/picture-filter.ts';
import type { GuildSettings } from '../store/guild-settings.ts';

const GRAVITY: readonly PictureTreatment[] = ['show', 'spoiler', 'withhold'];
/** Verdicts kept: a picture is named by its content, so they never age. */
const KEPT = 5_000;

/** Decides how stored pictures are shown in a place. */
export class PictureGate {
  readonly #blobs: BlobStore;
  readonly #filter: PictureFilter | undefined;
  readonly #verdicts = new Map<string, PictureVerdict>();

  /** @param filter undefined: none is configured, and pictures are only treated as servers set for all */
  constructor(blobs: BlobStore, filter: PictureFilter | undefined) {
    this.#blobs = blobs;
    this.#filter = filter;
  }

  /** Pictures that nobody has looked at yet, such as previews, are held back where flagged ones would be. */
  get holdsPreviews(): boolean {
    return this.#filter !== undefined;
  }

  /** As the gravest of them is to be treated: they share a page. */
  async treatment(hashes: readonly string[], settings: GuildSettings, ageGated: boolean): Promise<PictureTreatment> {
    const each: PictureTreatment[] = [pictureTreatment(undefined, settings, { ageGated })];
    for (const hash of this.#filter ? hashes : []) {
      each.push(pictureTreatment(await this.#verdict(hash), settings, { ageGated }));
    }
    return GRAVITY.findLast((treatment) => each.includes(treatment)) ?? 'show';
  }

  async #verdict(hash: string): Promise<PictureVerdict | undefined> {
    const known = this.#verdicts.get(hash);
    if (known || !this.#filter) return known;
    const { bytes } = await this.#blobs.get(hash);
    const verdict = await this.#filter.look(await decodePicture(bytes));
    const [oldest] = this.#verdicts.keys();
    if (this.#verdicts.size >= KEPT && oldest !== undefined) this.#verdicts.delete(oldest);
    this.#verdicts.set(hash, verdict);
    return verdict;
  }
}
