import { foldText, type PlainText, type Token } from './plain-text.ts';

/** Scripts that put no spaces between words: a word in them is found wherever it stands. */
const SPACELESS = /[\p{scx=Han}\p{scx=Hira}\p{scx=Kana}\p{scx=Thai}\p{scx=Lao}\p{scx=Khmr}\p{scx=Mymr}]/u;
const ANY_ENDING = '*';
const MARK_FIRST = /^\p{M}/u;
const WORD = /[\p{L}\p{M}\p{N}]+/gu;

export type Span = Pick<Token, 'start' | 'end'>;

/**
 * Words and phrases to be found in texts: whole ones, or beginnings of words where they end in `*`. In disguise they
 * are found too (disguises.ts), but accents that a listed word has are demanded: "schön" is not "schon". The time
 * grows with the text alone, not with the list.
 */
export class WordList {
  readonly #words = new Set<string>();
  readonly #stems = new Set<string>();
  #longestStem = 0;
  /** by their first word */
  readonly #phrases = new Map<string, { readonly rest: readonly string[]; readonly isStem: boolean }[]>();
  readonly #anywhere: string[] = [];

  constructor(words: readonly string[]) {
    for (const word of words) this.#add(word);
  }

  find(text: PlainText): Span[] {
    return [
      ...[...text.words, ...text.disguised].filter((token) => this.#has(token)),
      ...text.words.flatMap((_, at) => this.#phraseAt(text.words, at)),
      ...this.#anywhere.flatMap((word) => places(text.text, word)),
    ];
  }

  #add(listed: string): void {
    const isStem = listed.endsWith(ANY_ENDING);
    const word = foldText(isStem ? listed.slice(0, -1) : listed).trim();
    if (word === '') return;
    const parts = word.match(WORD) ?? [];
    const [first, ...rest] = parts;
    if (SPACELESS.test(word) || first === undefined) this.#anywhere.push(word);
    else if (rest.length > 0) this.#phrases.set(first, [...(this.#phrases.get(first) ?? []), { rest, isStem }]);
    else if (isStem) {
      this.#stems.add(first);
      this.#longestStem = Math.max(this.#longestStem, first.length);
    } else this.#words.add(word);
    // "f**k" as it is listed, beside its letters
    if (!isStem && word !== first) this.#words.add(word);
  }

  #has({ readings }: Token): boolean {
    for (const text of readings) if (this.#words.has(text) || this.#hasStemOf(text)) return true;
    return false;
  }

  #hasStemOf(text: string): boolean {
    for (let length = 1; length <= Math.min(text.length, this.#longestStem); length++) {
      // not in the middle of a letter and its accent
      if (this.#stems.has(text.slice(0, length)) && !MARK_FIRST.test(text.slice(length))) return true;
    }
    return false;
  }

  #phraseAt(words: readonly Token[], at: number): Span[] {
    if (this.#phrases.size === 0) return [];
    const found = [...(words[at]?.readings ?? [])].flatMap((first) => this.#phrases.get(first) ?? []);
    return found.flatMap(({ rest, isStem }) => {
      const fits = rest.every((part, i) => {
        const here = words[at + 1 + i]?.readings;
        if (!here) return false;
        const last = i === rest.length - 1;
        return here.has(part) || (last && isStem && [...here].some((text) => text.startsWith(part)));
      });
      const [start, end] = [words[at], words[at + rest.length]];
      return fits && start && end ? [{ start: start.start, end: end.end }] : [];
    });
  }
}

function places(text: string, word: string): Span[] {
  const found: Span[] = [];
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + word.length)) {
    found.push({ start: at, end: at + word.length });
  }
  return found;
}
