// What a drawn vertex snaps to: the true shapes of the features in view, not those of the tiles, which are rounded to the pixel.
import GeoJSON from 'ol/format/GeoJSON.js';
import VectorSource from 'ol/source/Vector.js';

import {askJson} from './api.js';
import {state} from './state.js';
import {mapped} from './vertices.js';

const MOST = 500; // features of a layer; where there are more, the map is zoomed out too far to draw by

/** Follows the map while somebody draws. `book` is the ledger of vertices.js; `told(some)` hears whether all of them could be had. */
export function neighbours(view, book, told) {
  const source = new VectorSource();
  let wanted = null; // {layer, without}: drawn in this layer, not this feature
  let turn = 0;

  async function load() {
    const mine = ++turn;
    const box = view.lonLatBox().map((value) => value.toFixed(7)).join(',');
    const others = Object.values(view.byId).filter(({id, links}) => links.items && state.layers[id]?.on && id !== wanted.layer.id);
    const pages = await Promise.all([wanted.layer, ...others].map((layer) => askJson(`${layer.links.items}?f=json&limit=${MOST}&bbox=${box}`).then((page) => ({layer, ...page})).catch(() => null)));
    if (mine !== turn) return;
    const found = pages.flatMap((page) => (page?.features ?? []).filter(({id, geometry}) => geometry && !(page.layer === wanted.layer && String(id) === String(wanted.without))));
    source.clear();
    source.addFeatures(found.map((feature) => onMap(view.frame(), feature.geometry, book)));
    told(pages.every((page) => page && !page.links.some(({rel}) => rel === 'next')));
  }

  return {
    source,
    follow(layer, without = null) {
      wanted = {layer, without};
      view.map.on('moveend', load);
      load();
    },
    leave() {
      turn += 1;
      view.map.un('moveend', load);
      source.clear();
    },
  };
}

/** A geometry in degrees as a feature on the map, whose positions are taken down in the ledger. */
export function onMap(frame, geometry, book) {
  const feature = new GeoJSON().readFeature({type: 'Feature', geometry, properties: {}}, {dataProjection: 'EPSG:4326', featureProjection: frame.projection});
  book.note(positions(feature.getGeometry().getCoordinates()), positions(geometry.coordinates));
  return feature;
}

function positions(coordinates) {
  const found = [];
  mapped(coordinates, (position) => found.push(position));
  return found;
}
