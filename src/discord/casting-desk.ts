import type { Job } from '../store/job.ts';
import type { PostedMessage } from '../store/posted-messages.ts';
import { castingOf } from '../studio/cast-character.ts';
import { drawingNotes } from '../studio/drawing-notes.ts';
import type { JobProgress } from '../studio/studio.ts';
import { castingView } from './casting-view.ts';
import { type ChannelFacts, channelFacts } from './channel-facts.ts';
import type { Desk } from './desk.ts';
import { lastTrouble } from './job-trouble.ts';
import type { MessageView } from './message-view.ts';
import { PictureShelf, previewPicture } from './picture-shelf.ts';
import type { ProgressBook } from './progress-book.ts';
import type { DeskParts } from './story-desk.ts';
import { loraText } from './story-values.ts';

/** Knows how the message of a casting looks. */
export class CastingDesk implements Desk {
  readonly #parts: DeskParts;
  readonly #book: ProgressBook;
  readonly #shelf = new PictureShelf();

  constructor(parts: DeskParts, book: ProgressBook) {
    this.#parts = parts;
    this.#book = book;
  }

  /** A casting that a later one has followed stays as it is: its candidates can still be picked. */
  async view(posted: PostedMessage, now: number): Promise<MessageView | undefined> {
    const { store } = this.#parts;
    const job = await store.jobs.get(posted.subject);
    const { characterId, model, drawing, like } = castingOf(job);
    const character = await store.characters.get(characterId);
    const facts = await channelFacts(posted, this.#parts);
    const [open] = await this.#book.open([job]);
    const sheet = job.status === 'finished' ? await this.#sheet(characterId, job, facts) : undefined;
    if (job.status === 'finished' && !sheet) return undefined;
    const state = {
      character,
      model: [model, ...drawing.loras.map(loraText)].join(' + '),
      like,
      candidates: sheet?.candidates ?? [],
      picture: sheet ? sheet.picture : this.#preview(open?.progress, facts),
      spoiler: sheet?.treatment === 'spoiler',
      open: open && { ...open, panel: undefined },
      isPaused: this.#book.isClosing,
      trouble: sheet?.treatment === 'withhold' ? facts.t.story.withheld : lastTrouble([job], facts.t),
      notes: drawingNotes([job]),
    };
    const view = castingView(state, posted.marker, facts.t, now);
    if (view.isFinal) this.#shelf.forget(posted.subject);
    return view;
  }

  async posted(): Promise<void> {}

  forget(jobId: string): void {
    this.#shelf.forget(jobId);
  }

  /** /character show has the candidates' canon; there is nothing to be told. */
  async refusal(): Promise<undefined> {
    return undefined;
  }

  #preview(progress: JobProgress | undefined, { t }: ChannelFacts) {
    return this.#parts.pictures.holdsPreviews ? undefined : previewPicture(progress, t.progress.previewAlt);
  }

  async #sheet(characterId: string, job: Job, { uploadLimit, settings, isAgeGated }: ChannelFacts) {
    const drawn = await this.#parts.store.castings.sheet(characterId);
    if (drawn[0]?.round !== job.payload.round) return undefined;
    const sheet = await this.#parts.studio.castingSheet(characterId);
    const hashes = drawn.map(({ pictureHash }) => pictureHash);
    const treatment = await this.#parts.pictures.treatment(hashes, settings, isAgeGated);
    if (treatment === 'withhold') return { candidates: sheet.candidates, picture: undefined, treatment };
    const state = [uploadLimit, ...sheet.candidates.map(({ id, isCanon }) => `${id} ${isCanon}`)].join(' ');
    const picture = await this.#shelf.page(job.id, state, uploadLimit, async () => sheet);
    return { candidates: sheet.candidates, picture, treatment };
  }
}
