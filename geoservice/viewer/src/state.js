// What the user has chosen, as one value that every part of the page listens to and the address keeps.
import {readPast} from './past.js';
import {readTime} from './time.js';

const listeners = new Set();

/** Renderings that are light and shadow only. */
export const shades = (rendering) => ['hillshade', 'multidirectional', 'combined'].includes(rendering);

const OVER_AREAS = 35; // the drawing order of shading: over land use and plans, under water, buildings and roads

export const state = {
  language: 'zh',
  frame: 'mercator', // or 'metric'
  basemap: null, // layer id
  layers: {}, // id -> {on, opacity, rendering, version, filter}; version: a number, a moment or null for as it is; filter: CQL2 or null
  order: [], // ids, nearest to the eye first
  centre: null, // [lon, lat]
  scale: null, // denominator at the centre
  time: null, // what layers with a time are shown of, as time.js writes it, or null for all
  show: null, // the feature in the card, as `layer/id`
};

/** Calls back after every change with the set of keys that changed. */
export function onChange(listener) {
  listeners.add(listener);
}

export function change(values) {
  Object.assign(state, values);
  const keys = new Set(Object.keys(values));
  for (const listener of listeners) listener(keys);
  remember();
}

export function changeLayer(id, values) {
  change({layers: {...state.layers, [id]: {...state.layers[id], ...values}}});
}

/** Switches a layer on or off. A picture that is switched on comes to lie over the other pictures, or it would not be seen. */
export function switchLayer(layer, on, pictures) {
  const layers = {...state.layers, [layer.id]: {...state.layers[layer.id], on}};
  if (!on || layer.kind === 'vector' || shades(state.layers[layer.id].rendering)) return change({layers});
  const order = state.order.filter((id) => id !== layer.id);
  const first = order.findIndex((id) => pictures.has(id));
  order.splice(first < 0 ? order.length : first, 0, layer.id);
  return change({layers, order});
}

/** Moves a layer one place towards the eye (-1) or away from it (+1), among the layers that are shown. */
export function moveLayer(id, step) {
  const shown = state.order.filter((other) => state.layers[other].on);
  const neighbour = shown[shown.indexOf(id) + step];
  if (neighbour === undefined) return;
  const order = state.order.filter((other) => other !== id);
  order.splice(order.indexOf(neighbour) + (step > 0 ? 1 : 0), 0, id);
  change({order});
}

/** The browser's language, before anybody has said another. */
/** What a link of the pages asks for (`/?lang=en`), else the browser's. */
export const preferredLanguage = () => {
  const asked = new URLSearchParams(location.search).get('lang');
  if (['zh', 'en'].includes(asked)) return asked;
  return (navigator.language ?? 'zh').toLowerCase().startsWith('zh') ? 'zh' : 'en';
};

/** Fills the state from the catalogue's wishes, then from the address. */
export function begin(catalogue) {
  const overlays = catalogue.layers.filter((layer) => !layer.basemap);
  const cell = (layer) => layer.provenance.resolution_m ?? 0; // a finer picture lies over a coarser one
  const order = (layer) => (shades(layer.rendering) ? OVER_AREAS : layer.order);
  const ids = [...overlays].sort((a, b) => order(b) - order(a) || cell(a) - cell(b) || a.id.localeCompare(b.id)).map((layer) => layer.id);
  const layers = Object.fromEntries(
    catalogue.layers.map((layer) => [layer.id, {on: layer.visible && !layer.basemap, opacity: 1, rendering: layer.rendering, version: null, filter: null}]),
  );
  Object.assign(state, {layers, order: ids, language: preferredLanguage()}, fromAddress(layers, ids));
}

function fromAddress(layers, ids) {
  const words = new URLSearchParams(location.hash.slice(1));
  const found = {};
  const [lon, lat, scale] = (words.get('at') ?? '').split(',').map(Number);
  if (Number.isFinite(lon) && Math.abs(lon) <= 180 && Math.abs(lat) < 86 && scale > 0) Object.assign(found, {centre: [lon, lat], scale});
  if (['mercator', 'metric'].includes(words.get('frame'))) found.frame = words.get('frame');
  if (['zh', 'en'].includes(words.get('lang'))) found.language = words.get('lang');
  if (words.has('base')) found.basemap = words.get('base') in layers ? words.get('base') : null;
  found.time = readTime(words.get('time'));
  if (/^[\w-]+\/\d+$/.test(words.get('show') ?? '')) found.show = words.get('show');
  if (words.has('layers')) {
    const named = words.get('layers').split(',').map((word) => word.split(':'));
    const shown = named.filter(([id]) => ids.includes(id));
    found.layers = Object.fromEntries(Object.entries(layers).map(([id, layer]) => [id, {...layer, on: false}]));
    for (const [id, opacity, rendering, version] of shown) {
      found.layers[id] = {
        on: true,
        opacity: opacity ? Math.min(1, Math.max(0, Number(opacity) / 100 || 0)) : 1,
        rendering: rendering || layers[id].rendering,
        version: readPast(version),
        filter: null,
      };
    }
    const order = shown.map(([id]) => id);
    found.order = [...order, ...ids.filter((id) => !order.includes(id))];
  }
  for (const [name, filter] of words) {
    const known = name.startsWith('where.') && (found.layers ?? layers)[name.slice(6)];
    if (known) known.filter = filter;
  }
  return found;
}

let pending = 0;

/** Writes the address soon, and at most every quarter second: browsers refuse more while a map is moving. */
function remember() {
  if (pending) return;
  pending = setTimeout(() => {
    pending = 0;
    history.replaceState(null, '', toAddress());
  }, 250);
}

/** Opens the page anew, at what is chosen now or at another address: what was chosen a moment ago is not lost by it, nor written over it. */
export function reopen(address = toAddress()) {
  clearTimeout(pending);
  pending = Infinity;
  history.replaceState(null, '', address);
  location.reload();
}

/** The page was not opened anew after all: the address follows again. */
export function stay() {
  pending = 0;
  remember();
}

export function toAddress() {
  const shown = state.order.filter((id) => state.layers[id].on);
  const layers = shown.map((id) => {
    const {opacity, rendering, version} = state.layers[id];
    const parts = [id, opacity < 1 || rendering || version ? Math.round(opacity * 100) : '', rendering ?? '', version ?? ''];
    return parts.join(':').replace(/:+$/, '');
  });
  const words = [];
  if (state.centre) words.push(`at=${state.centre[0].toFixed(6)},${state.centre[1].toFixed(6)},${Math.round(state.scale)}`);
  words.push(`frame=${state.frame}`, `lang=${state.language}`, `base=${state.basemap ?? ''}`, `layers=${layers.join(',')}`);
  for (const id of shown) if (state.layers[id].filter) words.push(`where.${id}=${encodeURIComponent(state.layers[id].filter)}`);
  if (state.time) words.push(`time=${state.time}`);
  if (state.show) words.push(`show=${state.show}`);
  return `#${words.join('&')}`;
}
