// The choice of what lies under everything: plain paper, or one of the pictures marked as basemaps.
import {h, replace} from './dom.js';
import {tileAddress} from './frames.js';
import {t, titleOf} from './i18n/index.js';
import {change, onChange, state} from './state.js';

export function basemapChoice(catalogue, frames) {
  const basemaps = catalogue.layers.filter((layer) => layer.basemap);
  const root = h('div', {class: 'basemaps', role: 'radiogroup'});

  function card(id, title, picture) {
    const chosen = state.basemap === id;
    return h(
      'button',
      {class: 'basemap', role: 'radio', 'aria-checked': String(chosen), 'data-basemap': id ?? '', onclick: () => change({basemap: id})},
      picture,
      h('span', {}, title),
    );
  }

  function render() {
    const inside = root.contains(document.activeElement);
    root.setAttribute('aria-label', t('basemap'));
    replace(
      root,
      card(null, t('paper'), h('span', {class: 'thumb paper'})),
      basemaps.map((layer) => card(layer.id, titleOf(layer).replace(/\s*[（(,，].*$/, ''), h('img', {class: 'thumb', src: thumbnail(layer, frames.mercator), alt: '', loading: 'lazy'}))),
    );
    if (inside) root.querySelector('[aria-checked=true]').focus();
  }

  onChange((keys) => (keys.has('language') || keys.has('basemap')) && render());
  render();
  return basemaps.length ? root : null;
}

/** The one tile that shows the city amid its surroundings. */
function thumbnail(layer, frame) {
  const [west, south, east, north] = frame.box;
  const z = frame.grid.levels.findIndex((level) => level.resolution * frame.grid.tile_size < 4 * (east - west));
  const span = frame.grid.levels[z].resolution * frame.grid.tile_size;
  const x = Math.floor(((west + east) / 2 - frame.grid.origin[0]) / span);
  const y = Math.floor((frame.grid.origin[1] - (south + north) / 2) / span);
  return tileAddress(frame, layer, {rendering: layer.rendering})([z, x, y]);
}
