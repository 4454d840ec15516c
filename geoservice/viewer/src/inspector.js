// A click asks what is here: the attributes of every feature under it, the values of rasters, and where each came from.
import GeoJSON from 'ol/format/GeoJSON.js';

import {askJson} from './api.js';
import {announce, h, icon, toast} from './dom.js';
import {pickingDoubt} from './doubt.js';
import {featuresAt} from './hits.js';
import {getLanguage, metres, number, say, t, titleOf} from './i18n/index.js';
import {periodShown} from './narrowed.js';
import {pastOf} from './past.js';
import {accuracyBadge, provenanceBlock, syntheticBadge} from './provenance.js';
import {change, onChange, state} from './state.js';
import {shownValue} from './values.js';

const NAMES = {zh: /^(name|title|名称|xmmc|mc|label)$/i, en: /^(name|title|label)_en$/i};

const FIRST = 3; // features of a layer that are told at once; of flats on one footprint a hundred may lie here
const FURTHER = 20;

/** Makes the tool. `card` shows the answers; `askArea` takes a polygon in degrees to every department; `read` opens a report; `controls` makes what edits a feature, and `written` says whether something was written there that is not saved. */
export function inspector(catalogue, view, frames, card, {askArea, read, controls, written}) {
  const guest = {icon: 'pin', title: () => t('here'), render, onClose: forget};
  let current = null;
  let turn = 0;

  /** Asks at a point of the map; `pixel` finds drawn features, the service answers for the rest. */
  async function ask(coordinate) {
    const mine = ++turn;
    const lonLat = view.frame().toLonLat(coordinate);
    const all = featuresAt(view, coordinate);
    const found = all.filter((hit, place) => all.slice(0, place).filter((other) => other.layer === hit.layer).length < FIRST);
    const rest = all.filter((hit) => !found.includes(hit));
    const picking = pickingDoubt();
    giveUp();
    current = {lonLat, picking, found: found.map((hit) => ({...hit, properties: null})), rest, values: null};
    open();
    view.clear(coordinate);
    const [items, values] = await Promise.all([Promise.all(current.found.map((hit) => fetchItem(hit))), fetchValues(catalogue, lonLat)]);
    if (mine !== turn) return;
    current = {lonLat, picking, found: items, rest, values};
    card.refresh(guest);
    point(items[0]);
    announce(card.body.innerText.slice(0, 300));
  }

  /** Tells the next features of a layer that lie at the point. */
  async function tellMore(layer) {
    const mine = turn;
    const next = current.rest.filter((hit) => hit.layer === layer).slice(0, FURTHER);
    current.rest = current.rest.filter((hit) => !next.includes(hit)); // before the answers: a second click brings those after them
    const items = await Promise.all(next.map((hit) => fetchItem(hit)));
    if (mine !== turn || !current) return;
    current = {...current, found: [...current.found, ...items]};
    card.refresh(guest);
  }

  /** Shows features of a layer that are already known, as a search finds one; returns the geometry of the first. */
  function show(layer, ...features) {
    turn += 1;
    giveUp();
    current = {lonLat: null, found: features.map((feature) => hitOf(layer, feature)), values: []};
    open();
    point(current.found[0]);
    return current.found[0].geometry(view.frame()).getGeometry();
  }

  /** Outlines one feature on the map. */
  function point(hit) {
    view.select(hit?.geometry ? [hit.geometry(view.frame())] : []);
    change({show: hit ? `${hit.layer.id}/${hit.id}` : null});
  }

  function open() {
    card.show(guest);
  }

  function forget() {
    turn += 1;
    giveUp();
    current = null;
    point(null);
  }

  /** What was written under a feature is not lost by a click elsewhere: it is offered back for a while. */
  function giveUp() {
    const left = current;
    if (left?.found.some(written)) toast(t('formGivenUp'), t('takeUp'), () => takeUp(left));
  }

  function takeUp(left) {
    turn += 1;
    giveUp();
    current = left;
    open();
    point(left.found.find(written));
  }

  function render() {
    const layers = [...new Set(current.found.map((hit) => hit.layer))];
    return [
      current.lonLat ? place(current.lonLat) : null,
      heights(current.values),
      layers.map((layer, index) => section(layer, current.found.filter((hit) => hit.layer === layer), index === 0)),
      layers.length ? null : h('p', {class: 'empty'}, t('noFeature')),
    ];
  }

  /** A feature that was edited is read anew, and so are its layer's tiles. */
  async function changed(hit) {
    const mine = turn;
    const [fresh] = await Promise.all([fetchItem({...hit, drawn: {}}), view.renew(hit.layer)]);
    if (mine !== turn) return;
    if (!card.isOpen() && fresh.shape) show(hit.layer, {type: 'Feature', id: fresh.id, properties: fresh.properties, geometry: fresh.shape});
    if (!current) return;
    current = {...current, found: current.found.map((one) => (one === hit ? fresh : one))};
    card.refresh(guest);
    point(fresh);
  }

  function place(lonLat) {
    const [east, north] = frames.metric.fromLonLat(lonLat);
    return h(
      'dl',
      {class: 'facts place'},
      h('dt', {}, t('lonLat')),
      h('dd', {}, `${lonLat[0].toFixed(6)}°, ${lonLat[1].toFixed(6)}°`),
      h('dt', {}, `EPSG:${catalogue.frame.metric.srid}`),
      h('dd', {}, `E ${number(east, 2)}  N ${number(north, 2)}`),
      h('dt', {}, t('position')),
      h('dd', {title: t('doubtHint')}, t('pickedHere', {metres: metres(current.picking)})),
    );
  }

  function heights(values) {
    if (values instanceof Error) return trouble(values.message);
    if (!values?.length) return null;
    return h(
      'dl',
      {class: 'facts place'},
      values.map(({layer, text, why}) => [h('dt', {}, titleOf(layer)), why ? h('dd', {class: 'trouble'}, why) : h('dd', {}, text, ' ', accuracyBadge(layer))]),
    );
  }

  function trouble(message) {
    return h('p', {class: 'trouble', role: 'alert'}, message, ' ', current.lonLat ? h('button', {class: 'link', onclick: () => ask(view.frame().fromLonLat(current.lonLat))}, t('retry')) : null);
  }

  function section(layer, hits, first) {
    const history = h('details', {class: 'history'}, h('summary', {}, icon('chevron', 'turn'), t('provenance')), provenanceBlock(layer, read));
    history.open = first;
    return h(
      'section',
      {class: 'answer'},
      h(
        'h3',
        {},
        h('span', {class: `department ${layer.department}`}, icon(layer.department)),
        h('span', {class: 'answer-title'}, titleOf(layer)),
        syntheticBadge(layer),
        accuracyBadge(layer),
      ),
      hits.map((hit) => attributes(layer, hit)),
      more(layer),
      history,
    );
  }

  function more(layer) {
    const count = (current.rest ?? []).filter((hit) => hit.layer === layer).length;
    return count ? h('p', {class: 'onward'}, h('button', {class: 'link', onclick: () => tellMore(layer)}, t('moreHere', {n: number(count)}))) : null;
  }

  function attributes(layer, hit) {
    if (!hit.properties) return h('p', {class: 'loading'}, t('loading'));
    const names = layer.columns.map((column) => column.name).filter((name) => name in hit.properties);
    const others = Object.keys(hit.properties).filter((name) => !names.includes(name));
    const titles = Object.fromEntries(layer.columns.map((column) => [column.name, say(column.title)]));
    const named = state.language === 'en' ? layer.label.en : layer.label.zh;
    const meaning = named === layer.class && layer.legend.find((entry) => entry.value === String(hit.properties[named]));
    const called = (pattern) => hit.properties[names.find((name) => pattern.test(name) && hit.properties[name])];
    const label = meaning ? say(meaning.label) : hit.properties[named] || (state.language === 'en' && called(NAMES.en)) || hit.properties[layer.label.zh] || called(NAMES.zh);
    return h(
      'div',
      {class: 'feature', onmouseenter: () => point(hit)},
      h('h4', {}, label || t('feature'), h('span', {class: 'code'}, `#${hit.id}`)),
      h(
        'dl',
        {class: 'facts'},
        [...names, ...others].filter((name) => !isEmpty(hit, name)).map((name) => [h('dt', {title: name}, titles[name] ?? name), h('dd', {}, shownValue(layer, name, hit.properties[name]))]),
      ),
      hit.trouble ? trouble(`${t('notAll')} ${hit.trouble}`) : null,
      /Polygon$/.test(hit.shape?.type) ? h('button', {class: 'link', onclick: () => askArea(hit.shape)}, t('askThisArea')) : null,
      controls(layer, hit, changed),
    );
  }

  view.map.on('pointermove', (event) => {
    if (event.dragging) return;
    const hit = view.map.hasFeatureAtPixel(event.pixel, {hitTolerance: 3, layerFilter: (layer) => layer.get('id')});
    view.map.getTargetElement().style.setProperty('cursor', document.body.classList.contains('sketching') ? 'crosshair' : document.body.classList.contains('shaping') ? 'default' : hit ? 'pointer' : '');
  });
  onChange((keys) => keys.has('frame') && current && point(current.found[0]));
  return {ask, show};
}

/** Whether a property says nothing: no value, or the id that stands in the heading already. */
function isEmpty(hit, name) {
  const raw = hit.properties[name];
  return raw === null || raw === '' || (/^(source_)?fid$/.test(name) && String(raw) === String(hit.id));
}

const hitOf = (layer, feature) => ({
  layer,
  id: feature.id,
  properties: feature.properties,
  shape: feature.geometry,
  geometry: (frame) => new GeoJSON().readFeature(feature, {dataProjection: 'EPSG:4326', featureProjection: frame.projection}),
});

/** The whole feature, with every attribute; tiles carry only those that the style needs. */
async function fetchItem(hit) {
  const {layer, id, drawn} = hit;
  try {
    const feature = await askJson(`${layer.links.items}/${encodeURIComponent(id)}?f=json${pastOf(state.layers[layer.id].version)}`);
    return hitOf(layer, feature);
  } catch (error) {
    const {'mvt:layer': _, ...properties} = drawn;
    return {layer, id, properties, trouble: error.message};
  }
}

/** The values of the elevation and imagery layers that are on, at a point, or why one could not be read; or the error that there are none for. */
async function fetchValues(catalogue, [lon, lat]) {
  const rasters = catalogue.layers.filter((layer) => layer.kind !== 'vector' && (state.layers[layer.id].on || layer.kind === 'elevation'));
  const asked = new Map(); // the period shown, '' where there is none -> the layers asked for it
  for (const layer of rasters) {
    const period = (state.layers[layer.id].on && periodShown(layer)) || '';
    asked.set(period, [...(asked.get(period) ?? []), layer.id]);
  }
  try {
    const found = await Promise.all([...asked].map(([period, ids]) => {
      const words = new URLSearchParams({lon: lon.toFixed(7), lat: lat.toFixed(7), lang: getLanguage(), layers: ids.join(','), ...(period && {datetime: period})});
      return askJson(`${catalogue.links.what_is_here}?${words}`);
    }));
    const [answers, unread] = [found.flatMap((one) => one.answers), found.flatMap((one) => one.unread)];
    const missed = unread.map(({layer, why}) => ({layer: rasters.find((raster) => raster.id === layer), why}));
    return answers.flatMap((answer) => {
      const layer = rasters.find((raster) => raster.id === answer.layer);
      if (!layer || answer.value === null || answer.value === undefined) return [];
      const values = answer.kind === 'imagery' ? Object.values(answer.values ?? {value: answer.value}) : [answer.value];
      const shown = values.map((one) => (one === null ? '—' : number(one, Number.isInteger(one) ? 0 : 2))).join(', ');
      return [{layer, text: `${shown} ${answer.unit ?? ''}`.trim()}];
    }).concat(missed);
  } catch (error) {
    return error;
  }
}
