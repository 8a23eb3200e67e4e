import { UserError } from '../../errors/user-error.ts';
import type { PromptWord, TokenizedPrompt } from './clip-tokenizer.ts';
import { wordSplitter } from './prompt-words.ts';

/** They carry no picture of their own. */
export const ARTICLES = new Set(['a', 'an', 'the']);
const HAS_LETTER = /[\p{L}\p{N}\p{ExtPict}\p{RI}]/u;

/** How words are compared: case and the way an accent is written don't matter. */
export const fold = (word: string): string => word.normalize('NFC').toLowerCase();

/** What tells a concept's words from the same words of another. */
export interface ConceptWords {
  /** one or more words that stand together in the prompt; articles and signs give no columns */
  readonly words: string;
  /** as the prompt describes it, with its words: "a red fox" */
  readonly looks?: string;
}

/** Words of a prompt: [start, end) */
export interface Stretch {
  readonly start: number;
  readonly end: number;
}

/**
 * The token columns whose cross-attention shows each concept of a panel (section 3.1 of the paper: the subject's words).
 * Where several are a fox, each has the "fox" of its own looks; words within somebody else's looks are never one's own.
 * @param concepts in the order in which they come into the prompt, which tells those of the same looks apart
 * @returns by concept one list of columns per word, ascending; where the concept stands more than once, the columns of
 *   all its whole occurrences
 * @throws UserError `subject-empty`, `subject-not-in-prompt`, `subject-truncated`
 */
export function conceptColumns(prompt: TokenizedPrompt, concepts: readonly ConceptWords[]): number[][][] {
  const phrases = concepts.map(({ words }) => splitConcept(words));
  const looks = describedAt(prompt.words, concepts);
  return concepts.map((concept, i) => {
    const phrase = phrases[i] as string[];
    const shared = phrases.some((other, j) => j !== i && other.join(' ') === phrase.join(' '));
    const occurrences = ownOccurrences(prompt.words, findPhrase(prompt.words, phrase), looks, i, shared);
    return columnsOf(prompt, concept.words, phrase, occurrences);
  });
}

/**
 * Those within the concept's looks, and "the fox" after them if it is the only fox: what else is called a fox is somebody
 * else, whether that one is a concept of the panel or not. Without looks all count that are not somebody else's.
 */
function ownOccurrences(
  words: readonly PromptWord[],
  all: readonly Stretch[],
  looks: readonly Stretch[][],
  concept: number,
  shared: boolean,
): readonly Stretch[] {
  const isWithin = (at: Stretch, stretches: readonly Stretch[] = []) =>
    stretches.some(({ start, end }) => start <= at.start && at.end <= end);
  const own = all.filter((at) => isWithin(at, looks[concept]));
  const free = all.filter((at) => !looks.some((stretches) => isWithin(at, stretches)));
  const again = shared ? [] : free.filter(({ start }) => fold(words[start - 1]?.text ?? '') === 'the');
  const certain = own.length > 0 ? [...own, ...again] : free;
  return certain.length > 0 ? certain : all;
}

/** By concept where it stands in the prompt: as it is described, or else its words, which may be nowhere. */
export function occurrences(words: readonly PromptWord[], concepts: readonly ConceptWords[]): Stretch[][] {
  const looks = describedAt(words, concepts);
  return concepts.map((concept, i) => {
    const described = looks[i] as Stretch[];
    return described.length > 0 ? described : findPhrase(words, splitConcept(concept.words));
  });
}

/** By concept where its looks stand in the prompt; longer ones first, so that "a red fox" is not taken for "a fox". */
function describedAt(words: readonly PromptWord[], concepts: readonly ConceptWords[]): Stretch[][] {
  const phrases = concepts.map(({ looks = '' }) => (isEmpty(looks) ? [] : splitConcept(looks)));
  const found = concepts.map((): Stretch[] => []);
  const taken: Stretch[] = [];
  for (const key of [...new Set(phrases.map((phrase) => phrase.join(' ')))].sort((a, b) => b.length - a.length)) {
    if (key === '') continue;
    const alike = phrases.flatMap((phrase, i) => (phrase.join(' ') === key ? [i] : []));
    const stretches = findPhrase(words, phrases[alike[0] as number] as string[]).filter(
      ({ start, end }) => !taken.some((other) => start < other.end && other.start < end),
    );
    taken.push(...stretches);
    for (const [n, stretch] of stretches.entries()) found[alike[n % alike.length] as number]?.push(stretch);
  }
  return found;
}

function columnsOf(
  prompt: TokenizedPrompt,
  concept: string,
  phrase: readonly string[],
  occurrences: readonly Stretch[],
): number[][] {
  if (occurrences.length === 0) {
    throw new UserError('subject-not-in-prompt', {
      expected: `"${concept}" to be in the prompt of every panel that it is in`,
      got: `"${prompt.text}"`,
      todo: 'Name it with the same words in the prompt, or choose a subject that is there.',
      concept,
      prompt: prompt.text,
    });
  }
  const whole = occurrences
    .map(({ start, end }) => prompt.words.slice(start, end))
    .filter((words) => !words.some(({ truncated }) => truncated));
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

const foldedWords = (text: string): string[] => wordSplitter([])(text).map((word) => fold(word.text));

const isEmpty = (text: string): boolean => !foldedWords(text).some(isShown);

/** Words as they are compared, without the articles before them ("a fox" may be "the fox" later). */
function splitConcept(concept: string): string[] {
  if (isEmpty(concept)) {
    throw new UserError('subject-empty', {
      expected: 'a subject of at least one word, such as "fox"',
      got: `"${concept}"`,
      todo: 'Name what has to stay the same.',
      concept,
    });
  }
  const words = foldedWords(concept);
  return words.slice(words.findIndex((word) => !ARTICLES.has(word)));
}

function findPhrase(words: readonly PromptWord[], phrase: readonly string[]): Stretch[] {
  const folded = words.map(({ text }) => fold(text));
  const found: Stretch[] = [];
  for (let start = 0; start + phrase.length <= words.length; start++) {
    if (phrase.every((word, index) => folded[start + index] === word))
      found.push({ start, end: start + phrase.length });
  }
  return found;
}
