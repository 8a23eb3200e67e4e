import type { BlobStore } from '../blobs/blob-store.ts';
import type { Store } from '../store/store.ts';
import type { Studio } from '../studio/studio.ts';

/** What commands and actions work with. */
export interface BotServices {
  readonly studio: Studio;
  readonly store: Store;
  readonly blobs: BlobStore;
}
