// Measuring: on the ellipsoid first, since that is the truth; in the metric plane beside it, since that is on the drawings.
import Draw from 'ol/interaction/Draw.js';
import VectorLayer from 'ol/layer/Vector.js';
import {transform} from 'ol/proj.js';
import VectorSource from 'ol/source/Vector.js';
import CircleStyle from 'ol/style/Circle.js';
import Fill from 'ol/style/Fill.js';
import Stroke from 'ol/style/Stroke.js';
import Style from 'ol/style/Style.js';

import {announce, h, icon, replace} from './dom.js';
import {distance, divided, pathLength, ringArea} from './geodesy.js';
import {number, t} from './i18n/index.js';
import {onChange} from './state.js';

const STYLE = new Style({
  fill: new Fill({color: 'rgba(178,67,47,0.12)'}),
  stroke: new Stroke({color: '#b2432f', width: 2.4, lineDash: [7, 4]}),
  image: new CircleStyle({radius: 5, fill: new Fill({color: '#b2432f'}), stroke: new Stroke({color: '#fff', width: 1.5})}),
});

export function measuring(catalogue, view, frames) {
  const source = new VectorSource();
  const layer = new VectorLayer({source, style: STYLE, zIndex: 9500});
  view.map.addLayer(layer);
  const box = h('div', {class: 'measure card', hidden: true, role: 'region', 'aria-live': 'polite'});
  let draw = null;
  let kind = null;
  let finished = null;

  function begin(what) {
    if (kind === what && draw) return stop();
    stop();
    kind = what;
    draw = new Draw({source, type: what === 'area' ? 'Polygon' : 'LineString', style: STYLE});
    draw.on('drawstart', (event) => {
      source.clear();
      finished = null;
      event.feature.getGeometry().on('change', (change) => render(change.target));
    });
    draw.on('drawend', (event) => {
      finished = event.feature.getGeometry();
      render(finished);
      announce(box.textContent);
    });
    view.map.addInteraction(draw);
    box.hidden = false;
    document.body.classList.add('measuring');
    render(null);
  }

  function stop() {
    if (draw) view.map.removeInteraction(draw);
    draw = null;
    kind = null;
    finished = null;
    source.clear();
    box.hidden = true;
    document.body.classList.remove('measuring');
  }

  function render(geometry) {
    const figures = geometry && (kind === 'area' ? areaOf(geometry) : lengthOf(geometry));
    replace(
      box,
      h('div', {class: 'card-head'}, icon(kind === 'area' ? 'area' : 'ruler'), h('b', {}, t(kind === 'area' ? 'area' : 'length')), h('button', {class: 'quiet', 'aria-label': t('close'), onclick: stop}, icon('close'))),
      figures ? figures.map(([value, words]) => h('p', {}, h('span', {class: 'figure'}, value), h('span', {class: 'words'}, words))) : h('p', {class: 'hint'}, t('measuring')),
    );
  }

  const srid = catalogue.frame.metric.srid;
  const lonLat = (points) => points.map((point) => view.frame().toLonLat(point));
  const plane = (points) => points.map((point) => transform(point, view.frame().projection, frames.metric.projection));

  function lengthOf(geometry) {
    const points = geometry.getCoordinates();
    const flat = plane(points);
    const planar = flat.slice(1).reduce((sum, point, place) => sum + Math.hypot(point[0] - flat[place][0], point[1] - flat[place][1]), 0);
    return [[metric(pathLength(lonLat(points))), t('ellipsoidal')], [metric(planar), t('planar', {srid})]];
  }

  function areaOf(geometry) {
    const ring = geometry.getCoordinates()[0];
    if (ring.length < 4) return null;
    const onGlobe = lonLat(divided(ring));
    const flat = plane(divided(ring));
    const planar = Math.abs(flat.reduce((sum, point, place) => {
      const next = flat[(place + 1) % flat.length];
      return sum + point[0] * next[1] - next[0] * point[1];
    }, 0)) / 2;
    const true_ = ringArea(onGlobe);
    const edges = lonLat(ring);
    const perimeter = edges.slice(1).reduce((sum, point, place) => sum + distance(edges[place], point), 0);
    return [
      [`${square(true_)}`, t('ellipsoidal')],
      [`${number((true_ * 15) / 10000, 2)} ${t('mu')} · ${number(true_ / 10000, 3)} ha`, ''],
      [square(planar), t('planar', {srid})],
      [metric(perimeter), t('perimeter')],
    ];
  }

  onChange((keys) => {
    if (keys.has('frame')) stop();
    else if (keys.has('language') && !box.hidden) render(finished);
  });
  return {box, begin, stop, busy: () => Boolean(draw)};
}

const metric = (value) => (value < 10_000 ? `${number(value, value < 100 ? 2 : 1)} m` : `${number(value / 1000, 3)} km`);
const square = (value) => (value < 1_000_000 ? `${number(value, value < 10_000 ? 2 : 1)} m²` : `${number(value / 1_000_000, 4)} km²`);
