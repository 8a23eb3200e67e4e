import { escapeMarkdown, subtext } from 'discord.js';
import type { Messages } from '../i18n/messages.ts';
import type { Panel } from '../store/stories.ts';
import type { DrawingNotes } from '../studio/drawing-notes.ts';
import type { NearName } from '../studio/near-names.ts';
import { shorten } from './components.ts';

/** Letters; whoever wrote a novel knows by then. */
const MAX_WORDS = 300;
const MOST_NEAR_NAMES = 3;

/** What whoever asked should know of a drawing, in small print; '' if there is nothing. */
export function drawingNotesText(
  { unknownWords, truncatedWords, drifted }: DrawingNotes,
  panels: readonly Pick<Panel, 'number'>[],
  t: Messages,
): string {
  const cut = panels.flatMap(({ number }, index) => {
    const words = truncatedWords[number] ?? [];
    return words.length === 0 ? [] : [t.story.cutWords({ panel: index + 1, words: shown(words, ' ') })];
  });
  const unknown = unknownWords.length === 0 ? [] : [t.story.unknownWords({ words: shown(unknownWords, ', ') })];
  const names = t.common.list({ items: drifted.map((name) => escapeMarkdown(name)) });
  const changed = drifted.length === 0 ? [] : [t.story.drifted({ names })];
  return [...unknown, ...cut, ...changed].map((line) => subtext(line)).join('\n');
}

/** Words that were taken for plain ones, in small print. */
export function nearNamesText(nearNames: readonly NearName[], t: Messages): string {
  const lines = nearNames.slice(0, MOST_NEAR_NAMES).map(({ typed, name }) => {
    return t.story.nearName({ typed: escapeMarkdown(typed), name: escapeMarkdown(name) });
  });
  return lines.map((line) => subtext(line)).join('\n');
}

function shown(words: readonly string[], between: string): string {
  return escapeMarkdown(shorten(words.join(between).replaceAll(/\s+/gu, ' '), MAX_WORDS));
}
