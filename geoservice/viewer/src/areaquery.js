// One polygon put to every department: what lies inside it, how much of it, and how far off each answer may be.
import GeoJSON from 'ol/format/GeoJSON.js';
import Polygon from 'ol/geom/Polygon.js';

import {openPage} from './answers.js';
import {ask, save} from './api.js';
import {announce, h, icon, toast} from './dom.js';
import {divided, ringArea} from './geodesy.js';
import {area, getLanguage, length, metres, number, say, t, titleOf} from './i18n/index.js';
import {choiceOf, narrowing} from './narrowed.js';
import {accuracyBadge, syntheticBadge} from './provenance.js';
import {change, state} from './state.js';
import {swatch} from './symbols.js';

const MOST_PARTS = 8; // classes of one layer before the rest is folded
const EDGE_PIECES = 8;

/** Makes the tool. `card` shows the answer, `sketch` takes the polygon. */
export function areaQuery(catalogue, view, sketch, card) {
  const guest = {icon: 'ask', title: () => t('askArea'), render, onClose: () => { turn += 1; sketch.stop(); }};
  let current = null; // {polygon, area, answers, empty, elsewhere, trouble}
  let turn = 0;

  function begin() {
    card.close();
    sketch.begin({name: 'area', type: 'Polygon', icon: 'ask', hint: 'askAreaHint', onEnd: (geometry) => put(drawn(geometry)), onStop: () => card.shows(guest) && card.close()});
  }

  /** Puts a polygon to the service: GeoJSON in degrees. */
  async function put(polygon) {
    const mine = ++turn;
    current = {polygon, area: areaOf(polygon), answers: null, trouble: ''};
    card.show(guest);
    view.clearBox(boxOf(polygon));
    try {
      const {answers, empty, elsewhere} = await (await answered('json')).json();
      if (mine !== turn) return;
      Object.assign(current, {answers, empty, elsewhere});
    } catch (error) {
      if (mine !== turn) return;
      current.trouble = error.message;
    }
    card.refresh(guest);
    announce(card.body.innerText.slice(0, 400));
  }

  /** Asks for the answer in one of its forms: json, csv, or the html of a page to print. */
  function answered(form) {
    const {polygon} = current;
    const options = {method: 'POST', headers: {accept: '*/*', 'content-type': 'application/json'}, body: JSON.stringify({polygon})};
    return ask(`${catalogue.links.what_is_here}?f=${form}&lang=${getLanguage()}`, options);
  }

  /** A straight edge on the map is a curve in degrees: it is told by points on the way. */
  function drawn(geometry) {
    const rings = geometry.getCoordinates().map((ring) => divided(ring, EDGE_PIECES));
    const format = new GeoJSON({featureProjection: view.frame().projection, dataProjection: 'EPSG:4326'});
    return format.writeGeometryObject(new Polygon(rings), {decimals: 8});
  }

  function render() {
    const {answers, trouble} = current;
    if (trouble) return h('p', {class: 'empty', role: 'alert'}, trouble);
    if (!answers) return [summary(), h('p', {class: 'empty waiting'}, t('loading'))];
    const groups = catalogue.departments.map((department) => [department, answers.filter((answer) => answer.department === department.id)]);
    const known = new Set(catalogue.departments.map((department) => department.id));
    const others = answers.filter((answer) => !known.has(answer.department));
    const filled = [...groups, [{id: 'base', title: t('otherDepartments')}, others]].filter(([, of]) => of.length);
    if (!filled.length) return [summary(), h('p', {class: 'empty'}, t('nothingInside')), silent()];
    return [summary(filled.length), filled.map(([department, of]) => section(department, of)), silent()];
  }

  function summary(departments) {
    return h(
      'div',
      {class: 'area-head'},
      h('p', {class: 'area-figure'}, number((current.area * 15) / 10_000, 2), h('small', {}, ` ${t('mu')}`), h('span', {class: 'code'}, `${number(current.area / 10_000, 3)} ha · ${area(current.area)}`)),
      departments ? h('p', {class: 'hint'}, t('answeredBy', {n: departments, layers: current.answers.length})) : null,
      departments ? h('p', {class: 'onward'}, h('button', {class: 'link', onclick: () => openPage(() => answered('html'))}, t('areaPage')), h('button', {class: 'link', onclick: table}, t('saveTable'))) : null,
    );
  }

  /** The layers that hold nothing in the area: that is an answer, too, and not the same as not reaching there. */
  function silent() {
    const named = (layers) => layers.map(({layer, title}) => (view.byId[layer] ? titleOf(view.byId[layer]) : say(title))).join(t('comma'));
    const lines = [['areaEmpty', current.empty], ['areaElsewhere', current.elsewhere]].filter(([, layers]) => layers.length);
    return lines.length ? h('section', {class: 'answer silent'}, lines.map(([words, layers]) => h('p', {}, h('b', {}, t(words)), named(layers)))) : null;
  }

  function section(department, answers) {
    return h(
      'section',
      {class: 'answer'},
      h('h3', {}, h('span', {class: `department ${department.id}`}, icon(department.id)), h('span', {class: 'answer-title'}, say(department.title))),
      answers.map(layerAnswer),
    );
  }

  function layerAnswer(answer) {
    const layer = view.byId[answer.layer];
    if (!layer) return null;
    const {total} = answer;
    const parts = [...answer.parts].sort((a, b) => (b.area_m2 ?? b.length_m ?? b.count) - (a.area_m2 ?? a.length_m ?? a.count));
    const classes = answer.by ? parts : [];
    const on = state.layers[layer.id].on;
    return h(
      'div',
      {class: 'inside'},
      h(
        'h4',
        {},
        layer.legend[0] && !answer.by ? swatch(layer.legend[0].symbol) : null,
        h('span', {class: 'answer-title'}, titleOf(layer)),
        syntheticBadge(layer),
        accuracyBadge(layer),
      ),
      h(
        'p',
        {class: 'inside-total'},
        h('b', {}, amount(total) ?? (total.count === 1 ? t('oneFeature') : t('features', {n: number(total.count)}))),
        total.area_off_m2 ? h('span', {class: 'off', title: t('areaOffHint', {metres: metres(answer.accuracy_m)})}, `±${amount({area_m2: total.area_off_m2})}`) : null,
        amount(total) ? ` ${total.count === 1 ? t('inOneFeature') : t('inFeatures', {n: number(total.count)})}` : '',
        typeof total.share === 'number' ? ` · ${number(100 * total.share, 1)} %` : '',
        on ? null : h('button', {class: 'link', onclick: () => show(layer)}, t('show')),
      ),
      on && narrowing(choiceOf(layer)).length ? h('p', {class: 'hint'}, t('countedWhole')) : null,
      classes.length ? h('ul', {class: 'parts'}, classes.slice(0, MOST_PARTS).map((part) => partRow(layer, part, answer))) : null,
      classes.length > MOST_PARTS
        ? h('details', {class: 'history'}, h('summary', {}, icon('chevron', 'turn'), t('moreClasses', {n: classes.length - MOST_PARTS})), h('ul', {class: 'parts'}, classes.slice(MOST_PARTS).map((part) => partRow(layer, part, answer))))
        : null,
    );
  }

  function partRow(layer, part, answer) {
    const {total} = answer;
    const value = String(part.value ?? '');
    const entry = meaningOf(layer, value);
    // several codes may share one entry of the legend: then the code tells them apart
    const code = entry && entry.value !== value ? h('small', {class: 'code'}, ` ${value}`) : null;
    const share = part.area_m2 && total.area_m2 ? part.area_m2 / total.area_m2 : part.length_m && total.length_m ? part.length_m / total.length_m : part.count / total.count;
    return h(
      'li',
      {},
      entry ? swatch(entry.symbol) : h('span', {class: 'no-swatch'}),
      h('span', {class: 'part-name'}, entry ? say(entry.label) : part.value ?? t('empty'), code, h('span', {class: 'part-bar', style: {'--share': `${(share * 100).toFixed(1)}%`}})),
      h('span', {class: 'part-figure', title: part.area_off_m2 ? `±${amount({area_m2: part.area_off_m2})}: ${t('areaOffHint', {metres: metres(answer.accuracy_m)})}` : null}, amount(part) ?? number(part.count), amount(part) ? h('small', {}, ` ${number(part.count)}`) : null),
    );
  }

  function show(layer) {
    change({layers: {...state.layers, [layer.id]: {...state.layers[layer.id], on: true}}});
    card.refresh(guest);
  }

  async function table() {
    try {
      save('what-is-inside.csv', await (await answered('csv')).blob());
    } catch (error) {
      toast(error.message);
    }
  }

  return {begin, put};
}

/** Hectares read badly for a yard, square metres badly for a park: mu from a tenth of one on, as the city counts land. */
function amount({area_m2: square, length_m: long}) {
  if (square) return square >= 66.7 ? `${number((square * 15) / 10_000, square < 66_667 ? 2 : 1)} ${t('mu')}` : area(square);
  return long ? length(long) : null;
}

/** The legend entry of a class: its own, or that of the longest code it begins with. */
function meaningOf(layer, value) {
  return layer.legend.filter((entry) => entry.value && value.startsWith(entry.value)).sort((a, b) => b.value.length - a.value.length)[0];
}

/** West, south, east, north of a GeoJSON polygon or multipolygon. */
function boxOf({type, coordinates}) {
  const points = coordinates.flat(type === 'Polygon' ? 1 : 2);
  const [lons, lats] = [0, 1].map((axis) => points.map((point) => point[axis]));
  return [Math.min(...lons), Math.min(...lats), Math.max(...lons), Math.max(...lats)];
}

/** Square metres of a GeoJSON polygon or multipolygon in degrees, holes left out. */
function areaOf({type, coordinates}) {
  const polygons = type === 'Polygon' ? [coordinates] : coordinates;
  return polygons.reduce((total, [outer, ...holes]) => total + ringArea(outer) - holes.reduce((lost, hole) => lost + ringArea(hole), 0), 0);
}
