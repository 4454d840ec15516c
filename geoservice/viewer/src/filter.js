// Conditions on a layer's columns, and the CQL2 they are put to the service as.
import {wholeNumber} from './exact.js';

/** What may be asked of a column, by the kind of its type. */
const COMPARED = ['=', '<>', '<', '<=', '>', '>='];
const KINDS = {text: ['contains', '=', '<>'], number: COMPARED, date: COMPARED, other: ['=', '<>']};
const EMPTY = ['empty', 'filled'];

const kindOf = (type) => ({text: 'text', integer: 'number', bigint: 'number', float: 'number', date: 'date', timestamp: 'date'})[type] ?? 'other';

/** The operators of a column; a JSON column has no values to compare with. */
export const operatorsOf = (column) => (column.type === 'json' ? EMPTY : [...KINDS[kindOf(column.type)], ...EMPTY]);

export const needsValue = (operator) => !EMPTY.includes(operator);

/** What a field for the value looks like: text, number or date. */
export const inputType = (column) => ({number: 'number', date: 'date'})[kindOf(column.type)] ?? 'text';

const quotedName = (name) => `"${name.replaceAll('"', '""')}"`;
const quotedText = (text) => `'${text.replaceAll("'", "''")}'`;

/** CQL2 text of one condition {column, operator, value}; null while its value is missing or is none of the column's type. */
export function cql2({column, operator, value}) {
  const name = quotedName(column.name);
  if (operator === 'empty') return `${name} IS NULL`;
  if (operator === 'filled') return `${name} IS NOT NULL`;
  const text = String(value ?? '').trim();
  if (!text) return null;
  const kind = kindOf(column.type);
  if (operator === 'contains') return `CASEI(${name}) LIKE CASEI(${quotedText(`%${text.replace(/[\\%_]/g, '\\$&')}%`)})`;
  if (kind === 'number') return Number.isFinite(Number(text)) ? `${name} ${operator} ${wholeNumber(text)}` : null;
  if (kind === 'date') return /^\d{4}-\d\d-\d\d$/.test(text) ? onDay(name, operator, text, column.type) : null;
  if (column.type === 'boolean') return /^(true|1|是|yes)$/i.test(text) === (operator === '=') ? name : `NOT ${name}`;
  return `${name} ${operator} ${quotedText(text)}`;
}

/** A moment is compared with a day by where the day begins and ends. */
function onDay(name, operator, day, type) {
  if (type === 'date') return `${name} ${operator} DATE('${day}')`;
  const [first, last] = [`TIMESTAMP('${day}T00:00:00Z')`, `TIMESTAMP('${day}T23:59:59.999Z')`];
  if (operator === '=') return `(${name} >= ${first} AND ${name} <= ${last})`;
  if (operator === '<>') return `(${name} < ${first} OR ${name} > ${last})`;
  return `${name} ${operator} ${['<', '>='].includes(operator) ? first : last}`;
}

/** All conditions together; empty when none is complete. */
export const together = (conditions) => conditions.map(cql2).filter(Boolean).join(' AND ');
