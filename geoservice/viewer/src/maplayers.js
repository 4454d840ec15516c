// OpenLayers layers made from the catalogue: vector tiles drawn with the layer's own MapLibre style, pictures as they come.
import MVT from 'ol/format/MVT.js';
import TileLayer from 'ol/layer/Tile.js';
import VectorTileLayer from 'ol/layer/VectorTile.js';
import TileImage from 'ol/source/TileImage.js';
import VectorTileSource from 'ol/source/VectorTile.js';
import TileState from 'ol/TileState.js';
import {stylefunction} from 'ol-mapbox-style';

import {ask, askJson, token} from './api.js';
import {shades} from './state.js';
import {tileAddress, tileGrid} from './frames.js';

const CHINESE = ['Noto Sans CJK SC', 'Noto Sans SC', 'Source Han Sans SC', 'PingFang SC', 'Microsoft YaHei', 'sans-serif'];
const REGULAR = ['Inter', ...CHINESE];
const BOLD = ['Inter Bold', ...CHINESE];
const styles = new Map();

/** The layer's style in a language, asked for once. */
export function fetchStyle(layer, language) {
  const address = `${layer.links.style}?lang=${language}`;
  if (!styles.has(address)) {
    const answer = askJson(address);
    answer.catch(() => styles.delete(address));
    styles.set(address, answer);
  }
  return styles.get(address);
}

/**
 * Makes the OpenLayers layers of a catalogue layer in a frame, lowest first: its shapes, and for a vector layer its
 * names, which lie above the shapes of every other layer. Style and pictures arrive later.
 */
export function makeMapLayers(layer, frame, choice, {language, paper, onTrouble}) {
  const vector = layer.kind === 'vector';
  const source = vector ? vectorSource(layer, frame, choice) : pictureSource(layer, frame, choice);
  const made = vector ? [vectorLayer(source), vectorLayer(source)] : [new TileLayer({source})];
  const extent = layer.extent && grown(frame.fromLonLatBox(layer.extent));
  for (const one of made) {
    one.set('id', layer.id);
    if (extent) one.setExtent(extent);
  }
  if (!layer.public && token()) sendToken(source, vector);
  if (shades(choice.rendering)) blend(made[0]);
  source.on('tileloaderror', ({tile}) => onTrouble(layer, source.getTileUrlFunction()(tile.tileCoord, 1, source.getProjection())));
  if (vector) paintVector(made, layer, frame, language, paper).catch(() => onTrouble(layer, layer.links.style));
  return made;
}

/** A browser asks for tiles without a token: those of a layer that is not public are fetched by hand. */
function sendToken(source, vector) {
  source.setTileLoadFunction(async (tile, address) => {
    try {
      const body = await (await ask(address, {headers: {accept: '*/*'}})).arrayBuffer();
      if (vector) tile.onLoad(tile.getFormat().readFeatures(body, {extent: tile.extent, featureProjection: tile.projection}), tile.projection);
      else tile.getImage().src = URL.createObjectURL(new Blob([body]));
    } catch {
      tile.setState(TileState.ERROR);
    }
  });
}

/** Shading tells of the ground under whatever is drawn there: its light and shadow fall on that, and hide nothing. */
function blend(layer) {
  layer.on('prerender', ({context}) => { context.globalCompositeOperation = 'hard-light'; });
  layer.on('postrender', ({context}) => { context.globalCompositeOperation = 'source-over'; });
}

/** A symbol may stand over the edge of the extent, and a projected extent bulges: leave some room. */
function grown([west, south, east, north]) {
  const room = Math.max(east - west, north - south) * 0.02 + 200;
  return [west - room, south - room, east + room, north + room];
}

function vectorLayer(source) {
  return new VectorTileLayer({declutter: true, renderBuffer: 128, source, style: null});
}

function vectorSource(layer, frame, choice) {
  return new VectorTileSource({
    // A column may well be called "layer": the tile layer's name is kept under a name no column can have.
    format: new MVT({layerName: 'mvt:layer'}),
    projection: frame.projection,
    tileGrid: tileGrid(frame, layer),
    tileUrlFunction: tileAddress(frame, layer, choice),
    attributions: layer.attribution || undefined,
  });
}

function pictureSource(layer, frame, choice) {
  return new TileImage({
    projection: frame.projection,
    tileGrid: tileGrid(frame, layer),
    tileUrlFunction: tileAddress(frame, layer, choice),
    attributions: layer.attribution || undefined,
    transition: 0, // fading in leaves the last frame undrawn when nothing else moves (seen with 10.11)
  });
}

const UNSEEN = 0.001; // without any fill an area would not be found by a click inside it

/** Draws a vector layer by its style. Without `paper` the parts that only make sense on plain white are not seen, though a click finds them. */
export async function paintVector([shapes, names], layer, frame, language, paper) {
  const mine = {};
  shapes.set('painting', mine); // another language's style may come later than this one's
  const style = await fetchStyle(layer, language);
  if (shapes.get('painting') !== mine) return;
  const parts = style.layers.map((part) => (paper || !part.metadata?.['geoservice:paper'] ? part : {...part, paint: {...part.paint, 'fill-opacity': UNSEEN}}));
  const draw = (mapLayer, layers) => {
    if (layers.length) stylefunction(mapLayer, {...style, layers}, layer.id, frame.styleResolutions, undefined, undefined, systemFonts);
    else mapLayer.setStyle(null);
    mapLayer.setVisible(layers.length > 0);
  };
  draw(shapes, parts.filter((part) => part.type !== 'symbol'));
  draw(names, parts.filter((part) => part.type === 'symbol'));
}

/** Names fonts of this page and machine, whatever the style asks for: looking for others would ask another host. */
function systemFonts(fonts) {
  return fonts[0].includes('Bold') ? BOLD : REGULAR;
}
