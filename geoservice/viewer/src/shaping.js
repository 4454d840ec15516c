// A feature's shape changed by hand: vertices moved, put in and taken out, snapping to the neighbours, every step undone.
// By pointer, by touch, and from the keyboard, where the middle of the map is the pointer.
import Feature from 'ol/Feature.js';
import MultiPoint from 'ol/geom/MultiPoint.js';
import Point from 'ol/geom/Point.js';
import Modify from 'ol/interaction/Modify.js';
import Snap from 'ol/interaction/Snap.js';
import VectorLayer from 'ol/layer/Vector.js';
import VectorSource from 'ol/source/Vector.js';
import CircleStyle from 'ol/style/Circle.js';
import Fill from 'ol/style/Fill.js';
import Stroke from 'ol/style/Stroke.js';
import Style from 'ol/style/Style.js';

import {announce, h, icon, replace, toast} from './dom.js';
import {divided, pathLength, ringArea} from './geodesy.js';
import {area, length, t} from './i18n/index.js';
import {neighbours, onMap} from './neighbours.js';
import {onChange} from './state.js';
import {watchUnsaved} from './unsaved.js';
import {inserted, ledger, mapped, moved, vertexAt, vertices, without} from './vertices.js';

const INK = '#b2432f';
const REACH = 12; // pixels from which a vertex is taken or snapped to
const dot = (radius, fill, line) => new CircleStyle({radius, fill: new Fill({color: fill}), stroke: new Stroke({color: line, width: 1.6})});
const HALO = new Style({zIndex: 1, stroke: new Stroke({color: 'rgba(255,255,255,0.9)', width: 5})});
const SHAPE = new Style({zIndex: 2, fill: new Fill({color: 'rgba(178,67,47,0.12)'}), stroke: new Stroke({color: INK, width: 2.2}), image: dot(6, INK, '#fff')});
const VERTICES = new Style({zIndex: 3, image: dot(4, '#fff', INK), geometry: (feature) => new MultiPoint(vertices(feature.getGeometry().getCoordinates()).map(([, position]) => position))});
const PICKED = new Style({zIndex: 4, image: dot(6.5, INK, '#fff')});

/** Makes the board. One shape is on it at a time. */
export function shaping(view) {
  const source = new VectorSource();
  const mark = new VectorSource();
  view.map.addLayer(new VectorLayer({source, style: [HALO, SHAPE, VERTICES], zIndex: 9600}));
  view.map.addLayer(new VectorLayer({source: mark, style: PICKED, zIndex: 9601}));
  const bar = h('div', {class: 'sketch shaping card', hidden: true, role: 'region'});
  const book = ledger();
  const around = neighbours(view, book, (all) => { snapsToAll = all; tell(); });
  let snapsToAll = true;
  watchUnsaved(() => Boolean(work));
  let work = null; // {job, feature, steps, picked, carried, trouble}
  let hands = [];

  /**
   * Puts a shape on the board. `job` is {layer, id, geometry (GeoJSON in degrees), title, save(geometry): Promise, onShape(), onStop(), again()};
   * what `save` throws is told in the bar. A shape given up is offered back for a while, by `again` with the shape as it was.
   * Returns what takes this shape off the board, and no other: `true` says that it is kept elsewhere.
   */
  function begin(job) {
    stop();
    const feature = onMap(view.frame(), job.geometry, book);
    work = {job, feature, steps: [], picked: null, carried: false, trouble: ''};
    source.addFeature(feature);
    around.follow(job.layer, job.id);
    const modify = new Modify({source, pixelTolerance: REACH, style: PICKED});
    let before = null;
    modify.on('modifystart', () => { before = coordinates(); });
    modify.on('modifyend', ({mapBrowserEvent}) => {
      if (JSON.stringify(before) === JSON.stringify(coordinates())) return;
      work.steps.push(before);
      pick(vertexAt(coordinates(), mapBrowserEvent?.coordinate ?? [Infinity, Infinity], reach()));
      tell();
    });
    hands = [modify, new Snap({source: around.source, pixelTolerance: REACH})];
    for (const hand of hands) view.map.addInteraction(hand);
    document.body.classList.add('shaping');
    tell();
    const mine = work;
    return (kept = false) => {
      if (work !== mine) return;
      work.saving ||= kept;
      stop();
    };
  }

  const coordinates = () => work.feature.getGeometry().getCoordinates();
  const reach = () => REACH * view.map.getView().getResolution();
  const middle = () => view.map.getView().getCenter();

  function put(next) {
    work.steps.push(coordinates());
    work.feature.getGeometry().setCoordinates(next);
  }

  /** Picks a vertex: the one that is deleted next, and that the keyboard carries. */
  function pick(path) {
    work.picked = path;
    mark.clear();
    const found = path && vertices(coordinates()).find(([one]) => one.join() === path.join());
    if (found) mark.addFeature(new Feature(new Point(found[1])));
  }

  function stop() {
    if (!work) return;
    const {job, steps, saving} = work;
    drop();
    const given = (steps.length || job.fresh) && !saving ? shape() : null;
    for (const hand of hands) view.map.removeInteraction(hand);
    hands = [];
    around.leave();
    source.clear();
    mark.clear();
    work = null;
    bar.hidden = true;
    document.body.classList.remove('shaping');
    job.onStop?.();
    if (given && job.again) toast(t('shapeGivenUp'), t('takeUp'), () => job.again(given));
  }

  /** A geometry as GeoJSON in degrees; what was not moved, and what was snapped to a neighbour's vertex, is theirs to the last digit. */
  function toDegrees(geometry) {
    const position = ([x, y, ...rest]) => [...(book.degreesOf([x, y])?.slice(0, 2) ?? view.frame().toLonLat([x, y]).map((value) => Number(value.toFixed(9)))), ...rest];
    return {type: geometry.getType(), coordinates: mapped(geometry.getCoordinates(), position)};
  }

  const shape = () => toDegrees(work.feature.getGeometry());

  async function save() {
    const mine = work;
    drop();
    hold(true);
    try {
      await mine.job.save(shape());
      if (work === mine) stop();
    } catch (error) {
      if (work !== mine) return toast(error.message);
      mine.trouble = error.message;
      hold(false);
    }
  }

  /** What is being saved does not move: a vertex dragged meanwhile would be lost with the answer. */
  function hold(saving) {
    Object.assign(work, saving ? {saving, trouble: ''} : {saving});
    for (const hand of hands) hand.setActive(!saving);
    tell();
  }

  function undo() {
    if (!work?.steps.length || work.saving) return;
    drop();
    work.feature.getGeometry().setCoordinates(work.steps.pop());
    pick(null);
    tell();
  }

  function remove() {
    if (work.saving) return;
    const path = work.picked ?? vertexAt(coordinates(), middle(), reach());
    const next = path && without(coordinates(), path);
    if (next) {
      drop();
      put(next);
      pick(null);
      tell();
    } else announce(t(path ? 'tooFewVertices' : 'noVertexPicked'));
  }

  /** The keyboard takes the vertex in the middle of the map, or makes one on the edge there; moving the map carries it along. */
  function take() {
    if (!work) return false;
    if (work.saving) return true;
    if (work.carried) return drop(true);
    let path = vertexAt(coordinates(), middle(), reach());
    if (!path) {
      const found = inserted(coordinates(), middle(), reach());
      if (!found) return announce(t('noVertexHere')) ?? true;
      put(found[0]);
      path = found[1];
    } else work.steps.push(coordinates());
    pick(path);
    work.carried = true;
    view.map.getView().on('change:center', carry);
    announce(t('vertexTaken'));
    return true;
  }

  function carry() {
    const snapped = hands[1].snapTo(view.map.getPixelFromCoordinate(middle()), middle(), view.map);
    work.feature.getGeometry().setCoordinates(moved(coordinates(), work.picked, snapped?.vertex ?? middle()));
    pick(work.picked);
  }

  function drop(aloud = false) {
    if (!work.carried) return false;
    work.carried = false;
    view.map.getView().un('change:center', carry);
    tell();
    if (aloud) announce(t('vertexPut'));
    return true;
  }

  /** What the shape measures on the ellipsoid. */
  function figure() {
    const geometry = work.feature.getGeometry();
    const lonLat = (points) => points.map((point) => view.frame().toLonLat(point));
    const parts = geometry.getType().startsWith('Multi') ? geometry.getCoordinates() : [geometry.getCoordinates()];
    if (/Polygon$/.test(geometry.getType())) return area(parts.reduce((sum, [outer, ...holes]) => sum + ringArea(lonLat(divided(outer))) - holes.reduce((lost, hole) => lost + ringArea(lonLat(divided(hole))), 0), 0));
    if (/LineString$/.test(geometry.getType())) return length(parts.reduce((sum, line) => sum + pathLength(lonLat(line)), 0));
    return '';
  }

  function tell() {
    if (!work) return;
    const {job, steps, trouble, saving, picked} = work;
    const flat = /Point$/.test(work.feature.getGeometry().getType());
    bar.hidden = false;
    bar.setAttribute('aria-label', job.title);
    replace(
      bar,
      h('div', {class: 'shaping-head'}, icon('pencil'), h('b', {}, job.title), h('span', {class: 'code'}, figure()), h('button', {class: 'quiet', 'aria-label': t('close'), title: t('close'), onclick: stop}, icon('close'))),
      h('p', {class: 'hint'}, t(flat ? 'pointHint' : 'shapeHint'), snapsToAll ? '' : ` ${t('snapPartly')}`),
      trouble ? h('p', {class: 'trouble', role: 'alert'}, trouble) : null,
      h(
        'p',
        {class: 'shaping-foot'},
        h('button', {class: 'small', disabled: saving || !steps.length, onclick: undo}, t('undoPoint')),
        flat ? null : h('button', {class: 'small', disabled: saving || !picked, onclick: remove}, t('removeVertex')),
        job.save ? h('button', {class: 'small strong', disabled: saving || !(steps.length || job.fresh), onclick: save}, t(saving ? 'saving' : 'saveShape')) : null,
      ),
    );
  }

  view.map.on('click', ({coordinate}) => {
    if (!work || work.carried) return;
    pick(vertexAt(coordinates(), coordinate, reach()));
    tell();
  });
  document.addEventListener('keydown', (event) => {
    if (!work || event.target.closest('input, select, textarea')) return;
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'z') undo();
    else if (event.key === 'Delete') remove();
    else return;
    event.preventDefault();
  });
  onChange((keys) => {
    if (keys.has('frame')) stop();
    else if (keys.has('language')) tell();
  });
  return {bar, begin, stop, take, undo, shape, toDegrees, snap: around, busy: () => Boolean(work)};
}
