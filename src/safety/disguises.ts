/** Digits and signs that stand for a Latin letter. 1, ! and € have two readings. */
const SIGNS: readonly Readonly<Record<string, string>>[] = [
  { 0: 'o', 1: 'i', 3: 'e', 4: 'a', 5: 's', 7: 't', 8: 'b', 9: 'g', '@': 'a', $: 's', '!': 'i', '+': 't', '€': 'e' },
  { 0: 'o', 1: 'l', 3: 'e', 4: 'a', 5: 's', 7: 't', 8: 'b', 9: 'g', '@': 'a', $: 's', '!': 'l', '+': 't', '€': 'c' },
];
/** Letters of other scripts that look like a Latin one. */
const TWINS: Readonly<Record<string, string>> = {
  ...{ а: 'a', е: 'e', о: 'o', р: 'p', с: 'c', у: 'y', х: 'x', і: 'i', ѕ: 's', ј: 'j', к: 'k', м: 'm', т: 't', н: 'h' },
  ...{ в: 'b', ԁ: 'd', һ: 'h', α: 'a', ε: 'e', ι: 'i', κ: 'k', ν: 'v', ο: 'o', ρ: 'p', τ: 't', υ: 'u', χ: 'x', ı: 'i' },
};
const VOWELS = ['a', 'e', 'i', 'o', 'u'];
/** Honest words double a letter at most ("god", "good"): from three on it is drawn out. */
const DRAWN_OUT = /(\p{L})\1{2,}/gu;
const MARKS = /\p{M}/gu;
const NOT_IN_WORDS = /[^\p{L}\p{M}\p{N}]/gu;

/**
 * All that a token may be read as: itself, without its accents, with signs as letters, twins of other scripts as
 * Latin, a star as any vowel, drawn-out letters once or twice. A few dozen at the very most.
 */
export function readings(token: string): Set<string> {
  let read = [token];
  const alternatives = (each: (text: string) => readonly string[]) => {
    read = [...new Set(read.flatMap((text) => [text, ...each(text)]))];
  };
  alternatives((text) => (text.includes('*') ? VOWELS.map((vowel) => text.replaceAll('*', vowel)) : []));
  alternatives((text) => (/\p{L}/u.test(text) ? SIGNS.map((signs) => translate(text, signs)) : []));
  alternatives((text) => [translate(text, TWINS)]);
  alternatives((text) => [text.replace(MARKS, '')]);
  alternatives((text) => [text.replace(NOT_IN_WORDS, '')]);
  alternatives((text) => [text.replace(DRAWN_OUT, '$1'), text.replace(DRAWN_OUT, '$1$1')]);
  return new Set(read);
}

function translate(text: string, letters: Readonly<Record<string, string>>): string {
  return Array.from(text, (letter) => letters[letter] ?? letter).join('');
}
