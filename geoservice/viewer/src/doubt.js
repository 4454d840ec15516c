// How far off what is picked on the map may be: by the pointer itself, and by the layers it was picked from.
import {h} from './dom.js';
import {metres, t, titleOf} from './i18n/index.js';
import {accuracyOf} from './provenance.js';
import {state} from './state.js';

const PIXEL = 0.00028; // metres: the pixel that scales are counted in
const MOST_LAYERS = 3;

/** Metres on the ground that one pixel covers: nobody points more finely. */
export const pickingDoubt = () => state.scale * PIXEL;

/** The layers that are shown at all these places, the most accurate first; those nobody has spoken for come last. */
export function shownAt(catalogue, lonLats) {
  const reaches = ({extent}) => extent && lonLats.every(([lon, lat]) => lon >= extent[0] && lon <= extent[2] && lat >= extent[1] && lat <= extent[3]);
  const doubt = (layer) => accuracyOf(layer) ?? Infinity;
  return catalogue.layers.filter((layer) => state.layers[layer.id].on && reaches(layer)).sort((a, b) => doubt(a) - doubt(b));
}

/**
 * What to say below a measurement. `of(doubt)` returns the figure, with its unit, that comes of vertices off by `doubt` metres;
 * `lonLats` are the vertices.
 */
export function doubtLines(catalogue, lonLats, of) {
  const picking = pickingDoubt();
  const layers = shownAt(catalogue, lonLats);
  const known = layers.filter((layer) => Number.isFinite(accuracyOf(layer)));
  const line = (figure, words) => h('p', {}, h('span', {class: 'doubt-figure'}, `±${figure}`), h('span', {class: 'words'}, words));
  return h(
    'div',
    {class: 'doubt', title: t('doubtHint')},
    h('b', {}, t('doubt')),
    line(of(picking), t('picking', {metres: metres(picking)})),
    known.slice(0, MOST_LAYERS).map((layer) => line(of(Math.hypot(picking, accuracyOf(layer))), t('pickedFrom', {layer: titleOf(layer), metres: metres(accuracyOf(layer))}))),
    layers.length > known.length ? h('p', {class: 'words'}, t('unknownToo', {n: layers.length - known.length})) : null,
  );
}
