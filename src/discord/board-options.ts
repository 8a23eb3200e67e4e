import type { Client } from 'discord.js';
import type { Log } from '../log.ts';
import type { Clock } from '../store/context.ts';
import type { Store } from '../store/store.ts';
import type { Studio } from '../studio/studio.ts';
import type { PictureGate } from './picture-gate.ts';
import type { Poster } from './poster.ts';
import type { Wait } from './refresher.ts';
import type { SpokenLanguages } from './speech.ts';

export interface BoardOptions {
  readonly client: Client;
  readonly studio: Studio;
  readonly store: Store;
  readonly poster: Poster;
  readonly languages: SpokenLanguages;
  readonly pictures: PictureGate;
  readonly clock: Clock;
  readonly log: Log;
  readonly wait: Wait;
  /** Between two edits of one message, in ms. */
  readonly editIntervalMs: number;
  /** As the queue has it: places depend on it. */
  readonly impatientAfterMs: number;
}
