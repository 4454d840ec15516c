// Map sheets: which of a scale are covered by data good enough for it, and which are missing.
import GeoJSON from 'ol/format/GeoJSON.js';
import VectorLayer from 'ol/layer/Vector.js';
import VectorSource from 'ol/source/Vector.js';
import Fill from 'ol/style/Fill.js';
import Stroke from 'ol/style/Stroke.js';
import Style from 'ol/style/Style.js';
import Text from 'ol/style/Text.js';

import {askJson, saveTable} from './api.js';
import {h} from './dom.js';
import {date, metres, number, t, titleOf} from './i18n/index.js';
import {onChange, state} from './state.js';

const COLOURS = {covered: '#2e6b4a', partial: '#b07712', unstated: '#6a6f80', missing: '#9a3421'};
const SCALES = [500, 1000, 2000, 5000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000];
const MOST = 600; // sheets drawn at once
const LABEL_PIXELS = 74;

/** Makes the tool: an overlay of sheet lines, and a card that says what is held. */
export function sheetIndex(catalogue, view, card) {
  const source = new VectorSource();
  const overlay = new VectorLayer({source, style: styleOf, zIndex: 8000, visible: false, declutter: true});
  const guest = {icon: 'grid', title: () => t('sheets'), render, onClose: stop};
  view.map.addLayer(overlay);
  let scale = 0;
  let answer = null; // the service's, or {trouble}
  let chosen = null;
  let turn = 0;

  function begin() {
    if (card.shows(guest)) return card.close();
    open(SCALES.find((one) => one >= state.scale / 8) ?? SCALES.at(-1));
  }

  /** Goes to one sheet, as the service describes it, and says what is held of it. */
  function show(sheet) {
    view.showBox(new GeoJSON().readGeometry(sheet.geometry).getExtent(), {maxScale: 500});
    open(sheet.properties.scale);
    chosen = sheet.properties.code;
  }

  function open(wanted) {
    rescale(wanted);
    overlay.setVisible(true);
    card.show(guest);
    view.map.on('moveend', refresh);
    refresh();
  }

  /** What was counted at another scale is not shown beneath this one. */
  function rescale(wanted) {
    scale = wanted;
    answer = chosen = null;
    source.clear();
  }

  function stop() {
    turn += 1;
    view.map.un('moveend', refresh);
    overlay.setVisible(false);
    rescale(0);
  }

  async function refresh() {
    const mine = ++turn;
    if (tooMany()) {
      answer = {trouble: t('tooManySheets')};
      source.clear();
      return card.refresh(guest);
    }
    const box = view.lonLatBox();
    try {
      const words = new URLSearchParams({scale, bbox: box.map((value) => value.toFixed(6)).join(',')});
      const found = await askJson(`${catalogue.links.sheets}?${words}`, {headers: {accept: 'application/geo+json'}});
      if (mine !== turn) return;
      answer = found;
      draw();
    } catch (error) {
      if (mine !== turn) return;
      answer = {trouble: error.message};
    }
    card.refresh(guest);
  }

  /** Sheets in view, roughly: a sheet of 1:10 000 is 3′45″ by 2′30″, and sizes go with the scale. */
  function tooMany() {
    const [west, south, east, north] = view.lonLatBox();
    const share = scale / 10_000;
    return ((east - west) / (0.0625 * share)) * ((north - south) / (0.041667 * share)) > MOST;
  }

  function draw() {
    source.clear();
    if (answer?.features) source.addFeatures(new GeoJSON().readFeatures(answer, {dataProjection: 'EPSG:4326', featureProjection: view.frame().projection}));
  }

  function styleOf(feature, resolution) {
    const {code, state: covered} = feature.getProperties();
    const [west, , east] = feature.getGeometry().getExtent();
    const room = (east - west) / resolution > LABEL_PIXELS;
    const mine = code === chosen;
    return new Style({
      zIndex: mine ? 2 : 1,
      fill: new Fill({color: `${COLOURS[covered]}${mine ? '44' : '1c'}`}),
      stroke: new Stroke({color: COLOURS[covered], width: mine ? 2.6 : 1.2}),
      text: room ? new Text({text: code, font: '600 12px Inter, sans-serif', fill: new Fill({color: COLOURS[covered]}), stroke: new Stroke({color: '#ffffffd0', width: 3}), overflow: false}) : undefined,
    });
  }

  /** A click while the sheets are shown asks for the sheet. Says whether one was hit. */
  function choose(coordinate) {
    if (!card.shows(guest)) return false;
    const [feature] = source.getFeaturesAtCoordinate(coordinate);
    chosen = feature?.get('code') ?? null;
    overlay.changed();
    card.refresh(guest);
    return true;
  }

  function render() {
    const select = h('select', {'aria-label': t('scale'), onchange: (event) => { rescale(Number(event.target.value)); card.refresh(guest); refresh(); }}, SCALES.map((one) => h('option', {value: String(one), selected: one === scale}, `1:${number(one)}`)));
    return h('div', {class: 'sheets'}, h('p', {class: 'profile-layer'}, t('sheetsOf'), select), answer?.trouble ? h('p', {class: 'empty'}, answer.trouble) : answer ? [states(), detail()] : h('p', {class: 'empty waiting'}, t('loading')));
  }

  function states() {
    return [
      h('ul', {class: 'sheet-states'}, Object.keys(COLOURS).map((name) => h('li', {class: name}, h('b', {}, number(answer.states[name])), h('span', {}, t(`sheet_${name}`))))),
      h('p', {class: 'hint'}, t('sheetsHint', {scale: number(scale)})),
      answer.states.missing ? h('p', {class: 'onward'}, h('button', {class: 'link', onclick: table}, t('saveMissing'))) : null,
    ];
  }

  function detail() {
    const feature = answer.features.find((one) => one.properties.code === chosen);
    if (!feature) return null;
    const {holdings} = feature.properties;
    return h(
      'section',
      {class: 'answer'},
      h('h3', {}, h('span', {class: 'answer-title'}, `${t('sheet')} ${chosen}`), h('span', {class: `badge sheet-${feature.properties.state}`}, t(`sheet_${feature.properties.state}`))),
      holdings.length
        ? h('ul', {class: 'parts'}, holdings.map((held) => h('li', {}, h('span', {class: 'part-name'}, view.byId[held.layer] ? titleOf(view.byId[held.layer]) : held.layer, h('small', {}, [held.resolution_m && metres(held.resolution_m), held.fits === false && t('tooCoarseToCount'), held.fits === null && t('accuracyNotStated'), date(held.captured ?? held.since)].filter(Boolean).join(' · '))), h('span', {class: 'part-figure'}, `${number(held.share * 100)} %`))))
        : h('p', {class: 'empty'}, t('sheetEmpty')),
    );
  }

  function table() {
    const missing = answer.features.filter((feature) => feature.properties.state !== 'covered');
    saveTable(`sheets-1-${scale}.csv`, [['code', 'scale', 'state', 'west', 'south', 'east', 'north'], ...missing.map(({properties, geometry}) => {
      const [[west, south], , [east, north]] = geometry.coordinates[0];
      return [properties.code, properties.scale, properties.state, west, south, east, north];
    })]);
  }

  onChange((keys) => keys.has('frame') && card.shows(guest) && draw());
  return {begin, choose, show};
}
