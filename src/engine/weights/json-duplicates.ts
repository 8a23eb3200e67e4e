/**
 * The first key that some object of a JSON text has twice; `JSON.parse` would silently keep the last one.
 * @param json a text that `JSON.parse` accepts
 */
export function duplicateKey(json: string): string | undefined {
  const open: Set<string>[] = [];
  let at = 0;
  while (at < json.length) {
    const char = json[at];
    if (char === '"') {
      const end = stringEnd(json, at);
      const afterwards = skipSpace(json, end);
      // a string before a colon is a key of the innermost open object: arrays have no colons
      if (json[afterwards] === ':') {
        const key: string = JSON.parse(json.slice(at, end));
        const keys = open.at(-1);
        if (keys?.has(key)) return key;
        keys?.add(key);
      }
      at = afterwards;
      continue;
    }
    if (char === '{') open.push(new Set());
    else if (char === '}') open.pop();
    at++;
  }
  return undefined;
}

/** The index behind the closing quote of the string that starts at `start`. */
function stringEnd(json: string, start: number): number {
  let at = start + 1;
  while (json[at] !== '"') at += json[at] === '\\' ? 2 : 1;
  return at + 1;
}

function skipSpace(json: string, start: number): number {
  let at = start;
  while (json[at] === ' ' || json[at] === '\n' || json[at] === '\r' || json[at] === '\t') at++;
  return at;
}
