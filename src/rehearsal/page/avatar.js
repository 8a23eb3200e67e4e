import { h } from './dom.js';

/** @import { User } from './types.js' */

/** Hues that stay apart from each other and carry white letters. */
const COLOURS = ['#8a3f6b', '#2f6b6f', '#5a4a9c', '#9a4a22', '#3f6b2f', '#2f5a92'];

/** Decorative: the name stands beside it. @param {{ id: string, bot?: boolean }} who @param {string} name @param {string} [size] */
export function avatar(who, name, size = '') {
  if (who.bot)
    return h('span', { class: `avatar ${size}`, 'aria-hidden': 'true' }, h('img', { src: '/icon.svg', alt: '' }));
  const letters = [...name].slice(0, 1).join('').toUpperCase();
  const sum = [...name].reduce((total, letter) => total + (letter.codePointAt(0) ?? 0), 0);
  const background = COLOURS[sum % COLOURS.length] ?? '';
  return h('span', { class: `avatar ${size}`, 'aria-hidden': 'true', style: { background } }, letters);
}

/** @param {User} user */
export function nameOf(user) {
  return user.global_name ?? user.username;
}
