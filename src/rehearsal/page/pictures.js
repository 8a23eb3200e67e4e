import { h } from './dom.js';

/** @import { Attachment } from './types.js' */

const TINY_PIXELS = 48;
const KIB = 1024;

/** Spoilers that were looked at stay open when a message is drawn anew. @type {Set<string>} */
const unveiled = new Set();

/**
 * A picture that opens large.
 * @param {{ url: string, width?: number, height?: number }} media
 * @param {string | undefined} alt
 * @param {{ spoiler?: boolean, key?: string }} [about]
 */
export function picture(media, alt, { spoiler = false, key = media.url } = {}) {
  const { url, width, height } = media;
  const veiled = spoiler && !unveiled.has(url);
  const image = h('img', { src: url, alt: alt ?? '', decoding: 'sync' });
  if (width && height) {
    image.width = width;
    image.height = height;
    if (Math.max(width, height) <= TINY_PIXELS) image.className = 'tiny';
  }
  const label = alt ? `Alt: ${alt}. Open large` : 'Picture without description. Open large';
  const button = h(
    'button',
    {
      type: 'button',
      class: veiled ? 'picture veiled' : 'picture',
      'aria-label': veiled ? 'Spoiler picture. Show it' : label,
      dataset: { key },
      onclick() {
        if (!button.classList.contains('veiled')) return openLarge(url, alt);
        unveiled.add(url);
        button.classList.remove('veiled');
        button.setAttribute('aria-label', label);
      },
    },
    image,
    alt && h('span', { class: 'alt', title: alt, 'aria-hidden': 'true' }, 'Alt'),
  );
  return button;
}

/** @param {Attachment} attachment */
export function attachmentView(attachment) {
  const { filename, url, description, content_type: type = '' } = attachment;
  const spoiler = filename.startsWith('SPOILER_');
  if (type.startsWith('image/')) return picture(attachment, description, { spoiler, key: filename });
  return fileLink(filename, url, attachment.size);
}

/** @param {string} name @param {string} url @param {number} [size] bytes */
export function fileLink(name, url, size) {
  const big =
    size === undefined
      ? ''
      : size < KIB * KIB
        ? `${Math.ceil(size / KIB)} KiB`
        : `${(size / KIB / KIB).toFixed(1)} MiB`;
  return h(
    'a',
    { class: 'file', href: url, download: name, dataset: { key: name } },
    h('span', { 'aria-hidden': 'true' }, '📄'),
    h('span', {}, h('strong', {}, name), h('small', {}, big || 'Download')),
  );
}

/** @param {string} url @param {string | undefined} alt */
function openLarge(url, alt) {
  const close = () => dialog.close();
  const dialog = h(
    'dialog',
    { class: 'lightbox', 'aria-label': 'Picture', onclose: () => dialog.remove() },
    h(
      'figure',
      {},
      h('img', { src: url, alt: alt ?? '' }),
      alt && h('figcaption', {}, alt),
      h(
        'nav',
        { 'aria-label': 'Picture' },
        h('a', { class: 'press secondary', href: url, target: '_blank', rel: 'noreferrer' }, 'Open the original'),
        h('button', { type: 'button', class: 'press primary', onclick: close, autofocus: true }, 'Close'),
      ),
    ),
  );
  dialog.addEventListener('click', (/** @type {MouseEvent} */ { target }) => {
    if (target === dialog) close();
  });
  document.body.append(dialog);
  dialog.showModal();
}
