// What of the map is in sight beside the panels and cards, and moving the map so that something is.
import {intersects} from 'ol/extent.js';
import VectorTileLayer from 'ol/layer/VectorTile.js';
import {transformExtent} from 'ol/proj.js';

import {lasting} from './dom.js';

const NARROW = 760; // pixels: a phone, where cards are sheets at the bottom
const CARD = 404; // pixels the answer card takes on the right
const MARGIN = 24;
const SMALLEST = 48; // pixels below which a layer is a dot on the map

/** The sight of a map. `frame` gives the frame it is drawn in, `layerOf` the OpenLayers layer with a layer's shapes. */
export function sightOf(map, frame, layerOf) {
  const seen = () => map.getView().calculateExtent(map.getSize());

  /** Shows a box in degrees, beside the panels. */
  function showBox(lonLatBox, {maxScale = 1000} = {}) {
    const box = frame().fromLonLatBox(lonLatBox);
    const minResolution = frame().resolutionOf(maxScale, [(box[0] + box[2]) / 2, (box[1] + box[3]) / 2]);
    map.getView().fit(box, {padding: padding(), minResolution, duration: lasting(450)});
  }

  /** Shows the whole frame. */
  const fitAll = (duration) => map.getView().fit(frame().box, {padding: padding(), size: map.getSize(), duration});

  function padding() {
    const [width, height] = map.getSize() ?? [0, 0];
    if (width < NARROW) return [70, 24, Math.min(height * 0.42, 300), 24];
    return [40, 90, 70, document.body.classList.contains('panel-closed') ? 60 : 410];
  }

  /** Moves the map when a place lies beneath the answer card, so that what was asked about stays in sight. */
  function clear(coordinate) {
    const [width, height] = map.getSize();
    const [x, y] = map.getPixelFromCoordinate(coordinate);
    const narrow = width < NARROW;
    const [right, bottom] = narrow ? [width, height * 0.44] : [width - CARD, height];
    if (x <= right - MARGIN && y <= bottom - MARGIN) return;
    const [dx, dy] = [Math.max(0, x - (right - 2 * MARGIN)), Math.max(0, y - (bottom - MARGIN))];
    const pixel = [width / 2 + dx, height / 2 + dy];
    map.getView().animate({center: map.getCoordinateFromPixel(pixel), duration: lasting(250)});
  }

  /** The same for a box in degrees: as much of it as there is room for beside the card. */
  function clearBox(lonLatBox) {
    const [west, south, east, north] = frame().fromLonLatBox(lonLatBox);
    const [[left, top], [right, bottom]] = [[west, north], [east, south]].map((corner) => map.getPixelFromCoordinate(corner));
    const [width, height] = map.getSize();
    const narrow = width < NARROW;
    const [above, , , beside] = padding();
    const room = (from, to, first, last) => Math.max(0, Math.min(to - last, from - first));
    const [dx, dy] = narrow ? [0, room(top, bottom, above, height * 0.44 - MARGIN)] : [room(left, right, beside, width - CARD - 3 * MARGIN), 0];
    if (dx || dy) map.getView().animate({center: map.getCoordinateFromPixel([width / 2 + dx, height / 2 + dy]), duration: lasting(250)});
  }

  /** Whether a box in degrees is seen, and large enough to be recognised. */
  function sees(lonLatBox) {
    const box = frame().fromLonLatBox(lonLatBox);
    return intersects(box, seen()) && Math.max(box[2] - box[0], box[3] - box[1]) / map.getView().getResolution() > SMALLEST;
  }

  /** Whether anything of a layer is drawn in view. */
  function holds({id, extent}) {
    const layer = layerOf(id);
    // Whose style has not come yet is not drawn yet: it is reckoned with.
    if (layer instanceof VectorTileLayer) return !layer.getStyleFunction() || layer.getFeaturesInExtent(seen()).length > 0;
    return Boolean(layer && extent && intersects(frame().fromLonLatBox(extent), seen()));
  }

  return {
    showBox,
    clear,
    clearBox,
    sees,
    holds,
    /** What is in view: west, south, east, north in degrees. */
    lonLatBox: () => transformExtent(seen(), frame().projection, 'EPSG:4326', 8),
    fitAll,
    showAll: () => fitAll(lasting(450)),
  };
}
