// The form for a feature's attributes. A column with a code list offers its codes, one with classes suggests them.
import {askJson} from './api.js';
import {h, toast} from './dom.js';
import {wholeNumber} from './exact.js';
import {inputType} from './filter.js';
import {say, t} from './i18n/index.js';
import {watchUnsaved} from './unsaved.js';

const lists = new Map();

/** The code lists of a layer, {column: {code: meaning}}, asked for until they are had; without them a form still works. */
export function codesOf(layer) {
  const none = () => {
    lists.delete(layer.id);
    return {};
  };
  if (!lists.has(layer.id)) lists.set(layer.id, askJson(`${layer.links.self}/domains`).catch(none));
  return lists.get(layer.id);
}

/**
 * Makes the form. `submit(properties)` gets what differs from `properties` and throws what is wrong, which is told in the form;
 * `foot` are the buttons beside the one that saves.
 */
export function attributeForm(layer, properties, codes, {submit, foot, name}) {
  const trouble = h('p', {class: 'trouble', role: 'alert', hidden: true});
  const save = h('button', {class: 'primary', type: 'submit'}, name ?? t('save'));
  const fields = layer.columns.filter((column) => column.type !== 'json').map((column) => [column, field(layer, column, properties[column.name], codes[column.name])]);
  const send = async (event) => {
    event.preventDefault();
    save.disabled = true;
    trouble.hidden = true;
    delete form.dataset.written;
    form.dataset.sent = ''; // and not saved yet
    try {
      await submit(Object.fromEntries(fields.map(([column, input]) => [column.name, valueOf(column, input)]).filter(([key, value]) => value !== (properties[key] ?? null))));
    } catch (error) {
      write();
      if (!trouble.isConnected) toast(error.message); // the form was closed meanwhile
      Object.assign(trouble, {hidden: false, textContent: error.message});
    }
    delete form.dataset.sent;
    save.disabled = false;
  };
  const rows = fields.map(([column, input, ...more]) => h('p', {class: 'field'}, h('label', {for: input.id}, say(column.title)), input, more));
  const form = h('form', {class: 'edit-form', onsubmit: send, oninput: write}, rows, suggestions(layer), trouble, h('p', {class: 'edit-foot'}, foot, save));
  return form;

  function write() {
    form.dataset.written = '';
  }
}

watchUnsaved(() => Boolean(document.querySelector('[data-written], [data-sent]')));

/** Whether something was written in a form within an element, and not saved. */
export const isWritten = (element) => Boolean(element?.querySelector('[data-written]'));

const idOf = (layer, column) => `edit-${layer.id}-${column.name}`;

function field(layer, column, value, codes) {
  const id = idOf(layer, column);
  const now = value === null || value === undefined ? '' : String(value);
  if (column.type === 'boolean') return choice(id, now, {true: t('yes'), false: t('no')});
  if (codes) return choice(id, now, Object.fromEntries(Object.entries(codes).map(([code, meaning]) => [code, meaning && meaning !== code ? `${code} ${say(meaning)}` : code])));
  const type = column.type === 'timestamp' ? 'text' : inputType(column);
  return h('input', {id, type, step: column.type === 'float' ? 'any' : '1', value: now, autocomplete: 'off', list: column.name === layer.class ? `${id}-classes` : null});
}

function choice(id, now, options) {
  const known = now === '' || now in options ? options : {[now]: now, ...options};
  return h('select', {id}, [['', '—'], ...Object.entries(known)].map(([value, name]) => h('option', {value, selected: value === now}, name)));
}

/** The classes of the legend, to choose from while typing. */
function suggestions(layer) {
  const classes = layer.legend.filter(({value}) => value);
  if (!layer.class || !classes.length) return null;
  return h('datalist', {id: `${idOf(layer, {name: layer.class})}-classes`}, classes.map(({value, label}) => h('option', {value}, say(label))));
}

function valueOf(column, input) {
  const text = input.value;
  if (text === '') return null;
  if (column.type === 'boolean') return text === 'true';
  if (column.type === 'bigint') return wholeNumber(text);
  return ['integer', 'float'].includes(column.type) ? Number(text) : text;
}
