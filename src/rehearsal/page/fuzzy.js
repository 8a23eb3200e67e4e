/**
 * How well the letters of `typed` appear, in order, in `text`: higher is better, undefined if they don't.
 * Runs and beginnings of words count more.
 * @param {string} typed @param {string} text
 * @returns {{ score: number, at: number[] } | undefined} `at`: the places of the letters
 */
export function fuzzy(typed, text) {
  const letters = typed.toLowerCase().replace(/[\s/]+/g, '');
  const target = text.toLowerCase();
  /** @type {number[]} */
  const at = [];
  let score = 0;
  let from = 0;
  for (const letter of letters) {
    const found = target.indexOf(letter, from);
    if (found < 0) return undefined;
    if (found === (at.at(-1) ?? -2) + 1) score += 3;
    if (found === 0 || /[\s/\-_]/.test(target[found - 1] ?? '')) score += 2;
    score -= (found - from) * 0.1;
    at.push(found);
    from = found + 1;
  }
  return { score, at };
}
