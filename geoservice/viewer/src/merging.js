// Two people changed one feature: what each of them changed, side by side, and what shall stand.
import GeoJSON from 'ol/format/GeoJSON.js';

import {ask, askJson, Refused} from './api.js';
import {h, toast} from './dom.js';
import {parsed} from './exact.js';
import {say, t} from './i18n/index.js';
import {moment} from './history.js';
import {compared, flat, patchOf, SHAPE} from './threeway.js';
import {shownValue} from './values.js';
import {vertices} from './vertices.js';

/** Makes the merger. It shows itself in the card, with their shape outlined on the map. */
export function merging(view, card) {
  /** Amends a feature as it was `opened` ({etag, feature}) by a patch; when others were quicker, asks what shall stand. Whether anything was written; throws Refused. */
  async function amend(layer, id, opened, patch) {
    const address = `${layer.links.items}/${encodeURIComponent(id)}`;
    let [{etag, feature}, mine] = [opened, patch];
    while (Object.keys(mine).length) {
      try {
        await ask(address, {method: 'PATCH', headers: {'content-type': 'application/merge-patch+json', 'if-match': etag}, body: JSON.stringify(mine)});
        return true;
      } catch (error) {
        if (error.status !== 412) throw error;
      }
      const current = await open(address);
      const chosen = await settle(layer, id, feature, current, mine);
      if (!chosen) {
        toast(t('notSaved'));
        throw new Refused(412, t('notSaved'));
      }
      [etag, feature, mine] = [current.etag, current.feature, chosen];
    }
    return false;
  }

  /** Shows both sides and waits: the patch that shall stand, or null when the card was closed. */
  async function settle(layer, id, base, {feature: theirs}, patch) {
    const found = compared(base, theirs, patch);
    const mine = flat(patch);
    const last = await askJson(`${layer.links.items}/${encodeURIComponent(id)}/history?f=json`).then(({changes}) => changes.at(-1)).catch(() => null);
    return new Promise((resolve) => {
      const kept = new Set(found.both); // keys of which mine shall stand
      const done = (answer) => {
        resolve(answer);
        if (card.shows(guest)) card.close();
      };
      const save = () => done(patchOf(Object.fromEntries(Object.entries(mine).filter(([key]) => found.onlyMine.includes(key) || kept.has(key)))));
      const side = (key, record, name, chosen, choose) =>
        h('label', {class: 'side'}, h('input', {type: 'radio', name: `merge-${key}`, checked: chosen, onchange: choose}), h('span', {}, h('small', {}, name), h('b', {}, shown(layer, key, record[key]))));
      const guest = {
        icon: 'warning',
        title: () => t('changedByOthers'),
        render: () => [
          h('p', {class: 'place'}, last ? t('changedBy', {who: last.caller, when: moment(last.at)}) : t('changedMeanwhile')),
          found.onlyTheirs.length ? h('section', {class: 'answer'}, h('h3', {}, t('theirsStay')), h('ul', {class: 'words-list'}, found.onlyTheirs.map((key) => h('li', {}, `${titleOfKey(layer, key)}: `, shown(layer, key, flat(theirs)[key]))))) : null,
          found.onlyMine.length ? h('section', {class: 'answer'}, h('h3', {}, t('mineCome')), h('ul', {class: 'words-list'}, found.onlyMine.map((key) => h('li', {}, `${titleOfKey(layer, key)}: `, shown(layer, key, mine[key]))))) : null,
          found.both.length
            ? h('section', {class: 'answer'}, h('h3', {}, t('bothChanged')), found.both.map((key) =>
                h('fieldset', {class: 'sides'}, h('legend', {}, titleOfKey(layer, key)), side(key, mine, t('mine'), kept.has(key), () => kept.add(key)), side(key, flat(theirs), t('theirs'), !kept.has(key), () => kept.delete(key))),
              ))
            : null,
          h('p', {class: 'answer merge-foot'}, h('button', {class: 'small', onclick: () => done({})}, t('dropMine')), h('button', {class: 'primary', onclick: save}, t('saveMerged'))),
        ],
        onClose: () => {
          view.select([]);
          resolve(null);
        },
      };
      card.show(guest); // which takes what was outlined before
      if (SHAPE in mine && theirs.geometry) view.select([new GeoJSON().readFeature(theirs, {dataProjection: 'EPSG:4326', featureProjection: view.frame().projection})]);
    });
  }

  return {amend};
}

/** A feature as it is now, with the state that a change of it must name. */
export async function open(address) {
  const response = await ask(`${address}?f=json`);
  return {etag: response.headers.get('etag'), feature: parsed(await response.text())};
}

function titleOfKey(layer, key) {
  if (key === SHAPE) return t('shape');
  const column = layer.columns.find(({name}) => `.${name}` === key);
  return column ? say(column.title) : key.slice(1);
}

const shown = (layer, key, value) => (key === SHAPE ? t('shapeOf', {n: value ? vertices(value.coordinates).length : 0}) : shownValue(layer, key.slice(1), value ?? '—'));
