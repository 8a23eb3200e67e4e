import type { Story } from '../store/stories.ts';
import { MAX_TITLE_LENGTH } from '../story/story-script.ts';
import { shorten } from './components.ts';

/** What a story is called, in one line: by its title, or by what happens first in it. */
export function storyTitle({ title, panels }: Pick<Story, 'title' | 'panels'>): string {
  const words = title === '' ? (panels[0]?.caption ?? '') : title;
  return shorten(words.replaceAll(/\s+/gu, ' '), MAX_TITLE_LENGTH);
}
