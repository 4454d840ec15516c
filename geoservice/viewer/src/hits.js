// What is drawn at a point of the map.
import {toGeometry} from 'ol/render/Feature.js';

import {state} from './state.js';

/**
 * The drawn features at a point, by layer and id, the nearest to the eye first. A near miss counts, too, but not for the
 * neighbours of an area that the point lies in.
 */
export function featuresAt(view, coordinate) {
  const hits = [];
  const pixel = view.map.getPixelFromCoordinate(coordinate);
  view.map.forEachFeatureAtPixel(
    pixel,
    (feature, mapLayer) => {
      const layer = view.byId[mapLayer.get('id')];
      const id = feature.getId();
      if (id === undefined) return;
      const area = /Polygon$/.test(feature.getType());
      const inside = area && toGeometry(feature).intersectsCoordinate(coordinate);
      const known = hits.find((hit) => hit.layer === layer && hit.id === id); // its other part, in the next tile
      if (known) known.inside ||= inside;
      else hits.push({layer, id, area, inside, drawn: feature.getProperties()});
    },
    {hitTolerance: 5, layerFilter: (mapLayer) => Boolean(mapLayer.get('id'))},
  );
  const filled = new Set(hits.filter((hit) => hit.inside).map((hit) => hit.layer));
  const meant = hits.filter((hit) => hit.inside || !hit.area || !filled.has(hit.layer));
  const rank = (hit) => state.order.indexOf(hit.layer.id);
  return meant.sort((a, b) => rank(a) - rank(b));
}
