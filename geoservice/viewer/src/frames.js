// The two frames a map can be drawn in, and the arithmetic of map scales.
import {getPointResolution, get as getProjection, transform, transformExtent} from 'ol/proj.js';
import {register} from 'ol/proj/proj4.js';
import TileGrid from 'ol/tilegrid/TileGrid.js';
import View from 'ol/View.js';
import proj4 from 'proj4';

import {narrowing} from './narrowed.js';

const PIXEL = 0.00028; // metres: the standard pixel that OGC scale denominators are counted in
const EDGE = 0.5; // metres by which a box and the service's own reckoning of it may differ
const MERCATOR_PIXEL_512 = 78271.51696402048; // metres per pixel of a style's zoom 0

/** Makes the frames of a catalogue: {mercator, metric}, each with projection, tile grid, scales and views. */
export function makeFrames(catalogue) {
  const {metric, extent, scales} = catalogue.frame;
  const code = `EPSG:${metric.srid}`;
  proj4.defs(code, metric.proj4);
  register(proj4);
  const middle = [(extent[0] + extent[2]) / 2, (extent[1] + extent[3]) / 2];
  return {
    mercator: makeFrame('mercator', catalogue.grids.WebMercatorQuad, 'EPSG:3857', extent, middle, scales, 1),
    metric: makeFrame('metric', catalogue.grids[metric.grid], code, extent, middle, scales, Math.cos((middle[1] * Math.PI) / 180)),
  };
}

function makeFrame(id, grid, code, extent, middle, scales, shrink) {
  const projection = getProjection(code);
  const box = transformExtent(extent, 'EPSG:4326', projection, 8);
  const [width, height] = [box[2] - box[0], box[3] - box[1]];
  const around = [box[0] - 2 * width, box[1] - 2 * height, box[2] + 2 * width, box[3] + 2 * height];
  return {
    id,
    code,
    grid,
    projection,
    box,
    scales,
    exact: id === 'metric',
    /** Metres per pixel at each of the style language's zooms, in this projection's units. */
    styleResolutions: Array.from({length: 25}, (_, zoom) => (MERCATOR_PIXEL_512 / 2 ** zoom) * shrink),
    /** Resolution of a scale at a point, and the other way round. The metric frame is exact and the same everywhere. */
    resolutionOf: (scale, at) => (scale * PIXEL) / groundFactor(id, projection, at),
    scaleOf: (resolution, at) => (resolution * groundFactor(id, projection, at)) / PIXEL,
    toLonLat: (point) => transform(point, projection, 'EPSG:4326'),
    fromLonLat: (point) => transform(point, 'EPSG:4326', projection),
    fromLonLatBox: (lonlat) => transformExtent(lonlat, 'EPSG:4326', projection, 8),
    makeView: () =>
      new View({
        projection,
        center: transform(middle, 'EPSG:4326', projection),
        extent: around,
        showFullExtent: true,
        enableRotation: false,
        ...(id === 'metric'
          ? {resolutions: scales.map((scale) => scale * PIXEL), constrainResolution: true, smoothResolutionConstraint: false, resolution: scales[0] * PIXEL}
          : {minZoom: 5, maxZoom: 21, zoom: 9}),
      }),
  };
}

/** Ground metres per projection unit: what a map pixel is really worth. */
function groundFactor(id, projection, at) {
  return id === 'metric' ? 1 : getPointResolution(projection, 1, at);
}

/** The tile grid for one layer. Vector tiles are drawn at 512 pixels in Web Mercator: a quarter of the requests. */
export function tileGrid(frame, layer) {
  const {grid} = frame;
  const vector = layer.kind === 'vector';
  const big = vector && frame.id === 'mercator';
  const last = frame.id === 'mercator' ? Math.min(layer.max_zoom, grid.levels.length - 1) : grid.levels.length - 1;
  return new TileGrid({
    origin: grid.origin,
    resolutions: grid.levels.slice(0, last + 1).map((level) => level.resolution / (big ? 2 : 1)),
    sizes: grid.levels.slice(0, last + 1).map((level) => [level.width, level.height]),
    tileSize: grid.tile_size * (big ? 2 : 1),
  });
}

/**
 * An address of a tile from the template, by OpenLayers' tile coordinate; the template speaks the grid's wire identifiers.
 * None beyond the layer's extent, where the service has nothing. `choice` is what of the layer is drawn, and how.
 */
export function tileAddress(frame, layer, choice) {
  const current = layer.tiles[frame.grid.id].replace('{rendering}', choice.rendering ?? '');
  const words = narrowing(choice).map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('&');
  const template = choice.version ? current.replace(/v=[\d.]+/, words) : current + (words && `&${words}`);
  const box = layer.extent && frame.fromLonLatBox(layer.extent);
  return ([z, x, y]) => (box && beyond(frame.grid, z, x, y, box) ? undefined : template.replace('{z}', frame.grid.levels[z].id).replace('{x}', x).replace('{y}', y));
}

/** Whether a tile meets a box in nothing more than an edge. */
function beyond({origin, levels, tile_size: size}, z, x, y, [west, south, east, north]) {
  const span = levels[z].resolution * size;
  const [left, top] = [origin[0] + x * span, origin[1] - y * span];
  return left + span <= west + EDGE || left >= east - EDGE || top <= south + EDGE || top - span >= north - EDGE;
}
