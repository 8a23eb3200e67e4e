import type { JobFeed } from '../queue/job-feed.ts';
import type { Canon } from '../store/castings.ts';
import type { Character } from '../store/characters.ts';
import type { Job } from '../store/job.ts';
import type { Scope } from '../store/scope.ts';
import type { Story } from '../store/stories.ts';
import type { Take } from '../store/takes.ts';
import type { RecastOffer } from './cast-with.ts';
import type { LoraRequest } from './loras.ts';
import type { NearName } from './near-names.ts';
import type { Removed } from './removal-desk.ts';
import type { StoryWarning } from './story-warnings.ts';

export type { JobFeed, JobFeedEvent, JobProgress } from '../queue/job-feed.ts';
export type { RecastOffer } from './cast-with.ts';
export type { LoraRequest } from './loras.ts';
export type { NearName } from './near-names.ts';
export type { Removed } from './removal-desk.ts';
export type { StoryWarning } from './story-warnings.ts';

/**
 * What Troupe does for people, without a word of Discord in it. Commands and buttons call exactly one of these
 * functions and answer with what it gives; the work itself is a job that the queue runs, and its progress comes by
 * the feed. Everything that can be refused is refused here, by a UserError, before a job is a row.
 */
export interface Studio {
  readonly feed: JobFeed;

  /** Stores the character and enqueues its casting sheet: candidates of different looks, of which the maker picks one. */
  createCharacter(asker: Asker, traits: NewCharacter): Promise<Ticket & { readonly character: Character }>;
  /**
   * A new casting sheet for a known character, by the model of the server or of a story; the canon in use stays until
   * another is picked, and canons of other models stay in any case.
   */
  recast(asker: Asker, characterId: string, like?: RecastOffer): Promise<Ticket>;
  /** Makes a candidate the character's canon. Stories drawn from now on have it; older canons are kept. */
  pickCandidate(asker: Asker, candidateId: string): Promise<Character>;
  /** What a character looks like in the server's stories now, and which other models have a canon of it. */
  canonHere(asker: Asker, characterId: string): Promise<CanonHere>;
  editCharacter(asker: Asker, characterId: string, traits: Partial<Omit<NewCharacter, 'picture'>>): Promise<Character>;
  retireCharacter(asker: Asker, characterId: string): Promise<Character>;
  /** Deletes a retired character for good, once no story is drawn by it any more. */
  deleteCharacter(asker: Asker, characterId: string): Promise<Removed>;

  /** Stores a story with its panels and enqueues its drawing. */
  createStory(asker: Asker, story: NewStory): Promise<Ticket & { readonly story: Story }>;
  /** Enqueues one more panel at the end. */
  addPanel(asker: Asker, storyId: string, text: string): Promise<Ticket>;
  /** Enqueues a new take of a panel (by its place, from 1): a new revision, the canon kept. */
  redrawPanel(asker: Asker, storyId: string, place: number): Promise<Ticket>;
  /** Enqueues the same script with another seed, as a story of its own. */
  varyStory(asker: Asker, storyId: string): Promise<Ticket & { readonly story: Story }>;
  /** Enqueues the story once more, exactly as it was drawn first: the same pictures, bit for bit. */
  replayStory(asker: Asker, storyId: string): Promise<Ticket & { readonly story: Story }>;
  /** Shows an older (or newer) take of a panel; nothing is drawn. */
  showTake(asker: Asker, storyId: string, takeId: string): Promise<Take>;
  /** Deletes a story for good, with all that was drawn of it. Stories that were varied or replayed from it stay. */
  deleteStory(asker: Asker, storyId: string): Promise<Removed>;
  cancel(asker: Asker, jobId: string): Promise<'cancelled' | 'stopping' | 'ended'>;

  /** The story's page as it is now. */
  storyPage(storyId: string): Promise<StoryPage>;
  /** Hints that the method may have failed in the story as it is now; they may be wrong. */
  storyWarnings(storyId: string): Promise<readonly StoryWarning[]>;
  /** Words of the story that may be names of characters of its time, mistyped: they are drawn as plain words. */
  nearNames(storyId: string): Promise<readonly NearName[]>;
  castingSheet(characterId: string): Promise<CastingSheet>;
  exportStory(storyId: string, format: ExportFormat): Promise<ExportedFile>;
}

/** Who asks, from where. */
export interface Asker {
  readonly memberId: string;
  readonly scope: Scope;
  readonly channelId: string;
  /** may do to others' characters and stories what moderators may */
  readonly isModerator: boolean;
  /** the channel is age-gated */
  readonly isAgeGated: boolean;
}

export interface NewCharacter {
  readonly name: string;
  /** "a fox wearing a scarf"; asterisks may mark the subject */
  readonly looks: string;
  /** a PNG, JPEG or WebP of the character: the first candidate of its casting sheet */
  readonly picture?: Uint8Array;
}

export interface NewStory {
  readonly title: string | undefined;
  /** as typed: panels separated by `|` or new lines */
  readonly panels: string;
  /** names of characters that are in every panel, besides those that panels name */
  readonly characters: readonly string[];
  readonly seed: string | undefined;
  readonly layout: Layout | undefined;
  readonly style: string | undefined;
  readonly lora?: LoraRequest | undefined;
}

export type Layout = 'auto' | 'row' | 'column' | 'square';
export type ExportFormat = 'png' | 'zip' | 'pdf';

export interface CanonHere {
  /** undefined while the server's model has none */
  readonly canon: Canon | undefined;
  /** picked last, whatever its model */
  readonly latest: Canon | undefined;
  /** the server's model; undefined if it can't be used */
  readonly model: string | undefined;
}

/** A job as it was taken on. */
export interface Ticket {
  readonly job: Job;
  /** 1: next */
  readonly place: number;
}

export interface StoryPage {
  readonly story: Story;
  readonly png: Buffer;
  readonly altText: string;
  readonly panels: readonly {
    readonly panelId: string;
    readonly caption: string;
    readonly take: Take | undefined;
    /** takes in all */
    readonly takes: number;
  }[];
}

export interface CastingSheet {
  readonly character: Character;
  readonly png: Buffer;
  readonly altText: string;
  readonly candidates: readonly { readonly id: string; readonly place: number; readonly isCanon: boolean }[];
}

export interface ExportedFile {
  readonly name: string;
  readonly mediaType: string;
  readonly bytes: Buffer;
}
