import { byId, h, icon } from './dom.js';

/** @import { Room } from './room.js' */

const THEME = 'rehearsal-theme';

/** Where one is, whether the bot is there, the light switch and the door to the trouble panel. @param {Room} room */
export function mountStageHead(room) {
  const { store } = room;
  const title = h('h1', {});
  const topic = h('span', { class: 'topic' });
  const bot = h('span', { class: 'pill', role: 'status' });
  const menu = h(
    'button',
    {
      type: 'button',
      class: 'icon-button menu-button',
      'aria-label': 'Channels and people',
      'aria-expanded': 'false',
      'aria-controls': 'wing',
    },
    icon('menu'),
  );
  menu.onclick = () => room.toggleWing();
  const trouble = h(
    'button',
    {
      type: 'button',
      class: 'icon-button',
      'aria-expanded': 'false',
      'aria-controls': 'trouble',
      'aria-label': 'Trouble',
    },
    icon('storm'),
    h('span', { class: 'wide' }, 'Trouble'),
  );
  trouble.onclick = () => room.toggleTrouble();
  byId('stage-head').append(menu, title, topic, bot, themeSwitch(), trouble);
  const draw = () => {
    const { channel } = store;
    title.textContent =
      channel?.kind === 'dm' ? store.botName : `${channel?.kind === 'text' ? '# ' : ''}${channel?.name ?? ''}`;
    topic.textContent = channel?.topic ?? '';
    const here = store.lineOpen && store.botConnected;
    bot.textContent = !store.lineOpen ? 'Room closed' : here ? 'Bot here' : 'Bot away';
    bot.classList.toggle('off', !here);
    document.title = `${title.textContent} · Rehearsal room`;
  };
  store.on(['place', 'people', 'bot'], draw);
  store.on(['wing'], () => menu.setAttribute('aria-expanded', String(room.wingOpen)));
  store.on(['panel'], () => trouble.setAttribute('aria-expanded', String(room.troubleOpen)));
}

function themeSwitch() {
  const root = document.documentElement;
  const stored = localStorage.getItem(THEME);
  if (stored) root.dataset.theme = stored;
  const isDark = () =>
    (root.dataset.theme ?? (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light')) === 'dark';
  const button = h('button', { type: 'button', class: 'icon-button' });
  const draw = () => {
    const label = isDark() ? 'Light on' : 'Light off';
    button.setAttribute('aria-label', label);
    button.title = label;
    button.replaceChildren(icon(isDark() ? 'sun' : 'moon'));
  };
  button.onclick = () => {
    root.dataset.theme = isDark() ? 'light' : 'dark';
    localStorage.setItem(THEME, root.dataset.theme);
    draw();
  };
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', draw);
  draw();
  return button;
}
