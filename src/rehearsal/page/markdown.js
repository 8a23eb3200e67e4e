import { h } from './dom.js';
import { inline } from './markdown-inline.js';

/** @import { Names } from './markdown-inline.js' */

/** Levels of Discord's `#`, `##`, `###` under the page's own headings. */
const HEADINGS = ['h3', 'h4', 'h5'];

/**
 * Discord's markdown as blocks: code fences, headings, small print, quotes, lists and paragraphs.
 * @param {string} text
 * @param {Names} names
 * @returns {HTMLElement}
 */
export function markdown(text, names) {
  const prose = h('div', { class: 'prose' });
  for (const part of text.split(/(```[\s\S]*?```)/)) {
    const fence = /^```(?:[\w+-]*\n)?([\s\S]*?)\n?```$/.exec(part);
    if (fence) prose.append(h('pre', { tabIndex: 0 }, h('code', {}, fence[1] ?? '')));
    else if (part) prose.append(...blocks(part.replace(/^\n|\n$/g, ''), names));
  }
  return prose;
}

/** @param {string} text @param {Names} names */
function blocks(text, names) {
  /** @type {HTMLElement[]} */
  const made = [];
  /** @type {string[]} */
  let paragraph = [];
  const flush = () => {
    if (paragraph.length > 0) made.push(h('p', {}, ...inline(paragraph.join('\n'), names)));
    paragraph = [];
  };
  const lines = text.split('\n');
  for (let index = 0; index < lines.length; index++) {
    const line = lines[index] ?? '';
    const heading = /^(#{1,3})\s+(.+)$/.exec(line);
    const small = /^-#\s+(.+)$/.exec(line);
    const run = (/** @type {RegExp} */ pattern) => {
      const found = [];
      while (pattern.test(lines[index] ?? '')) found.push((lines[index++] ?? '').replace(pattern, ''));
      index--;
      return found;
    };
    if (heading) {
      flush();
      made.push(h(HEADINGS[(heading[1] ?? '#').length - 1] ?? 'h5', {}, ...inline(heading[2] ?? '', names)));
    } else if (small) {
      flush();
      made.push(h('small', {}, ...inline(small[1] ?? '', names)));
    } else if (/^>\s/.test(line)) {
      flush();
      made.push(h('blockquote', {}, ...inline(run(/^>\s/).join('\n'), names)));
    } else if (/^\s*[-*]\s+\S/.test(line)) {
      flush();
      made.push(h('ul', {}, ...run(/^\s*[-*]\s+(?=\S)/).map((item) => h('li', {}, ...inline(item, names)))));
    } else if (/^\d+\.\s+\S/.test(line)) {
      flush();
      const start = Number.parseInt(line, 10);
      made.push(h('ol', { start }, ...run(/^\d+\.\s+(?=\S)/).map((item) => h('li', {}, ...inline(item, names)))));
    } else paragraph.push(line);
  }
  flush();
  return made;
}
