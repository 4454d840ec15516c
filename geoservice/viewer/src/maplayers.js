// OpenLayers layers made from the catalogue: vector tiles drawn with the layer's own MapLibre style, pictures as they come.
import MVT from 'ol/format/MVT.js';
import TileLayer from 'ol/layer/Tile.js';
import VectorTileLayer from 'ol/layer/VectorTile.js';
import TileImage from 'ol/source/TileImage.js';
import VectorTileSource from 'ol/source/VectorTile.js';
import {stylefunction} from 'ol-mapbox-style';

import {tileAddress, tileGrid} from './frames.js';

const CHINESE = ['Noto Sans CJK SC', 'Noto Sans SC', 'Source Han Sans SC', 'PingFang SC', 'Microsoft YaHei', 'sans-serif'];
const REGULAR = ['Inter', ...CHINESE];
const BOLD = ['Inter Bold', ...CHINESE];
const styles = new Map();

/** The layer's style in a language, asked for once. */
export function fetchStyle(layer, language) {
  const address = `${layer.links.style}?lang=${language}`;
  if (!styles.has(address)) {
    const answer = fetch(address).then((response) => {
      if (!response.ok) throw new Error(`${response.status} ${address}`);
      return response.json();
    });
    answer.catch(() => styles.delete(address));
    styles.set(address, answer);
  }
  return styles.get(address);
}

/** Makes the map layer of a catalogue layer in a frame; style and pictures arrive later. */
export function makeMapLayer(layer, frame, choice, {language, paper, onTrouble}) {
  const made = layer.kind === 'vector' ? vectorLayer(layer, frame) : pictureLayer(layer, frame, choice.rendering);
  made.set('id', layer.id);
  if (layer.extent) made.setExtent(grown(frame.fromLonLatBox(layer.extent)));
  let told = false;
  made.getSource().on('tileloaderror', () => {
    if (!told) onTrouble(layer);
    told = true;
  });
  if (layer.kind === 'vector') paintVector(made, layer, frame, language, paper).catch(() => onTrouble(layer));
  return made;
}

/** A symbol may stand over the edge of the extent, and a projected extent bulges: leave some room. */
function grown([west, south, east, north]) {
  const room = Math.max(east - west, north - south) * 0.02 + 200;
  return [west - room, south - room, east + room, north + room];
}

function vectorLayer(layer, frame) {
  return new VectorTileLayer({
    declutter: true,
    renderBuffer: 128,
    source: new VectorTileSource({
      // A column may well be called "layer": the tile layer's name is kept under a name no column can have.
      format: new MVT({layerName: 'mvt:layer'}),
      projection: frame.projection,
      tileGrid: tileGrid(frame, layer),
      tileUrlFunction: tileAddress(frame, layer),
      attributions: layer.attribution || undefined,
    }),
  });
}

function pictureLayer(layer, frame, rendering) {
  return new TileLayer({
    source: new TileImage({
      projection: frame.projection,
      tileGrid: tileGrid(frame, layer),
      tileUrlFunction: tileAddress(frame, layer, rendering),
      attributions: layer.attribution || undefined,
      transition: 0, // fading in leaves the last frame undrawn when nothing else moves (seen with 10.11)
    }),
  });
}

/** Draws a vector layer by its style. `paper` keeps the parts that only make sense on plain white. */
export async function paintVector(mapLayer, layer, frame, language, paper) {
  const style = await fetchStyle(layer, language);
  const layers = paper ? style.layers : style.layers.filter((part) => !part.metadata?.['geoservice:paper']);
  if (layers.length) stylefunction(mapLayer, {...style, layers}, layer.id, frame.styleResolutions, undefined, undefined, systemFonts);
  else mapLayer.setStyle(null);
}

/** Names fonts of this page and machine, whatever the style asks for: looking for others would ask another host. */
function systemFonts(fonts) {
  return fonts[0].includes('Bold') ? BOLD : REGULAR;
}
