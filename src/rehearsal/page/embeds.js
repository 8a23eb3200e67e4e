import { h } from './dom.js';
import { markdown } from './markdown.js';
import { inline } from './markdown-inline.js';
import { picture } from './pictures.js';
import { messageTime } from './time.js';

/** @import { Attachment, Embed } from './types.js' */
/** @import { Names } from './markdown-inline.js' */

/** @param {number} colour 24 bits */
export function cssColour(colour) {
  return `#${colour.toString(16).padStart(6, '0')}`;
}

/**
 * @param {Embed} embed @param {Attachment[]} attachments @param {Names} names
 */
export function embedView(embed, attachments, names) {
  const alt = (/** @type {string} */ url) => attachments.find((attachment) => attachment.url === url)?.description;
  const { title, description, url, color, author, footer, image, thumbnail, fields = [], timestamp } = embed;
  const heading = title && h('h3', {}, ...inline(title, names));
  return h(
    'article',
    { class: color === undefined ? 'embed' : 'embed coloured', 'aria-label': title ? `Card: ${title}` : 'Card' },
    color !== undefined && h('span', { class: 'colour', style: { background: cssColour(color) } }),
    h(
      'div',
      { class: 'embed-head' },
      h(
        'div',
        {},
        author && h('div', { class: 'author' }, author.name),
        heading && (url ? h('a', { href: url, target: '_blank', rel: 'noreferrer' }, heading) : heading),
        description && markdown(description, names),
      ),
      thumbnail && h('img', { class: 'thumb', src: thumbnail.url, alt: alt(thumbnail.url) ?? '' }),
    ),
    fields.length > 0 &&
      h(
        'dl',
        {},
        ...fields.map(({ name, value, inline: beside }) =>
          h(
            'div',
            { class: beside ? 'inline' : '' },
            h('dt', {}, ...inline(name, names)),
            h('dd', {}, markdown(value, names)),
          ),
        ),
      ),
    image && h('div', { class: 'gallery one' }, picture(image, alt(image.url), { key: 'embed-image' })),
    (footer || timestamp) &&
      h('footer', {}, footer?.text ?? '', footer && timestamp ? ' · ' : '', timestamp ? messageTime(timestamp) : ''),
  );
}
