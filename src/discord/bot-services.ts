import type { BlobStore } from '../blobs/blob-store.ts';
import type { Store } from '../store/store.ts';
import type { Studio } from '../studio/studio.ts';
import type { MessageBoard } from './message-board.ts';
import type { PictureGate } from './picture-gate.ts';
import type { SpokenLanguages } from './speech.ts';

/** What commands and actions work with. */
export interface BotServices {
  readonly studio: Studio;
  readonly store: Store;
  readonly blobs: BlobStore;
  /** Names of the model folders that can be drawn with. */
  readonly models?: () => Promise<readonly string[]>;
  readonly board: MessageBoard;
  readonly languages: SpokenLanguages;
  readonly pictures: PictureGate;
}
