// A value of an attribute as people read it.
import {h} from './dom.js';
import {date, number, say, t} from './i18n/index.js';
import {swatch} from './symbols.js';

const AREA = /area|mianji|面积/i;

/** A class code comes with its meaning beside it, a number with its digits grouped, a day as the language writes days. */
export function shownValue(layer, name, raw) {
  const entry = name === layer.class ? layer.legend.find((one) => one.value === String(raw)) : null;
  if (entry) return [swatch(entry.symbol), ` ${say(entry.label)} `, h('span', {class: 'code'}, String(raw))];
  if (typeof raw === 'boolean') return t(raw ? 'yes' : 'no');
  if (typeof raw === 'number') {
    const type = layer.columns.find((column) => column.name === name)?.type;
    if (AREA.test(name)) return number(raw, 1);
    return type === 'float' ? number(raw, Math.min(6, (String(raw).split('.')[1] ?? '').length)) : String(raw);
  }
  if (typeof raw === 'object' && raw !== null) return JSON.stringify(raw);
  const text = String(raw ?? '');
  if (/^\d{4}-\d\d-\d\d(T|$)/.test(text)) return date(text);
  if (/^https?:\/\//.test(text)) return h('a', {href: text, target: '_blank', rel: 'noopener noreferrer'}, text);
  return text;
}
