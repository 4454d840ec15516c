// The legend of what is on the map. A classified layer shows the classes that are in view, and all of them on request.
import {h, replace} from './dom.js';
import {say, t, titleOf} from './i18n/index.js';
import {onChange, state} from './state.js';
import {ramp, swatch} from './symbols.js';

const MANY = 4; // entries; longer legends begin with the classes in view

/** Makes the legend panel. `view` is the map of mapview.js. */
export function legendPanel(catalogue, view) {
  const root = h('div', {class: 'legend'});
  const whole = new Set();

  function render() {
    if (root.hidden) return;
    const shown = state.order.filter((id) => state.layers[id].on).map((id) => view.byId[id]);
    const parts = shown.filter((layer) => layer.legend.length).map(section);
    replace(root, parts.length ? parts : h('p', {class: 'empty'}, t('legendEmpty')));
  }

  function section(layer) {
    const long = layer.legend.length > MANY && layer.class;
    const present = long && !whole.has(layer.id) ? classesInView(layer, view) : null;
    const entries = present ? layer.legend.filter((entry) => present.has(entry.value)) : legendOf(layer);
    const single = entries.length === 1 && entries[0].symbol.type !== 'ramp' && !long;
    return h(
      'section',
      {class: 'legend-layer'},
      h('h2', {}, single ? swatch(entries[0].symbol) : null, titleOf(layer), long ? switcher(layer) : null),
      single ? null : h('ul', {}, entries.map(row)),
    );
  }

  function switcher(layer) {
    const all = whole.has(layer.id);
    const flip = () => {
      if (all) whole.delete(layer.id);
      else whole.add(layer.id);
      render();
    };
    return h('button', {class: 'link', onclick: flip}, all ? t('inView') : t('allClasses'));
  }

  function row(entry) {
    if (entry.symbol.type === 'ramp') return h('li', {class: 'wide'}, h('span', {}, say(entry.label)), ramp(entry.symbol.stops));
    return h('li', {}, swatch(entry.symbol), h('span', {}, say(entry.label)), /^\d/.test(entry.value ?? '') ? h('span', {class: 'code'}, entry.value) : null);
  }

  onChange(render);
  view.map.on('rendercomplete', render);
  return {root, render};
}

/** The legend of a layer as it is drawn now: a raster's depends on its rendering. */
function legendOf(layer) {
  const drawn = layer.renderings.find((rendering) => rendering.id === state.layers[layer.id].rendering);
  return drawn?.legend ?? layer.legend;
}

/** Values of the class column among the features on screen; a class known only by its group counts as the group. */
function classesInView(layer, view) {
  const mapLayer = view.layerOf(layer.id);
  const known = new Set(layer.legend.map((entry) => entry.value));
  const found = new Set();
  if (!mapLayer) return found;
  const extent = view.map.getView().calculateExtent(view.map.getSize());
  for (const feature of mapLayer.getFeaturesInExtent(extent)) {
    const value = String(feature.get(layer.class) ?? '');
    for (const length of [value.length, 4, 2]) {
      if (!known.has(value.slice(0, length))) continue;
      found.add(value.slice(0, length));
      break;
    }
  }
  return found;
}
