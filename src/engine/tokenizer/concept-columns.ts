import { UserError } from '../../errors/user-error.ts';
import type { PromptWord, TokenizedPrompt } from './clip-tokenizer.ts';
import { wordSplitter } from './prompt-words.ts';

/** They carry no picture of their own. */
const ARTICLES = new Set(['a', 'an', 'the']);
const HAS_LETTER = /[\p{L}\p{N}\p{ExtPict}\p{RI}]/u;

/** How words are compared: case and the way an accent is written don't matter. */
const fold = (word: string): string => word.normalize('NFC').toLowerCase();

/**
 * The token columns whose cross-attention shows a concept (section 3.1 of the paper: the subject's words).
 * @param concept one or more words that stand together in the prompt; articles and signs give no columns
 * @returns one list of columns per word of the concept, ascending; where the concept stands more than once, the
 *   columns of all its whole occurrences
 * @throws UserError `subject-empty`, `subject-not-in-prompt`, `subject-truncated`
 */
export function conceptColumns(prompt: TokenizedPrompt, concept: string): number[][] {
  const phrase = splitConcept(concept);
  const occurrences = findPhrase(prompt.words, phrase);
  if (occurrences.length === 0) {
    throw new UserError('subject-not-in-prompt', {
      expected: `"${concept}" to be in the prompt of every panel that it is in`,
      got: `"${prompt.text}"`,
      todo: 'Name it with the same words in the prompt, or choose a subject that is there.',
      concept,
      prompt: prompt.text,
    });
  }
  const whole = occurrences.filter((words) => !words.some(({ truncated }) => truncated));
  if (whole.length === 0) {
    throw new UserError('subject-truncated', {
      expected: `"${concept}" within the ${prompt.ids.length} tokens that the model reads`,
      got: `a prompt that is cut off before "${prompt.truncatedWords.join(' ')}"`,
      todo: 'Shorten the prompt, or put the subject first.',
      concept,
      prompt: prompt.text,
      truncatedWords: prompt.truncatedWords,
    });
  }
  const showing = [...phrase.keys()].filter((index) => isShown(phrase[index] as string));
  return showing.map((index) => {
    const columns = whole.flatMap((words) => words[index]?.columns ?? []);
    return [...new Set(columns)].sort((a, b) => a - b);
  });
}

const isShown = (word: string): boolean => HAS_LETTER.test(word) && !ARTICLES.has(word);

/** The concept's words as they are compared, without the articles before it ("a fox" may be "the fox" later). */
function splitConcept(concept: string): string[] {
  const words = wordSplitter([])(concept).map(({ text }) => fold(text));
  const first = words.findIndex((word) => !ARTICLES.has(word));
  if (first < 0 || !words.some(isShown)) {
    throw new UserError('subject-empty', {
      expected: 'a subject of at least one word, such as "fox"',
      got: `"${concept}"`,
      todo: 'Name what has to stay the same.',
      concept,
    });
  }
  return words.slice(first);
}

function findPhrase(words: readonly PromptWord[], phrase: readonly string[]): PromptWord[][] {
  const folded = words.map(({ text }) => fold(text));
  const found: PromptWord[][] = [];
  for (let start = 0; start + phrase.length <= words.length; start++) {
    if (phrase.every((word, index) => folded[start + index] === word)) {
      found.push(words.slice(start, start + phrase.length));
    }
  }
  return found;
}
