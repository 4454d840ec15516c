// The map: one OpenLayers map that follows the state. A change of frame makes every layer anew in the new projection.
import {defaults as defaultInteractions} from 'ol/interaction/defaults.js';
import KeyboardPan from 'ol/interaction/KeyboardPan.js';
import KeyboardZoom from 'ol/interaction/KeyboardZoom.js';
import LayerGroup from 'ol/layer/Group.js';
import VectorLayer from 'ol/layer/Vector.js';
import Map from 'ol/Map.js';
import VectorSource from 'ol/source/Vector.js';
import CircleStyle from 'ol/style/Circle.js';
import Fill from 'ol/style/Fill.js';
import Stroke from 'ol/style/Stroke.js';
import Style from 'ol/style/Style.js';

import {askJson} from './api.js';
import {lasting, toast} from './dom.js';
import {makeMapLayers, paintVector} from './maplayers.js';
import {choiceOf, periodShown} from './narrowed.js';
import {sightOf} from './sight.js';
import {change, onChange, state} from './state.js';
import {tileTrouble} from './tiletrouble.js';

const GLOW = new Style({
  zIndex: 1,
  fill: new Fill({color: 'rgba(29,92,115,0.12)'}),
  stroke: new Stroke({color: 'rgba(255,255,255,0.95)', width: 6}),
  image: new CircleStyle({radius: 10, stroke: new Stroke({color: 'rgba(255,255,255,0.95)', width: 6})}),
});
const EDGE = new Style({
  zIndex: 2,
  stroke: new Stroke({color: '#0f7c9b', width: 2.6}),
  image: new CircleStyle({radius: 10, stroke: new Stroke({color: '#0f7c9b', width: 2.6})}),
});

/** What a layer's tiles depend on besides the frame: another of these is another source. */
const drawing = ({rendering, version, filter}) => `${rendering ?? ''} ${version ?? ''} ${filter ?? ''}`;

/** Makes the map in `target`. Returns what the rest of the page may do with it. */
export function makeMap(target, catalogue, frames) {
  const byId = Object.fromEntries(catalogue.layers.map((layer) => [layer.id, layer]));
  const drawn = new LayerGroup();
  const selection = new VectorLayer({source: new VectorSource(), style: [GLOW, EDGE], zIndex: 9000});
  const map = new Map({target, controls: [], interactions: defaultInteractions({keyboard: false, zoomDuration: lasting(250)}).extend([new KeyboardPan({duration: lasting(100)}), new KeyboardZoom({duration: lasting(100)})]), layers: [drawn, selection], keyboardEventTarget: target});
  map.on('loadstart', () => target.setAttribute('aria-busy', 'true'));
  map.on('rendercomplete', () => target.setAttribute('aria-busy', 'false'));
  const renewals = {}; // id -> how often it was read anew: an earlier answer is not put over a later one
  const shown = {}; // id -> OpenLayers layers: shapes, then names
  const frame = () => frames[state.frame];
  const sight = sightOf(map, frame, (id) => shown[id]?.[0]);
  /** White paper only makes sense where no picture lies beneath. */
  const onPaper = () => !state.basemap && !catalogue.layers.some((layer) => layer.kind !== 'vector' && state.layers[layer.id].on);
  let paper = onPaper();
  const onTrouble = tileTrouble({shows: (layer) => layer.id in shown, again: drawOver});

  /** Takes layers off the map. They end with the next frame: in the one that stands, a pointer still looks for them. */
  function takeOff(layers) {
    for (const layer of layers) drawn.getLayers().remove(layer);
    map.once('postrender', () => layers.forEach((layer) => layer.dispose()));
  }

  function remove(id) {
    if (!shown[id]) return;
    takeOff(shown[id]);
    delete shown[id];
  }

  function addMissing() {
    const wanted = [...state.order.filter((id) => state.layers[id].on), ...(state.basemap ? [state.basemap] : [])];
    for (const id of Object.keys(shown)) {
      if (!wanted.includes(id)) remove(id);
    }
    for (const id of wanted) {
      if (shown[id]) continue;
      const options = {language: state.language, paper, onTrouble};
      shown[id] = makeMapLayers(byId[id], frame(), choiceOf(byId[id]), options);
      for (const layer of shown[id]) {
        layer.set('drawn', drawing(state.layers[id]));
        layer.set('period', periodShown(byId[id]));
      }
      drawn.getLayers().extend(shown[id]);
    }
    for (const [place, id] of state.order.entries()) shown[id]?.forEach((layer, storey) => layer.setZIndex(1000 * (storey + 1) - place));
    shown[state.basemap]?.[0].setZIndex(0);
    for (const id of Object.keys(shown)) shown[id].forEach((layer) => layer.setOpacity(state.layers[id].opacity));
  }

  function drawAnew(layer) {
    remove(layer.id);
    addMissing();
  }

  /** Draws a layer as it is now, of all times, beside an older state or one time of it. Returns what takes it away again. */
  function drawPresent(id) {
    const made = makeMapLayers(byId[id], frame(), {...choiceOf(byId[id]), version: null, period: null}, {language: state.language, paper, onTrouble});
    for (const [storey, layer] of made.entries()) {
      layer.setZIndex(shown[id][storey].getZIndex());
      layer.setOpacity(state.layers[id].opacity);
    }
    drawn.getLayers().extend(made);
    return {layers: made, takeAway: () => takeOff(made)};
  }

  /** Draws a layer anew without a gap: what is there stays until the new is drawn. */
  function drawOver(layer) {
    const old = shown[layer.id] ?? [];
    for (const one of old) one.unset('id'); // no click finds it any more
    delete shown[layer.id];
    addMissing();
    map.once('rendercomplete', () => takeOff(old));
  }

  function drop() {
    for (const id of Object.keys(shown)) delete shown[id];
    drawn.getLayers().clear();
  }

  function repaint() {
    for (const [id, layers] of Object.entries(shown)) {
      if (byId[id].kind === 'vector') paintVector(layers, byId[id], frame(), state.language, paper).catch(() => onTrouble(byId[id], byId[id].links.style));
    }
  }

  function dropChangedDrawings() {
    for (const [id, [layer]] of Object.entries(shown)) {
      if (layer.get('drawn') !== drawing(state.layers[id])) remove(id);
    }
  }

  /** While time goes on, what was drawn stays until the next is. */
  function drawPeriod() {
    for (const [id, [layer]] of Object.entries(shown)) {
      if (layer.get('period') !== periodShown(byId[id])) drawOver(byId[id]);
    }
  }

  function useFrame() {
    drop();
    selection.getSource().clear();
    const view = frame().makeView();
    map.setView(view);
    view.on('change:resolution', viewMoved);
    view.on('change:center', viewMoved);
    if (state.centre) lookAt(state.centre, state.scale);
    else sight.fitAll(0);
    addMissing();
  }

  function viewMoved() {
    const view = map.getView();
    const centre = frame().toLonLat(view.getCenter());
    change({centre, scale: frame().scaleOf(view.getResolution(), view.getCenter())});
  }

  function lookAt(lonLat, scale, animate = false) {
    const view = map.getView();
    const center = frame().fromLonLat(lonLat);
    const resolution = view.getConstrainedResolution(frame().resolutionOf(scale, center));
    if (animate) view.animate({center, resolution, duration: lasting(400)});
    else {
      view.setCenter(center);
      view.setResolution(resolution);
    }
  }

  /** Reads a layer's state and tile addresses anew, since it was edited, and draws it from them. */
  async function renew(layer) {
    const mine = renewals[layer.id] = (renewals[layer.id] ?? 0) + 1;
    try {
      const {layers} = await askJson('catalogue');
      if (mine !== renewals[layer.id]) return;
      const {version, tiles, count} = layers.find((one) => one.id === layer.id) ?? layer;
      Object.assign(layer, {version, tiles, count});
      drawAnew(layer);
    } catch (error) {
      toast(error.message);
    }
  }

  onChange((keys) => {
    const was = paper;
    paper = onPaper();
    if (keys.has('frame')) useFrame();
    else {
      if (keys.has('layers')) dropChangedDrawings();
      if (keys.has('time')) drawPeriod();
      if (keys.has('layers') || keys.has('order') || keys.has('basemap')) addMissing();
      if (keys.has('language') || was !== paper) repaint();
    }
  });
  useFrame();
  return {
    map,
    frame,
    byId,
    /** The OpenLayers layer with the shapes of a layer that is shown. */
    layerOf: (id) => shown[id]?.[0],
    /** Its shapes and its names. */
    layersOf: (id) => [...(shown[id] ?? [])],
    drawPresent,
    renew,
    lookAt,
    ...sight,
    select: (features) => {
      selection.getSource().clear();
      selection.getSource().addFeatures(features);
    },
  };
}
