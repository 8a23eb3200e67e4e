import { h } from './dom.js';

/** @import { Refusal } from './types.js' */

/** @param {Refusal} refusal */
export function refusalView({ at, request, status, code, message, details, staged }) {
  const time = new Date(at);
  return h(
    'li',
    { class: staged ? 'staged' : '' },
    h(
      'div',
      { class: 'line' },
      h('span', { class: 'status' }, String(status)),
      h('strong', {}, staged ? 'Staged' : message),
      h('time', { datetime: time.toISOString() }, time.toLocaleTimeString('en')),
    ),
    h('code', {}, shortened(request), code ? ` (${code})` : ''),
    details.length > 0 && h('ul', {}, ...details.map((line) => h('li', {}, line))),
  );
}

/** Long ids and tokens say nothing to a reader. @param {string} request */
function shortened(request) {
  return request.replace(/[\w-]{16,}/g, (id) => `…${id.slice(-4)}`);
}
