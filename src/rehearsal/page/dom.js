/**
 * Makes an element. Properties starting with `on` are listeners, `dataset` is merged, `class` is the class,
 * other names with a hyphen (and `role`, `for`) are attributes, the rest are properties.
 *
 * @param {string} tag
 * @param {Record<string, any>} [props]
 * @param {...(Node | string | null | undefined | false)} children
 * @returns {any} typed by use: the DOM has a type per tag
 */
export function h(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === undefined || value === null) continue;
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else if (name === 'class') element.className = value;
    else if (name === 'dataset') Object.assign(element.dataset, value);
    else if (name === 'style') Object.assign(element.style, value);
    else if (name.includes('-') || ['role', 'for', 'list', 'popover', 'datetime'].includes(name)) {
      element.setAttribute(name, String(value));
    } /** @type {any} */ else element[name] = value;
  }
  element.append(...children.filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** @param {string} id */
export function byId(id) {
  const element = document.getElementById(id);
  if (!element) throw new Error(`index.html has no #${id}`);
  return element;
}

let counter = 0;
/** A fresh id for label/input pairs. @param {string} prefix */
export function freshId(prefix) {
  counter++;
  return `${prefix}-${counter}`;
}

const SVG = 'http://www.w3.org/2000/svg';
/** Paths of 24 by 24 line icons. */
const ICONS = {
  menu: 'M4 7h16M4 12h16M4 17h16',
  sun: 'M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM12 3v2M12 19v2M3 12h2M19 12h2M5.6 5.6 7 7M17 17l1.4 1.4M5.6 18.400 7 17M17 7l1.400-1.400',
  moon: 'M20 14.500A8 8 0 1 1 9.500 4a6.500 6.500 0 0 0 10.500 10.500z',
  storm: 'M7 15a4 4 0 1 1 .6-7.950A5 5 0 0 1 17 8.500a3.500 3.500 0 0 1 .5 6.500M12 12l-2 4h4l-2 4',
  send: 'M5 12 20 5l-5 15-3-6.500z',
  clip: 'M8 12.500 14 6.500a3 3 0 0 1 4.200 4.200l-7.700 7.700a5 5 0 0 1-7-7L11 4',
  slash: 'M15 4 9 20',
  smile: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM8.500 14.500a4.200 4.200 0 0 0 7 0M9 9.500v.5M15 9.500v.5',
  bin: 'M4 7h16M9 7V4h6v3M6 7l1 13h10l1-13',
  close: 'M6 6l12 12M18 6 6 18',
};

/** A decorative icon: its button carries the name. @param {keyof typeof ICONS} name */
export function icon(name) {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('aria-hidden', 'true');
  const path = document.createElementNS(SVG, 'path');
  path.setAttribute('d', ICONS[name]);
  for (const [key, value] of Object.entries({ fill: 'none', stroke: 'currentColor', 'stroke-width': '2' })) {
    path.setAttribute(key, value);
  }
  path.setAttribute('stroke-linecap', 'round');
  path.setAttribute('stroke-linejoin', 'round');
  svg.append(path);
  return svg;
}
