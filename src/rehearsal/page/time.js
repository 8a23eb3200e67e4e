import { h } from './dom.js';

const SECOND_MS = 1000;
/** @type {[Intl.RelativeTimeFormatUnit, number][]} */
const UNITS = [
  ['year', 365 * 86_400],
  ['month', 30 * 86_400],
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
  ['second', 1],
];
/** Discord's styles of <t:…>. @type {Record<string, Intl.DateTimeFormatOptions>} */
const STYLES = {
  t: { timeStyle: 'short' },
  T: { timeStyle: 'medium' },
  d: { dateStyle: 'short' },
  D: { dateStyle: 'long' },
  f: { dateStyle: 'long', timeStyle: 'short' },
  F: { dateStyle: 'full', timeStyle: 'short' },
};

/** @param {number} seconds since 1970 */
export function relative(seconds) {
  const away = seconds - Date.now() / SECOND_MS;
  const [unit, size] = UNITS.find(([, length]) => Math.abs(away) >= length) ?? ['second', 1];
  return new Intl.RelativeTimeFormat('en', { numeric: 'auto' }).format(Math.round(away / size), unit);
}

/**
 * `<t:seconds:style>`; relative ones keep themselves right while they are on the page.
 * @param {number} seconds @param {string} [style]
 */
export function timestamp(seconds, style = 'f') {
  const date = new Date(seconds * SECOND_MS);
  const full = date.toLocaleString('en', STYLES.F);
  const element = h('time', { datetime: date.toISOString(), title: full });
  const draw = () => {
    element.textContent = style === 'R' ? relative(seconds) : date.toLocaleString('en', STYLES[style] ?? STYLES.f);
  };
  draw();
  if (style === 'R') {
    let wasShown = false;
    const timer = setInterval(() => {
      if (wasShown && !element.isConnected) clearInterval(timer);
      wasShown ||= element.isConnected;
      draw();
    }, SECOND_MS);
  }
  return element;
}

/** The hour of a message, with the day if it was not today. @param {string} iso */
export function messageTime(iso) {
  const date = new Date(iso);
  const today = date.toDateString() === new Date().toDateString();
  /** @type {Intl.DateTimeFormatOptions} */
  const style = today ? { timeStyle: 'short' } : { dateStyle: 'medium', timeStyle: 'short' };
  return h('time', { datetime: iso, title: date.toLocaleString('en', STYLES.F) }, date.toLocaleString('en', style));
}
