import { CommandForm } from './command-form.js';
import { CommandMenu } from './command-menu.js';
import { upload } from './connection.js';
import { byId, h, icon } from './dom.js';
import { openModal } from './modal-dialog.js';

/** @import { Command, OptionValue } from './types.js' */
/** @import { Room } from './room.js' */

/** The box at the bottom: words to everybody, or a command. @param {Room} room */
export function mountComposer(room) {
  const { store } = room;
  /** @type {File[]} */
  let files = [];
  const input = h('textarea', { id: 'composer', rows: 1, 'aria-label': 'Message', maxLength: 2000 });
  const problem = h('p', { class: 'failed', role: 'alert', hidden: true });
  const carried = h('ul', { class: 'carried', 'aria-label': 'Files to send', hidden: true });
  const fileInput = h('input', { type: 'file', multiple: true, hidden: true, tabIndex: -1, 'aria-hidden': 'true' });
  const menu = new CommandMenu(input, (command) => fillIn(command));
  const tool = (
    /** @type {string} */ label,
    /** @type {any} */ name,
    /** @type {() => void} */ onclick,
    type = 'button',
  ) =>
    h(
      'button',
      { type, class: type === 'submit' ? 'round go' : 'round', 'aria-label': label, title: label, onclick },
      icon(name),
    );
  const say = h(
    'form',
    { class: 'say' },
    tool('Attach files', 'clip', () => fileInput.click()),
    tool('Commands', 'slash', () => {
      input.value = '/';
      input.focus();
      offer();
    }),
    input,
    tool('Send', 'send', () => undefined, 'submit'),
    fileInput,
  );
  const desk = h('div', { class: 'desk' }, carried, say);
  const typing = h('div', { class: 'typing', 'aria-live': 'off' });
  byId('composer-place').append(menu.element, typing, desk, problem);

  const showFiles = () => {
    carried.hidden = files.length === 0;
    carried.replaceChildren(
      ...files.map((file) =>
        h(
          'li',
          {},
          file.name,
          h(
            'button',
            {
              type: 'button',
              class: 'link-button',
              'aria-label': `Leave out ${file.name}`,
              onclick() {
                files = files.filter((other) => other !== file);
                showFiles();
              },
            },
            '×',
          ),
        ),
      ),
    );
  };
  fileInput.onchange = () => {
    files = [...files, ...(fileInput.files ?? [])];
    fileInput.value = '';
    showFiles();
    input.focus();
  };
  const complain = (/** @type {string} */ words) => {
    problem.textContent = words;
    problem.hidden = words === '';
  };
  const offer = () => {
    if (/^\/[^\n]*$/.test(input.value)) menu.show(room.commands, input.value);
    else menu.hide();
  };
  /** @param {Command} command @param {Record<string, OptionValue>} [values] */
  const fillIn = (command, values) => {
    const back = () => {
      desk.replaceChildren(carried, say);
      input.value = '';
      input.focus();
    };
    const run = async (/** @type {Record<string, OptionValue>} */ filled) => {
      const told = await room.act('slash', { call: command.call, values: filled });
      if (told.kind === 'modal') openModal(room, told);
    };
    const form = new CommandForm(room, command, { ondone: back, run, ...(values && { values }) });
    menu.hide();
    complain('');
    desk.replaceChildren(form.element);
    form.focus();
  };
  room.begin = (call, values) => {
    const command = room.commands.find((candidate) => candidate.call === call);
    if (!command) return;
    const known = Object.entries(values ?? {}).filter(([name]) =>
      command.options.some((option) => option.name === name),
    );
    fillIn(command, Object.fromEntries(known));
  };
  const send = async () => {
    const text = input.value.trim();
    if (!text && files.length === 0) return;
    if (text.startsWith('/') && files.length === 0) {
      offer();
      complain(
        room.commands.length === 0
          ? 'The bot has no commands yet.'
          : 'Choose a command from the list, or begin with another letter.',
      );
      return;
    }
    try {
      const uploads = await Promise.all(files.map(upload));
      await room.act('say', { text, uploads: uploads.map(({ upload: id }) => id) });
      input.value = '';
      files = [];
      showFiles();
      complain('');
    } catch (error) {
      complain(/** @type {Error} */ (error).message);
    }
  };
  say.addEventListener('submit', (/** @type {Event} */ event) => {
    event.preventDefault();
    void send();
  });
  input.addEventListener('input', () => {
    complain('');
    offer();
  });
  input.addEventListener('blur', () => menu.hide());
  input.addEventListener('keydown', (/** @type {KeyboardEvent} */ event) => {
    if (menu.open && menu.key(event)) return;
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    void send();
  });
  const narrow = matchMedia('(max-width: 760px)');
  const invite = () => {
    const { channel } = store;
    const where =
      channel?.kind === 'dm' ? store.botName : `${channel?.kind === 'thread' ? '' : '#'}${channel?.name ?? ''}`;
    const long = ` as ${store.person?.name ?? ''}, or type / for commands`;
    input.placeholder = `Message ${where}${narrow.matches ? '' : long}`;
  };
  store.on(['place', 'people'], invite);
  narrow.addEventListener('change', invite);
  store.on(['menu'], () => menu.open && offer());
  store.on(['typing'], () => {
    typing.textContent = `${store.botName} is typing…`;
    setTimeout(() => typing.replaceChildren(), 8_000);
  });
}
