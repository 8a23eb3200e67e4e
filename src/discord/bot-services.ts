import type { BlobStore } from '../blobs/blob-store.ts';
import type { Store } from '../store/store.ts';
import type { Offers } from '../studio/offers.ts';
import type { Studio } from '../studio/studio.ts';
import type { MessageBoard } from './message-board.ts';
import type { PictureGate } from './picture-gate.ts';
import type { SpokenLanguages } from './speech.ts';

/** What commands and actions work with. */
export interface BotServices {
  readonly studio: Studio;
  readonly store: Store;
  readonly blobs: BlobStore;
  /** Models, LoRAs and limits that there are here. */
  readonly offers: Offers;
  readonly board: MessageBoard;
  readonly languages: SpokenLanguages;
  readonly pictures: PictureGate;
}
