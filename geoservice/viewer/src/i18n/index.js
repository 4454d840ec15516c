// The two languages of the viewer. Every string a user reads is here or comes from the catalogue in both languages.
import en from './en.js';
import zh from './zh.js';

const WORDS = {zh, en};
let language = 'zh';

export function setLanguage(name) {
  language = name in WORDS ? name : 'zh';
  document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en';
  document.cookie = `lang=${language}; path=/; SameSite=Lax; max-age=31536000`; // for the pages beside the map
}

export const getLanguage = () => language;

/** The viewer's own text for a key, with {placeholders} filled in. */
export function t(key, values = {}) {
  return (WORDS[language][key] ?? key).replace(/\{(\w+)\}/g, (_, name) => values[name] ?? '');
}

/** A name as readers of this language know it; one that is not known stays. */
export function term(name) {
  const key = `term_${name.replaceAll(' ', '_')}`;
  return WORDS[language][key] ?? name;
}

/** The right language of a text that came from the service as {zh, en}. */
export function say(text) {
  if (text === null || text === undefined) return '';
  if (typeof text === 'string') return text;
  return text[language] || text.zh || text.en || '';
}

/** A layer's title; that it is made up is said by a badge beside it, once. */
export function titleOf(layer) {
  const title = say(layer.title) || layer.id;
  if (!layer.synthetic) return title;
  return title.replace(/\s*[（(](虚构|模拟|模拟数据|synthetic)[)）]$/i, '').replace(/[，,]\s*(虚构|模拟|synthetic)(?=[)）]$)/i, '');
}

/** A number with thin spaces between thousands, as both languages read it: 12 345.6 */
export function number(value, digits = 0) {
  return value.toLocaleString('en-US', {minimumFractionDigits: digits, maximumFractionDigits: digits}).replaceAll(',', '\u202f');
}

/** Metres as people say them: 5 cm, 0.5 m, 12 m, 2 km. */
export function metres(exact) {
  const value = Number(exact.toPrecision(3)); // an accuracy has no more digits than that
  if (value < 0.1) return `${number(value * 100, value * 100 < 1 ? 1 : 0)} cm`;
  if (value < 10) return `${number(value, value % 1 ? (value < 1 ? 2 : 1) : 0)} m`;
  if (value < 1000) return `${number(value)} m`;
  return `${number(value / 1000, value % 1000 ? 1 : 0)} km`;
}

/** A measured length and a measured area, to a few millimetres or four digits. */
export const length = (value) => (value < 10_000 ? `${number(value, value < 100 ? 2 : 1)} m` : `${number(value / 1000, 3)} km`);
export const area = (value) => (value < 1_000_000 ? `${number(value, value < 10_000 ? 2 : 1)} m²` : `${number(value / 1_000_000, 4)} km²`);

/** A day, a month or a year ("2020-02-29", "2020-02", "2020") as the language writes it. */
export function period(stop) {
  const parts = {year: 'numeric', month: stop.length > 4 ? 'short' : undefined, day: stop.length > 7 ? 'numeric' : undefined};
  return new Date(`${stop}T00:00:00Z`.replace(/^(\d{4})T/, '$1-01-01T').replace(/^(\d{4}-\d\d)T/, '$1-01T')).toLocaleDateString(language === 'zh' ? 'zh-CN' : 'en-GB', {...parts, timeZone: 'UTC'});
}

export function date(text) {
  const when = new Date(text);
  if (Number.isNaN(when.getTime())) return String(text);
  return when.toLocaleDateString(language === 'zh' ? 'zh-CN' : 'en-GB', {year: 'numeric', month: 'short', day: 'numeric'});
}
