import { type APIComponentInContainer, ButtonStyle, escapeMarkdown, subtext, userMention } from 'discord.js';
import type { Messages } from '../i18n/messages.ts';
import type { Character } from '../store/characters.ts';
import type { DrawingNotes } from '../studio/drawing-notes.ts';
import type { CastingSheet, RecastOffer } from '../studio/studio.ts';
import { ACCENT, button, container, picture, row, text } from './components.ts';
import { customId } from './custom-id.ts';
import { drawingNotesText } from './drawing-notes-text.ts';
import type { MessageView, ViewPicture } from './message-view.ts';
import { type OpenJob, progressText } from './progress-text.ts';
import { recastId } from './recast-id.ts';

export interface CastingState {
  readonly character: Character;
  /** With its LoRAs, for people. */
  readonly model: string;
  /** What it is cast to be like. */
  readonly like: RecastOffer;
  /** Once it is drawn. */
  readonly candidates: CastingSheet['candidates'];
  /** The sheet, or the preview strip as long as there is none. */
  readonly picture: ViewPicture | undefined;
  readonly spoiler: boolean;
  readonly open: OpenJob | undefined;
  /** The process is about to end. */
  readonly isPaused: boolean;
  readonly trouble: string | undefined;
  /** What whoever asked should know of the drawing. */
  readonly notes: DrawingNotes;
}

/** The message of a casting: progress first, then the candidates with a button for each. */
export function castingView(state: CastingState, marker: string, t: Messages, now: number): MessageView {
  const { character, candidates, open, trouble } = state;
  const picked = candidates.find(({ isCanon }) => isCanon);
  const accent = open ? ACCENT.working : candidates.length > 0 ? ACCENT.done : ACCENT.trouble;
  const name = escapeMarkdown(character.name);
  const by = t.character.castingBy({ looks: escapeMarkdown(character.looks), owner: userMention(character.ownerId) });
  const parts: APIComponentInContainer[] = [
    text(`## ${t.character.castingTitle({ name })}\n${by}\n${subtext(escapeMarkdown(state.model))}`),
  ];
  if (state.picture) parts.push(picture(state.picture.name, state.picture.altText, state.spoiler));
  if (trouble !== undefined) parts.push(text(trouble));
  if (open) {
    const cancel = customId('cancel', { marker, args: [open.job.id] });
    parts.push(text(state.isPaused ? t.progress.interrupted : progressText(open, t, now)));
    parts.push(row(button(cancel, t.progress.cancel, { disabled: open.job.cancelRequestedAt !== null })));
  }
  const notes = drawingNotesText(state.notes, [], t);
  if (notes !== '') parts.push(text(notes));
  if (candidates.length > 0) {
    parts.push(text(picked ? t.character.castingDone({ name, place: picked.place }) : t.character.castingHint));
    parts.push(row(...candidates.map((candidate) => pickButton(candidate, marker, t))));
  }
  if (!open) parts.push(row(button(recastId(character.id, state.like, marker), t.character.recast, { emoji: '🎭' })));
  return { components: [container(accent, parts)], picture: state.picture, reactions: [], isFinal: !open };
}

function pickButton({ id, place, isCanon }: CastingSheet['candidates'][number], marker: string, t: Messages) {
  const style = isCanon ? ButtonStyle.Success : ButtonStyle.Primary;
  return button(customId('pick', { marker, args: [id] }), t.character.pick({ place }), { style });
}
