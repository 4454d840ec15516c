// The viewer begins here: read the catalogue, make the map and the panels around it.
import 'ol/ol.css';
import './css/base.css';
import './css/panel.css';
import './css/map.css';
import './css/narrow.css';
import './css/print.css';

import {basemapChoice} from './basemaps.js';
import {h, icon, toast} from './dom.js';
import {makeFrames} from './frames.js';
import {setLanguage, t, say} from './i18n/index.js';
import {inspector} from './inspector.js';
import {jobsPanel} from './jobs.js';
import {helpCard, listen} from './keyboard.js';
import {layerList} from './layerlist.js';
import {legendPanel} from './legend.js';
import {makeMap} from './mapview.js';
import {measuring} from './measure.js';
import {sidePanel} from './panel.js';
import {printing} from './print.js';
import {useScales} from './provenance.js';
import {readout} from './readout.js';
import {searchBox} from './search.js';
import {begin, change, onChange, state} from './state.js';
import {fullscreen, modeSwitch, toolbar} from './toolbar.js';

async function fetchCatalogue() {
  const response = await fetch('catalogue', {headers: {accept: 'application/json'}});
  if (!response.ok) throw new Error(`${response.status} ${response.statusText}`);
  return response.json();
}

async function start() {
  const [catalogue] = await Promise.all([fetchCatalogue(), document.fonts.load('16px Inter'), document.fonts.load('bold 16px Inter')]);
  begin(catalogue);
  useScales(catalogue.frame.scales);
  setLanguage(state.language);
  onChange((keys) => keys.has('language') && setLanguage(state.language));

  const target = h('div', {class: 'map', id: 'map', tabindex: '0', role: 'application'});
  const main = h('main', {}, target);
  document.body.append(main);
  const frames = makeFrames(catalogue);
  const view = makeMap(target, catalogue, frames);

  const showLayer = (layer) => layer.extent && view.showBox(layer.extent, {maxScale: Math.max(500, (layer.provenance.largest_scale ?? 2000) / 2)});
  const ask = inspector(catalogue, view, frames);
  const measure = measuring(catalogue, view, frames);
  const help = helpCard();
  const paper = printing(catalogue, view);
  const jobs = jobsPanel(catalogue);
  const legend = legendPanel(catalogue, view);
  const search = searchBox(catalogue, {
    layer: showLayer,
    position: (lonLat) => view.lookAt(lonLat, Math.min(state.scale, 10_000), true),
    fromMetric: (point) => {
      const lonLat = frames.metric.toLonLat(point);
      return lonLat.every(Number.isFinite) && Math.abs(lonLat[1]) < 86 ? lonLat : null;
    },
    feature: (layer, feature) => {
      change({layers: {...state.layers, [layer.id]: {...state.layers[layer.id], on: true}}});
      const geometry = ask.show(layer, feature);
      view.map.getView().fit(geometry, {padding: [120, 460, 160, 420], minResolution: view.frame().resolutionOf(10_000, view.map.getView().getCenter()), duration: 450});
    },
  });
  const panel = sidePanel(
    catalogue,
    search,
    [['layers', 'layers', layerList(catalogue, showLayer)], ['legend', 'legend', legend.root, legend.render], ['jobs', 'jobs', jobs.root, jobs.refresh]],
    h('div', {class: 'panel-foot'}, basemapChoice(catalogue, frames), links(catalogue)),
  );
  const right = h('div', {class: 'right'}, modeSwitch(catalogue, view), toolbar(view, measure, help.open, paper.print));
  main.prepend(panel.root, panel.opener);
  main.append(ask.root, right, measure.box, readout(catalogue, view, frames), help.dialog, paper.head, paper.legend);
  view.map.updateSize();

  const name = () => target.setAttribute('aria-label', `${t('map')}: ${say(catalogue.frame.title)}`);
  onChange((keys) => keys.has('language') && name());
  name();
  listen(
    {
      '/': search.focus,
      L: () => panel.choose('layers'),
      P: () => change({frame: state.frame === 'mercator' ? 'metric' : 'mercator'}),
      G: () => change({language: state.language === 'zh' ? 'en' : 'zh'}),
      M: () => measure.begin('length'),
      'Shift M': () => measure.begin('area'),
      H: view.showAll,
      F: fullscreen,
      '?': help.open,
      Enter: () => ask.ask(view.map.getView().getCenter()),
      Escape: () => (measure.busy() || !measure.box.hidden ? measure.stop() : ask.close()),
    },
    target,
  );
  // The address may be edited or a saved one pasted into an open page.
  window.addEventListener('hashchange', () => location.reload());
  if (!state.centre) view.showAll();
  document.body.classList.add('ready');
}

function links(catalogue) {
  const link = h('a', {href: catalogue.links.about}, '');
  const words = () => (link.textContent = t('dataAndServices'));
  onChange((keys) => keys.has('language') && words());
  words();
  return h('p', {class: 'onward'}, link);
}

start().catch((error) => {
  const retry = h('button', {class: 'primary', onclick: () => location.reload()}, t('retry'));
  document.body.append(h('div', {class: 'broken', role: 'alert'}, icon('warning'), h('h1', {}, t('wrong')), h('p', {}, error.message), retry));
  toast(t('wrong'));
  throw error;
});
