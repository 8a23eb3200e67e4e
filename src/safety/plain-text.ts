import { readings } from './disguises.ts';

/** Unseen characters (zero width, soft hyphens, variation selectors) that break a word up for a program only. */
const IGNORABLE = /\p{Default_Ignorable_Code_Point}/gu;
/** No listed word is longer, however drawn out: what is, is read so far only. */
const LONGEST_READ = 120;
/** What is between spaces, bars and apostrophes ("he'll" is no "hell"). */
const CHUNK = /[^\s|'’ʼ]+/gu;
const WORD = /[\p{L}\p{M}\p{N}]+/gu;
/** What stands around a word and not in place of a letter. */
const AROUND = /^[.,;:!?"“”„«»()[\]{}…~_-]+|[.,;:!?"“”„«»()[\]{}…~_-]+$/gu;
const SINGLE_LETTER = /^\p{L}\p{M}*$/u;
/** "f u c k": so many letters, each alone, are a word spelled out. */
const SPELLED_OUT = 3;

/** A word in a text, and where: [start, end) in UTF-16 units of the folded text. */
export interface Token {
  readonly text: string;
  /** all that it may be read as */
  readonly readings: ReadonlySet<string>;
  readonly start: number;
  readonly end: number;
}

export interface PlainText {
  /** folded */
  readonly text: string;
  /** words one after the other */
  readonly words: readonly Token[];
  /** what may be a word in disguise: with signs in it ("f*ck", "a$$"), or spelled out ("f u c k", joined here) */
  readonly disguised: readonly Token[];
}

/** One form for each way to write a text (full width, bold, capitals), decomposed: accents follow their letters. */
export function foldText(text: string): string {
  return text.normalize('NFKC').replace(IGNORABLE, '').toLowerCase().replaceAll('ß', 'ss').normalize('NFD');
}

/** A text as the filter reads it. */
export function readText(raw: string): PlainText {
  const text = foldText(raw);
  const known = new Map<string, ReadonlySet<string>>();
  const token = (part: Part): Token => {
    const read = known.get(part.text) ?? readings(part.text.slice(0, LONGEST_READ));
    known.set(part.text, read);
    return { ...part, readings: read };
  };
  const words = matches(text, WORD);
  const withSigns = matches(text, CHUNK).flatMap((chunk) => {
    const core = chunk.text.slice(0, LONGEST_READ).replace(AROUND, '');
    return /[^\p{L}\p{M}\p{N}]/u.test(core) && /\p{L}/u.test(core) ? [{ ...chunk, text: core }] : [];
  });
  return { text, words: words.map(token), disguised: [...withSigns, ...spelledOut(words, text)].map(token) };
}

type Part = Omit<Token, 'readings'>;

function matches(text: string, pattern: RegExp): Part[] {
  return [...text.matchAll(pattern)].map(({ 0: found, index }) => ({
    text: found,
    start: index,
    end: index + found.length,
  }));
}

function spelledOut(words: readonly Part[], text: string): Part[] {
  const joined: Part[] = [];
  for (let from = 0; from < words.length; ) {
    let to = from;
    while (isNextLetter(words, text, from, to)) to++;
    const run = words.slice(from, to);
    const [first, last] = [run[0], run.at(-1)];
    if (first && last && run.length >= SPELLED_OUT) {
      joined.push({ text: run.map((word) => word.text).join(''), start: first.start, end: last.end });
    }
    from = Math.max(to, from + 1);
  }
  return joined;
}

/** A single letter, at most three signs or spaces behind the one before. */
function isNextLetter(words: readonly Part[], text: string, from: number, to: number): boolean {
  const word = words[to];
  if (!word || !SINGLE_LETTER.test(word.text)) return false;
  const before = to > from ? words[to - 1] : undefined;
  if (!before) return true;
  const between = text.slice(before.end, word.start);
  return between.length <= 3 && !/[\n'’ʼ]/u.test(between);
}
