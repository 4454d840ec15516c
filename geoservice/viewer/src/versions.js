// The versions of a layer: an older one shown on the map, and served to everybody again by who may write the layer.
import {reopenWith} from './access.js';
import {ask, askJson} from './api.js';
import {h, icon, replace} from './dom.js';
import {date, number, t, titleOf} from './i18n/index.js';
import {changeLayer, state} from './state.js';

const listed = new Map();

/** What the service says of a layer's versions, asked for until it is had; nothing where it does not answer: the numbers alone are a choice, too. */
function versionsOf(layer) {
  const none = () => {
    listed.delete(layer.id);
    return [];
  };
  if (!listed.has(layer.id)) listed.set(layer.id, askJson(layer.links.versions).then(({versions}) => versions, none));
  return listed.get(layer.id);
}

/** Makes the choice of a version, with when each was published and how much it holds as soon as that is known. */
export function versionChoice(layer) {
  const {number: served, all} = layer.version;
  const shown = state.layers[layer.id].version;
  const name = (one) => (one === served ? `${one} · ${t('currentVersion')}` : String(one));
  const options = new Map([...all].sort((a, b) => b - a).map((one) => [one, h('option', {value: String(one), selected: one === (shown ?? served)}, name(one))]));
  const choose = (event) => {
    const chosen = Number(event.target.value);
    changeLayer(layer.id, {version: chosen === served ? null : chosen, on: true});
  };
  versionsOf(layer).then((versions) => {
    for (const one of versions) options.get(one.number)?.replaceChildren(`${name(one.number)} · ${date(one.published)}${layer.kind === 'vector' ? ` · ${t('holds', {n: number(one.count)})}` : ''}`);
  });
  return [
    h('label', {class: 'versions'}, h('span', {}, t('version')), h('select', {'aria-label': `${t('version')}: ${titleOf(layer)}`, onchange: choose}, [...options.values()])),
    layer.may_switch && all.includes(shown) && shown !== served ? serving(layer, shown) : null,
  ];
}

/** What makes the version that is shown the one that is served, after a second thought. */
function serving(layer, chosen) {
  const root = h('div', {class: 'serving'});

  function offer() {
    replace(root, h('p', {class: 'creating'}, h('button', {class: 'small', onclick: doubt}, icon('check'), t('serveVersion', {n: chosen}))));
  }

  function doubt() {
    replace(
      root,
      h('p', {class: 'sure', role: 'alert'}, t('serveSure', {n: chosen, layer: titleOf(layer)})),
      h('p', {class: 'edit-foot'}, h('button', {class: 'small', onclick: offer}, t('cancel')), h('button', {class: 'small strong', onclick: serve}, t('serveVersion', {n: chosen}))),
    );
    root.querySelector('.strong').focus();
  }

  async function serve() {
    try {
      await ask(layer.links.current, {method: 'PUT', headers: {'content-type': 'application/json'}, body: JSON.stringify({number: chosen})});
    } catch (error) {
      offer();
      root.append(h('p', {class: 'trouble', role: 'alert'}, icon('warning'), error.message));
      return;
    }
    reopenWith(layer.id);
  }

  offer();
  return root;
}
