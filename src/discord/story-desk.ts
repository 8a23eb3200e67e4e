import { channelMention, escapeMarkdown } from 'discord.js';
import { UserError } from '../errors/user-error.ts';
import { DEFAULT_WARNINGS } from '../settings/setting-catalog.ts';
import type { Job } from '../store/job.ts';
import type { PostedMessage } from '../store/posted-messages.ts';
import type { Store } from '../store/store.ts';
import type { Story } from '../store/stories.ts';
import { drawingNotes } from '../studio/drawing-notes.ts';
import type { StoryWarning, Studio } from '../studio/studio.ts';
import { type ChannelFacts, channelFacts, missingIn } from './channel-facts.ts';
import type { Desk } from './desk.ts';
import { lastTrouble } from './job-trouble.ts';
import type { MessageView, ViewPicture } from './message-view.ts';
import { missingToPost } from './permissions.ts';
import type { PictureGate } from './picture-gate.ts';
import { PictureShelf, previewPicture } from './picture-shelf.ts';
import type { Poster } from './poster.ts';
import type { ProgressBook } from './progress-book.ts';
import type { OpenJob } from './progress-text.ts';
import type { SpokenLanguages } from './speech.ts';
import { storyTitle } from './story-title.ts';
import { type StoryState, storyView } from './story-view.ts';

export interface DeskParts {
  readonly studio: Studio;
  readonly store: Store;
  readonly poster: Poster;
  readonly languages: SpokenLanguages;
  readonly pictures: PictureGate;
}

/** Knows how a story's message looks. */
export class StoryDesk implements Desk {
  /** By story: what is said to people who can't be answered otherwise. */
  readonly notices = new Map<string, string>();
  readonly #parts: DeskParts;
  readonly #book: ProgressBook;
  readonly #shelf = new PictureShelf();

  constructor(parts: DeskParts, book: ProgressBook) {
    this.#parts = parts;
    this.#book = book;
  }

  async view(posted: PostedMessage, now: number): Promise<MessageView> {
    const facts = await channelFacts(posted, this.#parts);
    const state = await this.state(await this.#parts.store.stories.get(posted.subject), facts);
    const view = storyView(state, posted.marker, facts.t, now);
    if (view.isFinal) this.#shelf.forget(posted.subject);
    return view;
  }

  /** All that a story's message shows, here or in an answer that only one person sees. */
  async state(story: Story, facts: ChannelFacts): Promise<StoryState> {
    const { store } = this.#parts;
    const jobs = await store.jobs.list({ storyId: story.id });
    const open = (await this.#book.open(jobs)).map((each): OpenJob => ({ ...each, panel: panelOf(each.job, story) }));
    const shown = await store.takes.shownOf(story.id);
    const { pictures } = this.#parts;
    const hashes = shown.map(({ pictureHash }) => pictureHash);
    const treatment = await pictures.treatment(hashes, facts.settings, facts.isAgeGated);
    const isWithheld = treatment === 'withhold';
    const page = shown.length > 0 && !isWithheld ? await this.#page(story, hashes, facts) : undefined;
    const preview = pictures.holdsPreviews ? undefined : previewPicture(open[0]?.progress, facts.t.progress.previewAlt);
    return {
      story,
      cast: await this.#cast(story),
      picture: page ?? (shown.length > 0 ? undefined : preview),
      hasPage: shown.length > 0,
      spoiler: treatment === 'spoiler',
      open,
      isPaused: this.#book.isClosing,
      nearNames: await this.#parts.studio.nearNames(story.id),
      notes: drawingNotes(jobs),
      warnings: page && open.length === 0 ? await this.#warnings(story, facts) : [],
      trouble: isWithheld ? facts.t.story.withheld : open.length === 0 ? lastTrouble(jobs, facts.t) : undefined,
      notice: this.notices.get(story.id),
      missing: facts.missing,
    };
  }

  async posted(posted: PostedMessage, messageId: string): Promise<void> {
    if (posted.messageId !== messageId) await this.#parts.store.stories.update(posted.subject, { messageId });
  }

  forget(storyId: string): void {
    this.#shelf.forget(storyId);
    this.notices.delete(storyId);
  }

  async refusal(posted: PostedMessage): Promise<string> {
    const t = this.#parts.languages.of(posted.memberId);
    const story = await this.#parts.store.stories.get(posted.subject);
    const channel = await this.#parts.poster.channel(posted.channelId).catch(() => undefined);
    const names = missingToPost(channel ? missingIn(channel) : ['ViewChannel']).map(
      (name) => t.common.permissions[name],
    );
    const missing = names.length > 0 ? t.common.missingPermissions({ names }) : '';
    return t.story.noAccess({
      title: escapeMarkdown(storyTitle(story)),
      channel: channelMention(posted.channelId),
      missing,
    });
  }

  /** What can't be looked at is not warned of. */
  async #warnings({ id }: Story, { settings }: ChannelFacts): Promise<readonly StoryWarning[]> {
    if ((settings.warnings ?? DEFAULT_WARNINGS) === 'off') return [];
    return this.#parts.studio.storyWarnings(id).catch((error) => {
      if (error instanceof UserError) return [];
      throw error;
    });
  }

  #page(story: Story, hashes: readonly string[], { uploadLimit }: ChannelFacts): Promise<ViewPicture> {
    const state = [uploadLimit, ...story.panels.map(({ id }) => id), ...hashes].join(' ');
    return this.#shelf.page(story.id, state, uploadLimit, () => this.#parts.studio.storyPage(story.id));
  }

  async #cast({ panels, scope }: Story): Promise<string[]> {
    const ids = new Set(panels.flatMap(({ characterIds }) => characterIds));
    const known = await this.#parts.store.characters.list(scope, { retired: true });
    return known.filter(({ id }) => ids.has(id)).map(({ name }) => name);
  }
}

/** The place of the panel that a job draws anew. */
function panelOf({ kind, payload }: Job, { panels }: Story): number | undefined {
  if (kind !== 'redraw-panel') return undefined;
  const index = panels.findIndex(({ id }) => id === payload.panelId);
  return index < 0 ? undefined : index + 1;
}
