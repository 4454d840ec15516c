// Tiles that could not be read: said for as long as it lasts, asked for again by itself, first soon and then more seldom.
import {ask} from './api.js';
import {h, icon, replace} from './dom.js';
import {t, titleOf} from './i18n/index.js';
import {onChange} from './state.js';

const [SOON, SELDOM] = [4_000, 60_000]; // milliseconds
const MOST_NAMED = 3;

/** Makes the watch. `shows(layer)`: whether it is on the map; `again(layer)` draws it anew. What it returns is told of a layer's missing tile. */
export function tileTrouble({shows, again}) {
  const box = h('div', {class: 'tile-trouble card', role: 'status', hidden: true});
  const missing = new Map(); // layer -> address of a tile that failed
  let [timer, wait, last] = [0, SOON, 0];
  document.body.append(box);

  function failed(layer, address) {
    if (Date.now() - last > SELDOM) wait = SOON;
    last = Date.now();
    missing.set(layer, address);
    tell();
    timer ||= setTimeout(tryAgain, wait);
  }

  /** One tile of each layer is asked for before the layer is drawn anew: until then what is on the map stays there. */
  async function tryAgain() {
    clearTimeout(timer);
    timer = -1; // under way: no timer has this number
    forgetHidden();
    for (const [layer, address] of [...missing]) {
      if (!(await answers(address))) continue;
      missing.delete(layer);
      again(layer);
    }
    wait = Math.min(2 * wait, SELDOM);
    timer = missing.size ? setTimeout(tryAgain, wait) : 0;
    tell();
  }

  function forgetHidden() {
    for (const layer of missing.keys()) if (!shows(layer)) missing.delete(layer);
  }

  function tell() {
    box.hidden = !missing.size;
    if (box.hidden) return;
    const names = [...missing.keys()].slice(0, MOST_NAMED).map(titleOf).join(t('comma'));
    const more = missing.size > MOST_NAMED ? t('andMore', {n: missing.size - MOST_NAMED}) : '';
    replace(box, icon('warning'), h('span', {}, t('tileTrouble', {layers: names + more})), h('button', {class: 'small', onclick: tryAgain}, t('retry')));
  }

  window.addEventListener('online', () => missing.size && tryAgain());
  onChange((keys) => {
    if (keys.has('layers')) forgetHidden();
    if (keys.has('layers') || keys.has('language')) tell();
  });
  return failed;
}

async function answers(address) {
  try {
    await ask(address, {headers: {accept: '*/*'}, cache: 'reload'});
    return true;
  } catch {
    return false;
  }
}
