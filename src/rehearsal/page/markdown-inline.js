import { h } from './dom.js';
import { timestamp } from './time.js';

/**
 * @typedef {{ person: (id: string) => string | undefined, channel: (id: string) => string | undefined }} Names
 * @typedef {{ pattern: RegExp, make: (match: RegExpExecArray, names: Names) => Node }} Rule
 */

/** @type {(pattern: RegExp, tag: string) => Rule} */
const wrapped = (pattern, tag) => ({ pattern, make: (match, names) => h(tag, {}, ...inline(match[1] ?? '', names)) });

/** @type {Rule[]} The first rule that matches at the earliest place wins. */
const RULES = [
  { pattern: /\\([\\`*_{}[\]()#+\-.!|~<>@])/, make: (match) => document.createTextNode(match[1] ?? '') },
  { pattern: /(`+)([^`]|[^`][\s\S]*?[^`])\1(?!`)/, make: (match) => h('code', {}, (match[2] ?? '').trim()) },
  { pattern: /\|\|([\s\S]+?)\|\|/, make: spoiler },
  wrapped(/\*\*([\s\S]+?)\*\*(?!\*)/, 'strong'),
  wrapped(/__([\s\S]+?)__(?!_)/, 'u'),
  wrapped(/~~([\s\S]+?)~~/, 's'),
  wrapped(/\*(?=\S)([\s\S]*?\S)\*(?!\*)/, 'em'),
  wrapped(/(?<![\p{L}\p{N}])_(?=\S)([\s\S]*?\S)_(?![\p{L}\p{N}_])/u, 'em'),
  {
    pattern: /\[([^\]\n]+)\]\(<?(https?:\/\/[^\s)>]+)>?\)/,
    make: (match, names) => link(match[2] ?? '', inline(match[1] ?? '', names)),
  },
  { pattern: /<(https?:\/\/[^\s>]+)>/, make: (match) => link(match[1] ?? '', [match[1] ?? '']) },
  { pattern: /https?:\/\/[^\s<>)]+[^\s<>).,;:!?'"]/, make: (match) => link(match[0], [match[0]]) },
  { pattern: /<@!?(\d+)>/, make: (match, names) => mention(`@${names.person(match[1] ?? '') ?? 'unknown'}`) },
  { pattern: /<#(\d+)>/, make: (match, names) => mention(`#${names.channel(match[1] ?? '') ?? 'unknown'}`) },
  { pattern: /<\/([^:>]+):\d+>/, make: (match) => mention(`/${match[1]}`) },
  { pattern: /@(?:everyone|here)\b/, make: (match) => mention(match[0]) },
  { pattern: /<t:(-?\d+)(?::([tTdDfFR]))?>/, make: (match) => timestamp(Number(match[1]), match[2]) },
];

/**
 * Discord's inline markdown as nodes. Text never becomes HTML.
 * @param {string} text
 * @param {Names} names
 * @returns {(Node | string)[]}
 */
export function inline(text, names) {
  /** @type {(Node | string)[]} */
  const nodes = [];
  let rest = text;
  while (rest) {
    /** @type {{ match: RegExpExecArray, rule: Rule } | undefined} */
    let first;
    for (const rule of RULES) {
      const match = rule.pattern.exec(rest);
      if (match && (!first || match.index < first.match.index)) first = { match, rule };
    }
    if (!first) break;
    if (first.match.index > 0) nodes.push(rest.slice(0, first.match.index));
    nodes.push(first.rule.make(first.match, names));
    rest = rest.slice(first.match.index + first.match[0].length);
  }
  if (rest) nodes.push(rest);
  return nodes;
}

/** @param {string} href @param {(Node | string)[]} children */
function link(href, children) {
  return h('a', { href, target: '_blank', rel: 'noreferrer noopener' }, ...children);
}

/** @param {string} text */
function mention(text) {
  return h('span', { class: 'mention' }, text);
}

/** @param {RegExpExecArray} match @param {Names} names */
function spoiler(match, names) {
  const button = h(
    'button',
    {
      type: 'button',
      class: 'spoiler',
      'aria-label': 'Spoiler, hidden. Show it',
      onclick() {
        button.classList.add('shown');
        button.removeAttribute('aria-label');
      },
    },
    h('span', {}, ...inline(match[1] ?? '', names)),
  );
  return button;
}
