// Measuring: on the ellipsoid first, since that is the truth; in the metric plane beside it, since that is on the drawings.
import {transform} from 'ol/proj.js';

import {announce, h, icon, replace} from './dom.js';
import {doubtLines} from './doubt.js';
import {distance, divided, pathLength, ringArea} from './geodesy.js';
import {area, length, metres, number, t} from './i18n/index.js';
import {areaDoubt, lengthDoubt} from './propagation.js';
import {onChange} from './state.js';

/** Makes the measuring tools. `sketch` is the pad of sketch.js. */
export function measuring(catalogue, view, frames, sketch) {
  const box = h('div', {class: 'measure card', hidden: true, role: 'region'});
  let kind = null;
  let shape = null;

  function begin(what) {
    const finish = (geometry) => {
      render(geometry);
      announce(box.innerText);
    };
    sketch.begin({
      name: `measure ${what}`, type: what === 'area' ? 'Polygon' : 'LineString', icon: what === 'area' ? 'area' : 'ruler', hint: 'measuring',
      again: true, onDraw: render, onEnd: finish, onStop: hide,
    });
    if (!sketch.busy()) return;
    kind = what;
    box.hidden = false;
    render(null);
  }

  function hide() {
    kind = null;
    shape = null;
    box.hidden = true;
  }

  function render(geometry) {
    shape = geometry;
    const figures = geometry && (kind === 'area' ? areaOf(geometry) : lengthOf(geometry));
    box.setAttribute('aria-label', t(kind === 'area' ? 'area' : 'length'));
    replace(
      box,
      h('div', {class: 'card-head'}, icon(kind === 'area' ? 'area' : 'ruler'), h('b', {}, t(kind === 'area' ? 'area' : 'length'))),
      figures ? figures.map(([value, words]) => h('p', {}, h('span', {class: 'figure'}, value), h('span', {class: 'words'}, words))) : h('p', {class: 'hint'}, t('measureHint')),
      figures ? doubtOf(geometry) : null,
    );
  }

  const srid = catalogue.frame.metric.srid;
  const lonLat = (points) => points.map((point) => view.frame().toLonLat(point));
  const plane = (points) => points.map((point) => transform(point, view.frame().projection, frames.metric.projection));

  function lengthOf(geometry) {
    const points = geometry.getCoordinates();
    const flat = plane(points);
    const planar = flat.slice(1).reduce((sum, point, place) => sum + Math.hypot(point[0] - flat[place][0], point[1] - flat[place][1]), 0);
    return [[length(pathLength(lonLat(points))), t('ellipsoidal')], [length(planar), t('planar', {srid})]];
  }

  function doubtOf(geometry) {
    const picked = kind === 'area' ? geometry.getCoordinates()[0].slice(0, -1) : geometry.getCoordinates();
    const flat = plane(picked);
    const of = kind === 'area' ? (doubt) => squareMetres(areaDoubt(flat, doubt)) : (doubt) => metres(lengthDoubt(flat, doubt));
    return doubtLines(catalogue, lonLat(picked), of);
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
      [area(true_), t('ellipsoidal')],
      [`${number((true_ * 15) / 10000, 2)} ${t('mu')} · ${number(true_ / 10000, 3)} ha`, ''],
      [area(planar), t('planar', {srid})],
      [length(perimeter), t('perimeter')],
    ];
  }

  onChange((keys) => (keys.has('language') || keys.has('layers')) && !box.hidden && render(shape));
  return {box, begin};
}

/** To two digits: an error has no more. */
function squareMetres(exact) {
  const value = Number(exact.toPrecision(2));
  return value < 1e6 ? `${number(value, value < 1 ? 2 : value < 10 ? 1 : 0)} m²` : `${number(value / 1e6, value < 1e7 ? 1 : 0)} km²`;
}
