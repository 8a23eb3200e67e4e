import { byId, h, icon } from './dom.js';
import { refusalView } from './refusal-log.js';

/** @import { Room } from './room.js' */

const STATUSES = [
  ['429', '429 slow down'],
  ['500', '500 server error'],
  ['502', '502 bad gateway'],
  ['403', '403 forbidden'],
  ['404', '404 not found'],
];
const ROUTES = [
  ['', 'Any request'],
  ['POST /interactions', 'First answers to commands and buttons'],
  ['/webhooks/', 'Later edits by token'],
  ['POST /channels/:channel/messages', 'New messages'],
  ['PATCH /channels/:channel/messages', 'Edits of messages'],
  ['/reactions', 'Reactions'],
];
const DELAYS = [
  ['0', 'As fast as it goes'],
  ['250', 'A quarter of a second'],
  ['1000', 'One second'],
  ['4000', 'Four seconds: too late'],
];
/** @type {[string, string][]} */
const PERMISSIONS = [
  ['AddReactions', 'Add reactions'],
  ['SendMessages', 'Send messages'],
  ['AttachFiles', 'Attach files'],
  ['EmbedLinks', 'Embed links'],
  ['ManageMessages', 'Take away reactions of others'],
  ['ReadMessageHistory', 'Read the history'],
  ['ViewChannel', 'See the channels'],
];

/** Everything that can go wrong, by hand, and what Discord would have refused. @param {Room} room */
export function mountTrouble(room) {
  const { store } = room;
  const button = (/** @type {string} */ label, /** @type {string} */ act, details = {}) =>
    h('button', { type: 'button', class: 'small', onclick: () => room.ask(act, details) }, label);
  const toggle = (/** @type {string} */ label, /** @type {(on: boolean) => void} */ onchange) => {
    const input = h('input', { type: 'checkbox', role: 'switch', onchange: () => onchange(input.checked) });
    return { input, element: h('label', { class: 'switch' }, input, label) };
  };
  const list = (/** @type {string[][]} */ pairs) =>
    h('select', {}, ...pairs.map(([value, label]) => h('option', { value }, label ?? '')));

  const status = list(STATUSES);
  const route = list(ROUTES);
  const times = h('input', { type: 'number', min: '1', max: '100', value: '3' });
  const staged = h('p', { class: 'help', role: 'status' });
  const delay = list(DELAYS);
  delay.onchange = () => room.ask('slowRest', { ms: Number(delay.value) });
  const shut = toggle('Nobody can connect', (on) => room.ask('openGateway', { on: !on }));
  const limits = toggle('Keep the bot to Discord’s rates', (on) => room.ask('enforceRateLimits', { on }));
  const permissions = PERMISSIONS.map(([permission, label]) => ({
    permission,
    ...toggle(label, (on) => room.ask('forbid', { permission, on })),
  }));
  const log = h('ol', { class: 'log' });

  byId('trouble').append(
    h(
      'header',
      { class: 'trouble-head' },
      h('h2', {}, 'Trouble'),
      button('Make all well', 'clearTrouble'),
      h(
        'button',
        {
          type: 'button',
          class: 'round',
          'aria-label': 'Close the trouble panel',
          onclick: () => room.toggleTrouble(),
        },
        icon('close'),
      ),
    ),
    h(
      'div',
      { class: 'trouble-body' },
      h('h3', {}, 'Connection'),
      h(
        'div',
        { class: 'pair' },
        button('Drop it', 'dropGateway', { resumable: true }),
        button('Drop and forget', 'dropGateway', { resumable: false }),
        button('Ask to reconnect', 'askToReconnect'),
      ),
      shut.element,
      h('h3', {}, 'Answers'),
      h(
        'form',
        {
          class: 'pair',
          onsubmit(/** @type {Event} */ event) {
            event.preventDefault();
            const details = { status: Number(status.value), times: Number(times.value) };
            void room.ask('answerNext', { ...details, ...(route.value && { route: route.value }) });
          },
        },
        h('label', { class: 'grow' }, 'To', route),
        h('label', {}, 'Answer', status),
        h('label', {}, 'Times', times),
        h('button', { type: 'submit', class: 'small' }, 'Stage it'),
      ),
      staged,
      h('div', { class: 'pair' }, h('label', { class: 'grow' }, 'Every answer comes', delay)),
      limits.element,
      h('h3', {}, 'Tokens'),
      h('p', { class: 'help' }, 'After fifteen minutes a command’s token is dead. This makes it so now.'),
      button('Expire all tokens', 'expireTokens'),
      h('h3', {}, 'Forbid the bot to'),
      ...permissions.map(({ element }) => element),
      h('h3', { id: 'log-title' }, 'What Discord refused'),
      log,
    ),
  );
  log.setAttribute('aria-labelledby', 'log-title');

  store.on(['trouble'], () => {
    const { trouble } = store;
    if (!trouble) return;
    shut.input.checked = !trouble.gatewayOpen;
    limits.input.checked = trouble.rateLimitsEnforced;
    delay.value = String(trouble.restDelayMs);
    for (const { permission, input } of permissions) input.checked = trouble.forbidden.includes(permission);
    staged.textContent = trouble.staged.map((answer) => `${answer.times} × ${answer.status} to come`).join(', ');
  });
  store.on(['log'], () => {
    const newestFirst = [...store.refusals].reverse();
    log.replaceChildren(
      ...(newestFirst.length > 0 ? newestFirst.map(refusalView) : [h('li', { class: 'none' }, 'Nothing so far.')]),
    );
  });
  document.addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && room.troubleOpen && byId('trouble').contains(document.activeElement))
      room.toggleTrouble();
  });
}
