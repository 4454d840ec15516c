// Heights along a drawn line: the chart, what it is made of, and how far off it may be.
import Feature from 'ol/Feature.js';
import Point from 'ol/geom/Point.js';

import {askJson, saveTable} from './api.js';
import {announce, h} from './dom.js';
import {chart} from './chart.js';
import {length, metres, number, say, t, titleOf} from './i18n/index.js';
import {accuracyBadge, syntheticBadge} from './provenance.js';

const DECIMALS = 7;

/** Makes the tool; it is null for a city without elevation. */
export function heightProfile(catalogue, view, sketch, card) {
  const offered = catalogue.layers.filter((layer) => layer.kind === 'elevation').sort((a, b) => a.provenance.resolution_m - b.provenance.resolution_m);
  if (!offered.length) return null;
  const guest = {icon: 'profile', title: () => t('profile'), render, onClose: () => { turn += 1; view.select([]); sketch.stop(); }};
  let current = null; // {line, layer, answer, trouble}
  let turn = 0;

  function begin() {
    card.close();
    sketch.begin({name: 'profile', type: 'LineString', icon: 'profile', hint: 'profileHint', onEnd: put, onStop: () => card.shows(guest) && card.close()});
  }

  function put(geometry) {
    const line = geometry.getCoordinates().map((point) => view.frame().toLonLat(point));
    current = {line, layer: finestOf(line)};
    card.show(guest);
    fetchHeights();
  }

  /** The finest layer in which the whole line lies, else the coarsest. */
  function finestOf(line) {
    const holds = ({extent}) => extent && line.every(([lon, lat]) => lon >= extent[0] && lon <= extent[2] && lat >= extent[1] && lat <= extent[3]);
    return offered.find(holds) ?? offered.at(-1);
  }

  async function fetchHeights() {
    const mine = ++turn;
    Object.assign(current, {answer: null, trouble: ''});
    card.refresh(guest);
    const line = current.line.map((point) => point.map((value) => value.toFixed(DECIMALS)).join(',')).join(' ');
    try {
      const answer = await askJson(`${current.layer.links.self}/profile?line=${encodeURIComponent(line)}`);
      if (mine === turn) current.answer = answer;
    } catch (error) {
      if (mine === turn) current.trouble = error.message;
    }
    if (mine !== turn) return;
    card.refresh(guest);
    announce(card.body.innerText.slice(0, 300));
  }

  function render() {
    return h('div', {class: 'profile'}, choice(), current.trouble ? h('p', {class: 'empty', role: 'alert'}, current.trouble) : current.answer ? figures() : h('p', {class: 'empty waiting'}, t('loading')));
  }

  function choice() {
    const {layer} = current;
    const select = h(
      'select',
      {'aria-label': t('elevationModel'), onchange: (event) => { current.layer = view.byId[event.target.value]; fetchHeights(); }},
      offered.map((one) => h('option', {value: one.id, selected: one === layer}, titleOf(one))),
    );
    return h('p', {class: 'profile-layer'}, offered.length > 1 ? select : h('b', {}, titleOf(layer)), syntheticBadge(layer), accuracyBadge(layer));
  }

  function figures() {
    const {samples, length_m: long, climb, descent, height_system: system, accuracy_m: accuracy, resolution_m: resolution} = current.answer;
    const known = samples.filter((sample) => sample.height !== null);
    if (known.length < 2) return h('p', {class: 'empty'}, t('outside'));
    const heights = known.map((sample) => sample.height);
    const [low, high] = [Math.min(...heights), Math.max(...heights)];
    const steepest = Math.max(...known.slice(1).map((sample, place) => Math.abs(sample.height - known[place].height) / (sample.distance_m - known[place].distance_m || Infinity)));
    return [
      chart(samples.map((sample) => [sample.distance_m, sample.height]), {label: t('profile'), onPoint: mark, say: (place) => `${length(samples[place].distance_m)} · ${samples[place].height === null ? '—' : `${number(samples[place].height, 1)} m`}`}),
      h(
        'dl',
        {class: 'facts'},
        fact('length', length(long)),
        fact('lowHigh', `${number(low, 1)} – ${number(high, 1)} m`),
        fact('climbDescent', `↑ ${number(climb, 1)} m   ↓ ${number(descent, 1)} m`),
        fact('steepest', `${number((Math.atan(steepest) * 180) / Math.PI, 1)}°`),
        fact('heightSystem', say(current.layer.provenance.height ?? system) || t('notStated')),
        fact('accuracy', accuracy === null ? t('accuracyUnknown') : t('within', {metres: metres(accuracy)})),
        fact('resolution', metres(resolution)),
      ),
      h('p', {class: 'onward'}, h('button', {class: 'link', onclick: table}, t('saveTable'))),
    ];
  }

  /** Marks a place of the chart on the map. */
  function mark(place) {
    const sample = current?.answer?.samples[place];
    view.select(sample ? [new Feature(new Point(view.frame().fromLonLat([sample.lon, sample.lat])))] : []);
  }

  function table() {
    saveTable('profile.csv', [['distance_m', 'lon', 'lat', 'height_m'], ...current.answer.samples.map((sample) => [sample.distance_m, sample.lon, sample.lat, sample.height])]);
  }

  return {begin};
}

const fact = (name, value) => [h('dt', {}, t(name)), h('dd', {}, value)];
