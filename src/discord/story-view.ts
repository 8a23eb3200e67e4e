import { type APIComponentInContainer, ButtonStyle, escapeMarkdown, subtext, userMention } from 'discord.js';
import type { Messages } from '../i18n/messages.ts';
import type { Story } from '../store/stories.ts';
import type { DrawingNotes } from '../studio/drawing-notes.ts';
import { parseRecipe } from '../studio/recipe.ts';
import type { NearName, StoryWarning } from '../studio/studio.ts';
import { ACCENT, button, container, menuRow, picture, row, text } from './components.ts';
import { customId } from './custom-id.ts';
import { drawingNotesText, nearNamesText } from './drawing-notes-text.ts';
import type { MessageView, ViewPicture } from './message-view.ts';
import type { BotPermission } from './permissions.ts';
import { type OpenJob, progressText } from './progress-text.ts';
import { NUMBER_EMOJI } from './reactions.ts';
import { storyTitle } from './story-title.ts';
import { loraText } from './story-values.ts';

/** All that a story's message shows. */
export interface StoryState {
  readonly story: Story;
  /** Names of everybody in it. */
  readonly cast: readonly string[];
  /** The page, or the preview strip as long as there is none. */
  readonly picture: ViewPicture | undefined;
  readonly hasPage: boolean;
  readonly spoiler: boolean;
  /** The oldest first. */
  readonly open: readonly OpenJob[];
  /** The process is about to end. */
  readonly isPaused: boolean;
  /** Words that may be mistyped names. */
  readonly nearNames: readonly NearName[];
  /** What whoever asked should know of the drawing. */
  readonly notes: DrawingNotes;
  /** Where the method may have failed. */
  readonly warnings: readonly StoryWarning[];
  /** What went wrong last, in words. */
  readonly trouble: string | undefined;
  /** For people who reacted and can't be answered otherwise. */
  readonly notice: string | undefined;
  readonly missing: readonly BotPermission[];
}

/** The likeliest ones; a message that warns of everything is not read. */
const MAX_WARNINGS_SHOWN = 2;
/** More jobs than fit would push the buttons off the message. */
const MAX_JOBS_SHOWN = 4;

/**
 * A story's message, from its first moment in the queue to the finished page and all redraws after it.
 * @param marker of the posted message; '' for an ephemeral one
 */
export function storyView(state: StoryState, marker: string, t: Messages, now: number): MessageView {
  const { story, open, hasPage, trouble } = state;
  const accent = open.length > 0 ? ACCENT.working : hasPage ? ACCENT.done : ACCENT.trouble;
  const parts: APIComponentInContainer[] = [text(heading(state, t))];
  if (state.picture) parts.push(picture(state.picture.name, state.picture.altText, state.spoiler));
  if (trouble !== undefined) parts.push(text(trouble));
  if (state.notice !== undefined) parts.push(text(state.notice));
  for (const job of open.slice(0, MAX_JOBS_SHOWN)) {
    const cancel = customId('cancel', { marker, args: [job.job.id] });
    parts.push(text(state.isPaused ? t.progress.interrupted : progressText(job, t, now)));
    parts.push(row(button(cancel, t.progress.cancel, { disabled: job.job.cancelRequestedAt !== null })));
  }
  // Told before it is drawn too: then it can still be cancelled.
  if (state.nearNames.length > 0) parts.push(text(nearNamesText(state.nearNames, t)));
  const notes = hasPage ? drawingNotesText(state.notes, story.panels, t) : '';
  if (notes !== '') parts.push(text(notes));
  if (state.warnings.length > 0) parts.push(...hintsToRedraw(state, marker, t));
  if (hasPage) parts.push(...controls(state, marker, t));
  else if (open.length === 0) {
    parts.push(
      row(button(customId('replay', { marker, args: [story.id] }), t.progress.again, { style: ButtonStyle.Primary })),
    );
  }
  const reactions = hasPage && marker !== '' && mayReact(state) ? NUMBER_EMOJI.slice(0, story.panels.length) : [];
  return { components: [container(accent, parts)], picture: state.picture, reactions, isFinal: open.length === 0 };
}

/** Guesses, with a button for each panel that may come out better. */
function hintsToRedraw({ story, warnings }: StoryState, marker: string, t: Messages): APIComponentInContainer[] {
  const shown = warnings.slice(0, MAX_WARNINGS_SHOWN);
  const lines = shown.map(({ signature, place, character }) => {
    const who = character && escapeMarkdown(character);
    return subtext(`⚠️ ${t.story.warnings[signature]({ panel: place, who: who ?? t.story.somebody })}`);
  });
  const places = [...new Set(shown.map(({ place }) => place))];
  const buttons = places.map((place) => {
    const id = customId('redraw-panel', { marker, args: [story.id, String(place)] });
    return button(id, t.story.redrawPanel({ panel: place }), { emoji: '🔁' });
  });
  return [text(lines.join('\n')), row(...buttons)];
}

function heading({ story, cast }: StoryState, t: Messages): string {
  const by = t.story.by({
    author: userMention(story.authorId),
    cast: t.common.list({ items: cast.map((name) => escapeMarkdown(name)) }),
  });
  return `## ${escapeMarkdown(storyTitle(story))}\n${by}`;
}

function controls(state: StoryState, marker: string, t: Messages): APIComponentInContainer[] {
  const { story } = state;
  const id = (action: string) => customId(action, { marker, args: [story.id] });
  const options = story.panels.map((panel, index) => ({
    label: t.story.redrawOption({ panel: index + 1 }),
    value: String(index + 1),
    description: panel.caption,
  }));
  return [
    text(
      subtext(
        [
          t.story.footer({ seed: story.seed, panels: story.panels.length, loras: lorasOf(story) }),
          ...hints(state, marker, t),
        ].join(' · '),
      ),
    ),
    menuRow(id('redraw'), t.story.redrawMenu, options),
    row(
      button(id('vary'), t.story.vary, { emoji: '🎲' }),
      button(id('add'), t.story.add, { emoji: '➕' }),
      button(id('takes'), t.story.takes, { emoji: '🎞️' }),
      button(id('export'), t.story.export, { emoji: '📤' }),
    ),
  ];
}

function lorasOf({ settings }: Story): string[] {
  return parseRecipe(settings).loras.map((lora) => escapeMarkdown(loraText(lora)));
}

function hints(state: StoryState, marker: string, t: Messages): string[] {
  if (marker === '') return [];
  if (!mayReact(state)) return [t.story.cannotReact];
  return [t.story.hint, ...(state.missing.includes('ManageMessages') ? [t.story.cannotUnreact] : [])];
}

function mayReact({ missing }: StoryState): boolean {
  return !missing.includes('AddReactions') && !missing.includes('ReadMessageHistory');
}
