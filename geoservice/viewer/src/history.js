// Who changed a feature, when, from what to what.
import {h} from './dom.js';
import {getLanguage, say, t} from './i18n/index.js';
import {shownValue} from './values.js';

export const moment = (at) => new Date(at).toLocaleString(getLanguage() === 'zh' ? 'zh-CN' : 'en-GB', {dateStyle: 'medium', timeStyle: 'short'});

/** The changes of a feature as the service lists them, newest first. */
export function changeList(layer, changes) {
  if (!changes.length) return h('p', {class: 'hint'}, t('neverChanged'));
  return h('ol', {class: 'changes'}, [...changes].reverse().map((one) => change(layer, one)));
}

function change(layer, {at, caller, action, before, after}) {
  const differing = layer.columns.filter(({name}) => before && after && JSON.stringify(before.properties[name]) !== JSON.stringify(after.properties[name]));
  const moved = before && after && JSON.stringify(before.geometry) !== JSON.stringify(after.geometry);
  const shown = (properties, name) => shownValue(layer, name, properties[name] ?? '—');
  return h(
    'li',
    {},
    h('p', {}, h('b', {}, t(`change_${action}`)), ` ${moment(at)} · ${caller}`),
    differing.map(({name, title}) => h('p', {class: 'hint'}, `${say(title)}: `, h('del', {}, shown(before.properties, name)), ' → ', h('ins', {}, shown(after.properties, name)))),
    moved ? h('p', {class: 'hint'}, t('shapeChanged')) : null,
  );
}
