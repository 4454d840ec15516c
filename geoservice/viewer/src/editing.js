// A feature's attributes changed by hand, with a token that may write, and who changed them before. The service keeps both.
import {ask, askJson, token} from './api.js';
import {h, icon, replace, toast} from './dom.js';
import {inputType} from './filter.js';
import {getLanguage, say, t} from './i18n/index.js';
import {state} from './state.js';
import {shownValue} from './values.js';

/** What stands under a feature's attributes for a reader with a token. `changed(hit)` is told when it was saved. */
export function editing(layer, hit, changed) {
  if (!token() || !layer.links.items || state.layers[layer.id].version) return null;
  const address = `${layer.links.items}/${encodeURIComponent(hit.id)}`;
  const root = h('div', {class: 'editing'});

  function actions() {
    replace(root, h('button', {class: 'link', onclick: edit}, t('edit')), h('button', {class: 'link', onclick: history}, t('history')));
  }

  /** The form holds what the service has now, and sends it back only if nobody else changed it meanwhile. */
  async function edit() {
    let etag;
    let feature;
    try {
      const response = await ask(`${address}?f=json`);
      [etag, feature] = [response.headers.get('etag'), await response.json()];
    } catch (error) {
      return tell(error.message);
    }
    const trouble = h('p', {class: 'trouble', role: 'alert', hidden: true});
    const save = h('button', {class: 'primary', type: 'submit'}, t('save'));
    const fields = layer.columns.filter((column) => column.type !== 'json').map((column) => [column, field(column, feature.properties[column.name], hit.id)]);
    const send = async (event) => {
      event.preventDefault();
      const properties = Object.fromEntries(fields.map(([column, input]) => [column.name, valueOf(column, input)]).filter(([name, value]) => value !== (feature.properties[name] ?? null)));
      if (!Object.keys(properties).length) return actions();
      save.disabled = true;
      try {
        await ask(address, {method: 'PATCH', headers: {'content-type': 'application/merge-patch+json', 'if-match': etag}, body: JSON.stringify({properties})});
        toast(t('saved'));
        changed(hit);
      } catch (error) {
        save.disabled = false;
        Object.assign(trouble, {hidden: false, textContent: error.status === 412 ? t('changedMeanwhile') : error.message});
      }
    };
    replace(
      root,
      h('form', {class: 'edit-form', onsubmit: send}, fields.map(([column, input]) => h('p', {class: 'field'}, h('label', {for: input.id}, say(column.title)), input)), trouble, h('p', {class: 'edit-foot'}, h('button', {class: 'small', type: 'button', onclick: actions}, t('cancel')), save)),
    );
    root.querySelector('input, select')?.focus();
  }

  async function history() {
    try {
      const {changes} = await askJson(`${address}/history?f=json`);
      replace(root, h('button', {class: 'link', onclick: actions}, t('close')), changes.length ? h('ol', {class: 'changes'}, [...changes].reverse().map((one) => change(layer, one))) : h('p', {class: 'hint'}, t('neverChanged')));
    } catch (error) {
      tell(error.message);
    }
  }

  function tell(message) {
    actions();
    root.append(h('p', {class: 'trouble', role: 'alert'}, icon('warning'), message));
  }

  actions();
  return root;
}

function field(column, value, fid) {
  const id = `edit-${fid}-${column.name}`;
  if (column.type === 'boolean') return h('select', {id}, [['', '—'], ['true', t('yes')], ['false', t('no')]].map(([key, name]) => h('option', {value: key, selected: key === String(value ?? '')}, name)));
  const type = column.type === 'timestamp' ? 'text' : inputType(column);
  return h('input', {id, type, step: column.type === 'float' ? 'any' : '1', value: value === null || value === undefined ? '' : String(value), autocomplete: 'off'});
}

function valueOf(column, input) {
  const text = input.value;
  if (text === '') return null;
  if (column.type === 'boolean') return text === 'true';
  return ['integer', 'bigint', 'float'].includes(column.type) ? Number(text) : text;
}

/** One change: when, by whom, and of each attribute what it was and became. */
function change(layer, {at, caller, action, before, after}) {
  const when = new Date(at).toLocaleString(getLanguage() === 'zh' ? 'zh-CN' : 'en-GB', {dateStyle: 'medium', timeStyle: 'short'});
  const differing = layer.columns.filter(({name}) => before && after && JSON.stringify(before.properties[name]) !== JSON.stringify(after.properties[name]));
  const moved = before && after && JSON.stringify(before.geometry) !== JSON.stringify(after.geometry);
  const shown = (properties, name) => shownValue(layer, name, properties[name] ?? '—');
  return h(
    'li',
    {},
    h('p', {}, h('b', {}, t(`change_${action}`)), ` ${when} · ${caller}`),
    differing.map(({name, title}) => h('p', {class: 'hint'}, `${say(title)}: `, h('del', {}, shown(before.properties, name)), ' → ', h('ins', {}, shown(after.properties, name)))),
    moved ? h('p', {class: 'hint'}, t('shapeChanged')) : null,
  );
}
