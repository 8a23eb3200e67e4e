import { escapeMarkdown, subtext } from 'discord.js';
import type { Messages } from '../i18n/messages.ts';
import type { Panel } from '../store/stories.ts';
import type { UnreadWords } from '../studio/unread-words.ts';
import { shorten } from './components.ts';

/** Letters; whoever wrote a novel knows by then. */
const MAX_WORDS = 300;

/** Tells of words that the model passed over, in small print; '' if it read all. */
export function unreadText(
  { unknownWords, truncatedWords }: UnreadWords,
  panels: readonly Pick<Panel, 'number'>[],
  t: Messages,
): string {
  const cut = panels.flatMap(({ number }, index) => {
    const words = truncatedWords[number] ?? [];
    return words.length === 0 ? [] : [t.story.cutWords({ panel: index + 1, words: shown(words, ' ') })];
  });
  const unknown = unknownWords.length === 0 ? [] : [t.story.unknownWords({ words: shown(unknownWords, ', ') })];
  return [...unknown, ...cut].map((line) => subtext(line)).join('\n');
}

function shown(words: readonly string[], between: string): string {
  return escapeMarkdown(shorten(words.join(between).replaceAll(/\s+/gu, ' '), MAX_WORDS));
}
