import { COARSE, CRUEL, HARMLESS, MINORS, NEVER, SEXUAL, SLURS } from './built-in-words.ts';
import { EnglishProfanity } from './english-profanity.ts';
import { type PlainText, readText } from './plain-text.ts';
import { type Span, WordList } from './word-list.ts';

/** What a word in a text is about. `blocked`: on the server's own list. */
export type WordKind = 'never' | 'minors' | 'sexual' | 'slurs' | 'coarse' | 'cruel' | 'blocked';

export interface FoundWord {
  readonly kind: WordKind;
  /** as it stands in the text, folded */
  readonly word: string;
  /** one of the server's allowed words covers it */
  readonly allowed: boolean;
}

type Found = Span & { readonly kind: WordKind };

/** All lists made ready for one check of some texts. */
export class WordFinder {
  readonly #lists: readonly (readonly [WordKind, WordList])[];
  readonly #english = new EnglishProfanity();
  readonly #harmless = new WordList(HARMLESS);
  readonly #allowed: WordList;

  constructor({ blocked, allowed }: { readonly blocked: readonly string[]; readonly allowed: readonly string[] }) {
    const words = { never: NEVER, minors: MINORS, sexual: SEXUAL, slurs: SLURS, coarse: COARSE, cruel: CRUEL, blocked };
    this.#lists = Object.entries(words).map(([kind, list]) => [kind as WordKind, new WordList(list)]);
    this.#allowed = new WordList(allowed);
  }

  find(raw: string): FoundWord[] {
    const text = readText(raw);
    const found = [
      ...this.#lists.flatMap(([kind, list]) => list.find(text).map(({ start, end }) => ({ kind, start, end }))),
      ...this.#findEnglish(text),
    ];
    if (found.length === 0) return [];
    const [harmless, allowed] = [this.#harmless.find(text), this.#allowed.find(text)];
    return found
      .filter((match) => match.kind === 'blocked' || !covered(match, harmless))
      .map((match) => ({
        kind: match.kind,
        word: text.text.slice(match.start, match.end),
        allowed: covered(match, allowed),
      }));
  }

  /** In the text itself, and in what is spelled out or has signs in it. */
  #findEnglish({ text, disguised }: PlainText): Found[] {
    const inside = disguised.flatMap(({ text: token, start, end }) =>
      this.#english.find(token.replace(/[^\p{L}\p{M}\p{N}$@!]/gu, '')).map(({ kind }) => ({ kind, start, end })),
    );
    return [...this.#english.find(text), ...inside];
  }
}

function covered({ start, end }: Span, by: readonly Span[]): boolean {
  return by.some((span) => span.start <= start && end <= span.end);
}
