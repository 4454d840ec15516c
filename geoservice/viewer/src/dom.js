// Small helpers to make elements. Styles are set through the CSSOM, which a strict Content-Security-Policy allows.
import {ICONS} from './icons.js';

/** Makes an element: h('button', {class: 'x', onclick: f, 'aria-label': 'y'}, child, 'text', …). Null children are left out. */
export function h(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else if (name === 'style') for (const [key, text] of Object.entries(value)) element.style.setProperty(key, text);
    else if (name in element && typeof value !== 'string') element[name] = value;
    else element.setAttribute(name, value === true ? '' : value);
  }
  element.append(...children.flat(3).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** Makes an icon of icons.js; it is decoration, the button around it carries the name. */
export function icon(name, className = '') {
  const holder = document.createElement('template');
  holder.innerHTML = `<svg class="icon ${className}" viewBox="0 0 24 24" aria-hidden="true">${ICONS[name] ?? ICONS.layers}</svg>`;
  return holder.content.firstChild;
}

export function replace(element, ...children) {
  element.replaceChildren(...children.flat(3).filter((child) => child !== null && child !== undefined && child !== false));
}

/** What an element is called aloud: two of one name are told apart by their order. */
const nameOf = (element) => element.getAttribute('aria-label') ?? element.textContent;

/** Draws anew what is in an element without taking the keyboard away: it stays at what bears the same name, else at the element. */
export function redraw(element, draw) {
  const active = element.contains(document.activeElement) ? document.activeElement : null;
  const namesakes = () => [...element.querySelectorAll(active.tagName)].filter((one) => nameOf(one) === name);
  const name = active && nameOf(active);
  const place = active && namesakes().indexOf(active);
  draw();
  if (!active || element.contains(document.activeElement)) return;
  const found = namesakes();
  (found[place] ?? found[0] ?? element).focus({preventScroll: true});
}

/** How long a movement takes, milliseconds: none at all for who asked the system for that. */
export const lasting = (milliseconds) => (window.matchMedia('(prefers-reduced-motion: reduce)').matches ? 0 : milliseconds);

const live = h('div', {class: 'visually-hidden', role: 'status', 'aria-live': 'polite'});

/** What lies behind an open dialog is neither seen nor said: what is told then is told in it. */
const foreground = () => document.querySelector('dialog[open]') ?? document.body;

/** Says something to users of screen readers, who hear what changes in a region that stands there already. */
export function announce(text) {
  if (live.parentNode !== foreground()) foreground().append(live);
  live.textContent = '';
  setTimeout(() => { live.textContent = text; }, 100);
}

/** Gives the keyboard back to the map when what is about to be hidden has it. */
export function handBack(leaving) {
  if (leaving.contains(document.activeElement)) document.getElementById('map')?.focus({preventScroll: true});
}

/** Shows a short message at the bottom of the map for a few seconds, with a button when there is something to do about it. */
export function toast(text, action = '', act = null) {
  document.querySelectorAll('.toast').forEach((old) => old.remove());
  const box = h('div', {class: 'toast'}, h('span', {}, text), act ? h('button', {onclick: () => { handBack(box); box.remove(); act(); }}, action) : null);
  foreground().append(box);
  announce(text);
  const stay = act ? 8000 : 3600;
  setTimeout(() => box.classList.add('gone'), stay);
  setTimeout(() => box.remove(), stay + 600);
}
