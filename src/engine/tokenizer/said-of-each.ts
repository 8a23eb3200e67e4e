import type { TokenizedPrompt } from './clip-tokenizer.ts';
import { ARTICLES, type ConceptWords, fold, occurrences } from './concept-columns.ts';

/** What joins one concept's words to the next one's, at the end of the first's. */
const JOINING = /(?:[\s,;&]|(?<![\p{L}\p{N}])(?:and|with)(?![\p{L}\p{N}]))+$/iu;

interface Mention {
  readonly concept: number;
  /** how it is called, its article included */
  readonly who: string;
  /** the words up to the next mention, or to the end */
  readonly said: string;
}

/**
 * A prompt of several concepts as a prompt of each alone: what stands before all of them, how it is called, and what
 * follows up to the next one. Where nothing follows but "and", the next one's words are for both.
 *
 *     a drawing of a fox sitting and a bear eating an apple on a farm
 *     -> a drawing of a fox sitting; a drawing of a bear eating an apple on a farm
 *     a drawing of a fox and a bear waving on the beach
 *     -> a drawing of a fox waving on the beach; a drawing of a bear waving on the beach
 *
 * @returns by name, for those that the prompt mentions
 */
export function saidOfEach(
  { text, words }: TokenizedPrompt,
  concepts: readonly (ConceptWords & { readonly name: string })[],
): Map<string, string> {
  const at = (word: number) => words[word]?.start ?? text.length;
  const withArticle = (start: number) => (ARTICLES.has(fold(words[start - 1]?.text ?? '')) ? start - 1 : start);
  const places = occurrences(words, concepts)
    .flatMap((stretches, concept) => stretches.map((stretch) => ({ concept, ...stretch })))
    .map((place) => ({ ...place, start: withArticle(place.start) }))
    .sort((a, b) => a.start - b.start);
  const mentions = places.map(({ concept, start, end }, i): Mention => {
    const said = text.slice(at(end), at(places[i + 1]?.start ?? words.length));
    return { concept, who: text.slice(at(start), at(end)).trim(), said: said.replace(JOINING, '').trim() };
  });
  const before = text.slice(0, at(places[0]?.start ?? 0)).trim();
  const ofEach = concepts.map(({ name }, concept): [string, string] => {
    const own = mentions.flatMap((mention, i) =>
      mention.concept === concept ? [mention.who, mentions.slice(i).find(({ said }) => said !== '')?.said ?? ''] : [],
    );
    return [name, own.length > 0 ? [before, ...own].filter((part) => part !== '').join(' ') : ''];
  });
  return new Map(ofEach.filter(([, prompt]) => prompt !== ''));
}
