// The row of conditions over the attribute table: column, operator, value. What is chosen is kept with the layer, as CQL2.
import {h, icon, redraw, replace} from './dom.js';
import {inputType, needsValue, operatorsOf, together} from './filter.js';
import {say, t} from './i18n/index.js';
import {changeLayer, state} from './state.js';

const conditionsOf = new Map(); // layer id -> conditions, as they were chosen

/** Makes the row for a layer. A filter that came with the address is shown as it is, and can be removed. */
export function filterForm(layer) {
  const root = h('div', {class: 'conditions', tabindex: '-1'});
  const foot = h('span', {class: 'conditions-foot'});
  const render = () => redraw(root, draw);

  function draw() {
    const conditions = conditionsOf.get(layer.id) ?? [];
    const {filter} = state.layers[layer.id];
    const foreign = filter && !conditions.length;
    drawFoot();
    replace(
      root,
      h('span', {class: 'conditions-title'}, icon('filter'), t('filter')),
      foreign ? h('code', {class: 'cql'}, filter) : null,
      conditions.map((condition, place) => line(conditions, condition, place)),
      foreign ? null : h('button', {class: 'small', onclick: () => { conditionsOf.set(layer.id, [...conditions, fresh()]); render(); [...root.querySelectorAll('.condition')].at(-1).querySelector('select').focus(); }}, icon('plus'), t('addCondition')),
      foot,
    );
  }

  function drawFoot() {
    const remove = () => {
      conditionsOf.delete(layer.id);
      put();
      render();
    };
    replace(foot, state.layers[layer.id].filter ? [h('button', {class: 'link', onclick: remove}, t('removeFilter')), h('span', {class: 'hint'}, t('filterOnMap'))] : []);
  }

  function fresh() {
    const column = layer.columns.find((one) => one.name === layer.class) ?? layer.columns[0];
    return {column, operator: operatorsOf(column)[0], value: ''};
  }

  function line(conditions, condition, place) {
    const change = (values) => {
      Object.assign(condition, values);
      put();
      drawFoot(); // the fields stay: the keyboard may be on its way to the next one
    };
    const columns = h('select', {'aria-label': t('column'), onchange: (event) => { const column = layer.columns[event.target.selectedIndex]; change({column, operator: operatorsOf(column)[0], value: ''}); render(); }}, layer.columns.map((column) => h('option', {selected: column === condition.column}, say(column.title))));
    const operators = h('select', {'aria-label': t('operator'), onchange: (event) => { change({operator: event.target.value}); render(); }}, operatorsOf(condition.column).map((operator) => h('option', {value: operator, selected: operator === condition.operator}, /\w/.test(operator) ? t(`is_${operator}`) : operator.replace('<>', '≠').replace('<=', '≤').replace('>=', '≥'))));
    const known = condition.column.name === layer.class ? layer.legend.filter((entry) => entry.value) : [];
    const list = known.length ? h('datalist', {id: `values-${place}`}, known.map((entry) => h('option', {value: entry.value}, say(entry.label)))) : null;
    const value = h('input', {type: inputType(condition.column), step: 'any', value: condition.value, 'aria-label': t('value'), list: list ? `values-${place}` : null, onchange: (event) => change({value: event.target.value})});
    return h('span', {class: 'condition'}, columns, operators, needsValue(condition.operator) ? [value, list] : null, h('button', {class: 'quiet', 'aria-label': t('removeCondition'), title: t('removeCondition'), onclick: () => { conditions.splice(place, 1); put(); render(); }}, icon('close')));
  }

  function put() {
    const filter = together(conditionsOf.get(layer.id) ?? []) || null;
    if (filter !== state.layers[layer.id].filter) changeLayer(layer.id, {filter, on: true});
  }

  draw();
  return root;
}
