// The viewer begins here: read the catalogue, make the map and the panels around it.
import 'ol/ol.css';
import './css/base.css';
import './css/panel.css';
import './css/map.css';
import './css/answers.css';
import './css/table.css';
import './css/intake.css';
import './css/editing.css';
import './css/narrow.css';
import './css/print.css';

import {accessBox, layerToShow, reopenWith, tabToReturnTo} from './access.js';
import {askJson, onSignedOut} from './api.js';
import {areaQuery} from './areaquery.js';
import {attributeTable} from './table.js';
import {basemapChoice} from './basemaps.js';
import {answerCard} from './card.js';
import {comparing} from './compare.js';
import {cutting} from './cutting.js';
import {h, icon, lasting, toast} from './dom.js';
import {downloads} from './download.js';
import {editing} from './editing.js';
import {makeFrames} from './frames.js';
import {setLanguage, t, say, titleOf} from './i18n/index.js';
import {inspector} from './inspector.js';
import {intake} from './intake.js';
import {jobList} from './jobs.js';
import {helpCard, listen} from './keyboard.js';
import {layerList} from './layerlist.js';
import {legendPanel} from './legend.js';
import {makeMap} from './mapview.js';
import {measuring} from './measure.js';
import {sidePanel} from './panel.js';
import {pastOf} from './past.js';
import {places} from './places.js';
import {printing} from './print.js';
import {heightProfile} from './profile.js';
import {useScales} from './provenance.js';
import {readout} from './readout.js';
import {reportReader} from './report.js';
import {searchBox} from './search.js';
import {shaping} from './shaping.js';
import {sheetIndex} from './sheets.js';
import {sketching} from './sketch.js';
import {begin, change, changeLayer, onChange, preferredLanguage, reopen, state} from './state.js';
import {beginTheme} from './theme.js';
import {timeBar} from './timebar.js';
import {fullscreen, modeSwitch, toolbar} from './toolbar.js';
import {unsaved} from './unsaved.js';

async function start() {
  onSignedOut(() => setTimeout(() => toast(t('tokenRunOut'), t('reload'), () => reopen())));
  beginTheme();
  setLanguage(preferredLanguage());
  const [catalogue] = await Promise.all([askJson('catalogue'), document.fonts.load('16px Inter'), document.fonts.load('bold 16px Inter')]);
  begin(catalogue);
  useScales(catalogue.frame.scales);
  setLanguage(state.language);
  onChange((keys) => keys.has('language') && setLanguage(state.language));

  const target = h('div', {class: 'map', id: 'map', tabindex: '0', role: 'application'});
  const main = h('main', {}, target);
  document.body.append(main);
  const frames = makeFrames(catalogue);
  const view = makeMap(target, catalogue, frames);
  const card = answerCard();
  const sketch = sketching(view);
  const board = shaping(view);

  // What can be asked of the map.
  const report = reportReader(card);
  const area = areaQuery(catalogue, view, sketch, card);
  const cutter = cutting(catalogue, view, card, sketch, board, (layer, ...features) => here.show(layer, ...features));
  const editor = editing(view, card, sketch, board, cutter, (layer, feature) => here.show(layer, feature));
  const here = inspector(catalogue, view, frames, card, {askArea: area.put, read: report.open, controls: editor.controls, written: editor.written});
  const measure = measuring(catalogue, view, frames, sketch);
  const profile = heightProfile(catalogue, view, sketch, card);
  const sheets = sheetIndex(catalogue, view, card);
  const swipe = comparing(view);
  const download = downloads(catalogue, view);
  const table = attributeTable(view, {showFeature: (layer, feature) => actions.feature(layer, feature), download: download.open});
  const help = helpCard();
  const kept = places(catalogue);
  const paper = printing(catalogue, view);
  const time = timeBar(catalogue, view);
  view.map.on('singleclick', ({coordinate}) => {
    if (!sketch.busy() && !board.busy() && !cutter.choose(coordinate) && !sheets.choose(coordinate)) here.ask(coordinate);
  });

  // What stands around it.
  const showLayer = (layer) => {
    if (!layer.extent) return;
    panel.root.dataset.sheet = 'low'; // a phone's sheet gives way to the map
    view.showBox(layer.extent, {maxScale: Math.max(500, (layer.provenance.largest_scale ?? 2000) / 2)});
  };
  const legend = legendPanel(catalogue, view);
  const actions = searchActions(view, frames, here, sheets, showLayer);
  const search = searchBox(catalogue, actions);
  const layers = layerList(catalogue, {show: showLayer, download: download.open, table: table.open, compare: swipe.begin, read: report.open, create: editor.create});
  const data = dataPanel(catalogue, view, report.open, showLayer, () => panel.choose('jobs'));
  const panel = sidePanel(
    catalogue,
    search,
    [['layers', 'layers', layers], ['legend', 'legend', legend.root, legend.render], ['jobs', 'jobs', data.root, data.refresh]],
    h('div', {class: 'panel-foot'}, basemapChoice(catalogue, frames), links(catalogue)),
  );
  const tools = toolbar(view, {measure: measure.begin, askArea: area.begin, profile: profile?.begin, sheets: sheets.begin, places: kept.open, help: help.open, print: paper.open});
  const right = h('div', {class: 'right'}, modeSwitch(catalogue), tools);
  const skip = h('button', {class: 'skip', onclick: () => target.focus()});
  main.prepend(skip, panel.root, panel.opener);
  main.append(swipe.root, table.root, card.root, right, measure.box, sketch.bar, board.bar, cutter.bar, readout(catalogue, view, frames, time.root), help.dialog, kept.dialog, download.dialog, paper.dialog, data.veil, paper.head, paper.legend);
  view.map.updateSize();

  const name = () => {
    skip.textContent = t('skipToMap');
    target.setAttribute('aria-label', `${t('map')}: ${say(catalogue.frame.title)}`);
  };
  onChange((keys) => keys.has('language') && name());
  name();
  offerToGo(catalogue, view, showLayer);
  listen(
    {
      '/': search.focus,
      L: () => panel.choose('layers'),
      P: () => change({frame: state.frame === 'mercator' ? 'metric' : 'mercator'}),
      G: () => change({language: state.language === 'zh' ? 'en' : 'zh'}),
      A: area.begin,
      M: () => measure.begin('length'),
      'Shift M': () => measure.begin('area'),
      E: () => profile?.begin(),
      S: sheets.begin,
      T: time.focus,
      B: kept.open,
      H: view.showAll,
      F: fullscreen,
      '?': help.open,
      Enter: () => sketch.addMiddle() || board.take() || cutter.choose(view.map.getView().getCenter()) || here.ask(view.map.getView().getCenter()),
      'Shift Enter': sketch.finish,
      Backspace: () => (sketch.busy() ? sketch.undo() : board.undo()),
      Escape: () => (board.busy() ? board.stop() : cutter.busy() && !sketch.busy() ? cutter.stop() : sketch.busy() || !measure.box.hidden ? sketch.stop() : swipe.isOpen() ? swipe.stop() : card.isOpen() ? card.close() : table.close()),
    },
    target,
  );
  // The address may be edited or a saved one pasted into an open page.
  window.addEventListener('hashchange', () => reopen(location.hash));
  const wanted = view.byId[layerToShow()];
  if (wanted) showLayer(wanted);
  else if (!state.centre) view.showAll();
  if (state.show) showNamed(view, here, card).catch((error) => toast(error.message));
  const tab = tabToReturnTo();
  if (tab) panel.choose(tab);
  document.querySelector('.opening')?.remove();
  document.body.classList.add('ready');
}

/** The feature that the address names, as `layer/id`, is shown in the card, if nobody has asked for anything else meanwhile. */
async function showNamed(view, here, card) {
  const [id, fid] = state.show.split('/');
  const layer = view.byId[id];
  if (!layer?.links.items) return;
  const feature = await askJson(`${layer.links.items}/${encodeURIComponent(fid)}?f=json${pastOf(state.layers[id].version)}`);
  if (!card.isOpen()) here.show(layer, feature);
}

function searchActions(view, frames, here, sheets, showLayer) {
  return {
    layer: showLayer,
    sheet: sheets.show,
    position: (lonLat) => view.lookAt(lonLat, Math.min(state.scale, 10_000), true),
    fromMetric: (point) => {
      const lonLat = frames.metric.toLonLat(point);
      return lonLat.every(Number.isFinite) && Math.abs(lonLat[1]) < 86 ? lonLat : null;
    },
    feature: (layer, feature) => {
      changeLayer(layer.id, {on: true});
      const geometry = here.show(layer, feature);
      view.map.getView().fit(geometry, {padding: [120, 460, document.body.classList.contains('tabling') ? 440 : 160, 420], minResolution: view.frame().resolutionOf(10_000, view.map.getView().getCenter()), duration: lasting(450)});
    },
  };
}

/** The tab where data come in: token, files, jobs. `open` brings it to the front. */
function dataPanel(catalogue, view, read, showLayer, open) {
  const access = accessBox(catalogue, () => render());
  const show = (id) => (view.byId[id] && state.layers[id].on ? showLayer(view.byId[id]) : reopenWith(id));
  const jobs = jobList(catalogue, {showLayer: show, readReport: read});
  const incoming = intake(catalogue, {sent: jobs.refresh, reveal: open});
  const root = h('div', {class: 'data-panel'}, incoming.root, access.root, jobs.root);
  const render = () => {
    incoming.render();
    access.render();
  };
  onSignedOut(() => setTimeout(() => {
    render();
    // What is begun is not left for a token: there is a place to give another.
    if (unsaved()) toast(t('tokenRunOut'), t('tokenAnother'), open);
    else toast(t('tokenRunOut'), t('reload'), () => reopen());
  }));
  jobs.while(() => !root.hidden && root.isConnected);
  onChange((keys) => keys.has('language') && render());
  render();
  return {root, veil: incoming.veil, refresh: jobs.refresh};
}

/** A layer that is switched on out of sight, or too small to see, is offered to be gone to. */
function offerToGo(catalogue, view, showLayer) {
  const wasOn = new Set(catalogue.layers.filter((layer) => state.layers[layer.id].on).map((layer) => layer.id));
  onChange((keys) => {
    if (!keys.has('layers')) return;
    for (const layer of catalogue.layers) {
      const {on} = state.layers[layer.id];
      if (on && !wasOn.has(layer.id) && layer.extent && !view.sees(layer.extent)) toast(t('outOfSight', {layer: titleOf(layer)}), t('zoomTo'), () => showLayer(layer));
      if (on) wasOn.add(layer.id);
      else wasOn.delete(layer.id);
    }
  });
}

function links(catalogue) {
  const link = h('a', {href: catalogue.links.about}, '');
  const words = () => (link.textContent = t('dataAndServices'));
  onChange((keys) => keys.has('language') && words());
  words();
  return h('p', {class: 'onward'}, link);
}

start().catch((error) => {
  document.querySelector('.opening')?.remove();
  const retry = h('button', {class: 'primary', onclick: () => location.reload()}, t('retry'));
  document.body.append(h('div', {class: 'broken', role: 'alert'}, icon('warning'), h('h1', {}, t('wrong')), h('p', {}, error.message), retry));
  throw error;
});
