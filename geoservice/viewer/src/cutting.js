// Shapes made of shapes: a feature split by a drawn line, joined with its neighbours, lessened by a drawn area. The service
// works them out, so that what is not cut keeps its last digit; they are shown first, and saved in one transaction.
import GeoJSON from 'ol/format/GeoJSON.js';

import {ask, askJson} from './api.js';
import {announce, h, icon, replace, toast} from './dom.js';
import {featuresAt} from './hits.js';
import {area, length, t, titleOf} from './i18n/index.js';
import {open} from './merging.js';
import {onChange} from './state.js';

const AFTER_CLICK = 320; // milliseconds until the click that ends a drawing is over
const KINDS = {
  split: {process: 'split', icon: 'cut', draws: 'LineString', hint: 'splitHint', inputs: ([one], line) => ({geometry: one, line})},
  cutOut: {process: 'difference', icon: 'hole', draws: 'Polygon', hint: 'cutOutHint', inputs: ([one], area) => ({geometry: one, area})},
  join: {process: 'union', icon: 'join', hint: 'joinHint', inputs: (geometries) => ({geometries})},
};
const sizeOf = ({properties}) => (properties.area_m2 === undefined ? length(properties.length_m) : area(properties.area_m2));

/** What a feature of this shape can be made into. */
export const cuttings = (shape) => (/Polygon$/.test(shape?.type) ? ['split', 'join', 'cutOut'] : /LineString$/.test(shape?.type) ? ['split', 'join'] : []);

/** Makes the tool. `board` is shaping.js's, `sketch` takes lines and areas, `show(layer, ...features)` opens features in the card. */
export function cutting(catalogue, view, card, sketch, board, show) {
  const bar = h('div', {class: 'sketch cutting card', hidden: true, role: 'region'});
  let work = null; // {name, kind, layer, opened: [{etag, feature}], drawn, made: features or null, trouble, saving}

  /** Begins to split, join or cut a feature: `name` is one of `cuttings`; `wanted` says whether that is still asked for when the feature has come. */
  async function begin(name, layer, id, wanted) {
    const opened = [await open(addressOf(layer, id))];
    if (!wanted()) return;
    board.stop();
    stop();
    card.close();
    document.getElementById('panel').dataset.sheet = 'low'; // a phone's sheet gives way to the map
    const mine = {name, kind: KINDS[name], layer, opened, drawn: null, made: null, trouble: '', saving: false};
    work = mine;
    point(opened.map(({feature}) => feature));
    if (!mine.kind.draws) return tell();
    board.snap.follow(layer);
    const onEnd = (geometry) => {
      mine.drawn = board.toDegrees(geometry);
      setTimeout(() => {
        sketch.stop();
        if (work === mine) make();
      }, AFTER_CLICK);
    };
    const onStop = () => {
      board.snap.leave();
      if (!mine.drawn) stop();
    };
    sketch.begin({name: `${name} ${layer.id} ${id}`, type: mine.kind.draws, icon: mine.kind.icon, hint: mine.kind.hint, snap: board.snap.source, onEnd, onStop});
  }

  const addressOf = (layer, id) => `${layer.links.items}/${encodeURIComponent(id)}`;
  const drawnOn = (feature) => new GeoJSON().readFeature(feature, {dataProjection: 'EPSG:4326', featureProjection: view.frame().projection});
  const point = (features) => view.select(features.map(drawnOn));

  /** Has the service work out what comes of it, and shows that. */
  async function make(trouble = '') {
    const mine = work;
    const {opened} = mine;
    const geometries = opened.map(({feature}) => feature.geometry);
    let made = null;
    Object.assign(mine, {made, trouble});
    if (mine.kind.draws || geometries.length > 1) {
      try {
        const address = `${catalogue.links.processes}/${mine.kind.process}/execution`;
        const answer = await askJson(address, {method: 'POST', headers: {'content-type': 'application/json'}, body: JSON.stringify({inputs: mine.kind.inputs(geometries, mine.drawn)})});
        made = answer.features ?? [answer];
      } catch (error) {
        trouble = error.message;
      }
    }
    if (work !== mine || mine.opened !== opened) return; // made of other features than those that are chosen now
    Object.assign(mine, {made, trouble});
    point(mine.made ?? mine.opened.map(({feature}) => feature));
    tell();
    announce(bar.textContent);
    if (document.activeElement === view.map.getTargetElement()) bar.querySelector('.strong:enabled')?.focus();
  }

  /** A click while features are joined takes one in, or leaves it out; while a result is looked at it asks nothing. */
  function choose(coordinate) {
    if (!work) return false;
    const hit = work.kind.draws || work.saving ? null : featuresAt(view, coordinate).find(({layer}) => layer === work.layer);
    if (hit) take(hit.id).catch((error) => toast(error.message));
    return true;
  }

  async function take(id) {
    const mine = work;
    const place = mine.opened.findIndex(({feature}) => String(feature.id) === String(id));
    if (place === 0) return;
    if (place > 0) mine.opened = mine.opened.filter((_, one) => one !== place);
    else {
      const one = await open(addressOf(mine.layer, id));
      if (work !== mine || mine.saving || mine.opened.some(({feature}) => String(feature.id) === String(id))) return;
      mine.opened = [...mine.opened, one];
    }
    await make();
  }

  /** The first shape is the feature's own from now on; further ones are new features, and features it was joined with are none. */
  function changes({opened: [one, ...others], made: [first, ...more]}) {
    const {properties} = one.feature;
    return [
      {action: 'update', id: one.feature.id, etag: one.etag, patch: {geometry: first.geometry}},
      ...more.map(({geometry}) => ({action: 'create', feature: {type: 'Feature', geometry, properties}})),
      ...others.map(({etag, feature}) => ({action: 'delete', id: feature.id, etag})),
    ];
  }

  async function save() {
    const mine = work;
    Object.assign(mine, {saving: true, trouble: ''});
    tell();
    try {
      const answer = await ask(`${mine.layer.links.self}/changes`, {method: 'POST', headers: {'content-type': 'application/json'}, body: JSON.stringify({changes: changes(mine)})});
      const done = (await answer.json()).changes.filter(({action}) => action !== 'delete');
      if (work === mine) stop();
      toast(t('cutSaved'));
      await view.renew(mine.layer);
      const now = await Promise.all(done.map(({id}) => open(addressOf(mine.layer, id))));
      if (!work && !card.isOpen() && !board.busy() && !sketch.busy()) show(mine.layer, ...now.map(({feature}) => feature));
    } catch (error) {
      mine.saving = false;
      if (work !== mine) return toast(error.message);
      if (error.status === 412) await anew(mine);
      else Object.assign(mine, {trouble: error.message});
      tell();
    }
  }

  /** Somebody was quicker: the same is made of the features as they are now, to be looked at before it is saved. */
  async function anew(mine) {
    try {
      const still = mine.opened.map(({feature}, place) => open(addressOf(mine.layer, feature.id)).catch((error) => { if (place === 0 || error.status !== 404) throw error; }));
      mine.opened = (await Promise.all(still)).filter(Boolean);
      if (work === mine) await make(t('cutAnew'));
    } catch (error) {
      mine.trouble = error.message;
    }
  }

  function drawAgain() {
    const {name, layer, opened: [{feature}]} = work;
    const was = work;
    begin(name, layer, feature.id, () => work === was).catch((error) => toast(error.message));
  }

  function stop() {
    if (!work) return;
    work = null;
    bar.hidden = true;
    view.select([]);
  }

  function outcome() {
    const {name, opened, made} = work;
    if (!made) return null;
    const [{properties}] = made;
    if (name === 'split') return t('splitInto', {n: made.length, sizes: made.map(sizeOf).join(' · ')});
    if (name === 'cutOut') return t('leftOver', {size: sizeOf(made[0])});
    return `${t('joinedInto', {n: opened.length, size: sizeOf(made[0]), id: opened[0].feature.id})} ${properties.parts > 1 ? t('joinedApart', {n: properties.parts}) : ''}`;
  }

  function tell() {
    if (!work || sketch.busy()) return;
    const {name, kind, layer, opened, made, trouble, saving} = work;
    const title = `${t(name)} · ${titleOf(layer)} #${opened[0].feature.id}`;
    bar.hidden = false;
    bar.setAttribute('aria-label', title);
    replace(
      bar,
      h('div', {class: 'shaping-head'}, icon(kind.icon), h('b', {}, title), h('button', {class: 'quiet', 'aria-label': t('close'), title: t('close'), onclick: stop}, icon('close'))),
      made ? h('p', {}, outcome()) : kind.draws ? null : h('p', {class: 'hint'}, t(kind.hint)),
      trouble ? h('p', {class: 'trouble', role: 'alert'}, trouble) : null,
      h(
        'p',
        {class: 'shaping-foot'},
        kind.draws ? h('button', {class: 'small', onclick: drawAgain}, t('drawAgain')) : null,
        h('button', {class: 'small strong', disabled: !made || saving, onclick: save}, t(saving ? 'saving' : 'save')),
      ),
    );
  }

  onChange((keys) => {
    if (keys.has('frame')) stop();
    else if (keys.has('language')) tell();
  });
  return {bar, begin, choose, stop, busy: () => Boolean(work)};
}
