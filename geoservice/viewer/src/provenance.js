// Where a layer came from, and how far off its coordinates may be. The badge is never hidden behind a click.
import {h, icon} from './dom.js';
import {date, metres, number, say, t} from './i18n/index.js';
import {state} from './state.js';

const grouped = (scale) => number(Math.round(scale));

const isKnown = (accuracy) => accuracy !== null && accuracy !== undefined;
const FAR = 0.01; // metres on the screen: a finger's breadth
let smallestScale = 1_000_000;

/** Whether what is shown of a layer is an older version than the one whose accuracy the catalogue tells. */
function isOlder(layer) {
  const shown = state.layers[layer.id].version;
  return shown !== null && (typeof shown === 'number' || new Date(shown) < new Date(layer.version.created));
}

/** How far off what is shown of a layer may be, metres; null when that is not known. */
export const accuracyOf = (layer) => (isOlder(layer) ? null : layer.provenance.accuracy_m ?? null);

/** Tells the badges the frame's scales: data too coarse for the first of them has no usable scale at all. */
export function useScales(scales) {
  smallestScale = scales[0];
}

/** The largest scale a layer can be used at; null when nothing is known, infinite when none of the frame's scales will do. */
function usableScale({accuracy_m: accuracy, largest_scale: scale}) {
  return scale ?? (isKnown(accuracy) ? Infinity : null);
}

/** Whether the map is drawn larger than the layer's accuracy allows. 5 % of grace for rounding in Web Mercator. */
export function beyond(layer) {
  const usable = isOlder(layer) ? null : usableScale(layer.provenance);
  return Boolean(usable && state.scale && state.scale * 1.05 < Math.min(usable, smallestScale));
}

/** What a layer is good for, in words. */
export function usableWords(from) {
  const usable = usableScale(from);
  if (usable === null) return t('accuracyUnknown');
  return Number.isFinite(usable) ? t('usableTo', {scale: grouped(usable)}) : t('tooCoarse', {scale: grouped(smallestScale)});
}

/** A small label: ±5 m. Amber when the map is drawn larger than the data can carry. */
export function accuracyBadge(layer) {
  const accuracy = accuracyOf(layer);
  const known = isKnown(accuracy);
  const hint = isOlder(layer) ? [t('olderFacts')] : [known ? t('within', {metres: metres(accuracy)}) : t('accuracyUnknown'), usableScale(layer.provenance) ? usableWords(layer.provenance) : null];
  if (beyond(layer)) hint.push(t('coarser'));
  return h(
    'span',
    {class: `badge accuracy ${beyond(layer) ? 'beyond' : ''} ${known ? '' : 'unknown'}`, title: hint.filter(Boolean).join(' · ')},
    known ? t('withinShort', {metres: metres(accuracy)}) : '± ?',
  );
}

export function syntheticBadge(layer) {
  return layer.synthetic ? h('span', {class: 'badge synthetic', title: t('syntheticHint')}, t('synthetic')) : null;
}

export function privateBadge(layer) {
  return layer.public ? null : h('span', {class: 'badge private', title: t('privateLayer')}, icon('lock'), t('privateLayer'));
}

/** The block under a feature's attributes: the accuracy in large type, then the history of the data. `read` opens a report. */
export function provenanceBlock(layer, read) {
  const {provenance: from, version} = layer;
  const known = isKnown(accuracyOf(layer));
  return h(
    'section',
    {class: 'provenance'},
    h(
      'div',
      {class: `verdict ${beyond(layer) ? 'beyond' : ''} ${known ? '' : 'unknown'}`, title: t('accuracyHint')},
      h('span', {class: 'figure'}, known ? t('withinShort', {metres: metres(from.accuracy_m)}) : '± ?'),
      h(
        'span',
        {class: 'words'},
        h('b', {}, t('position')),
        beyond(layer) ? h('span', {class: 'warn'}, icon('warning'), t('coarser')) : isOlder(layer) ? t('olderFacts') : usableWords(from),
      ),
    ),
    h(
      'dl',
      {class: 'facts'},
      row('source', from.source && (from.files > 3 ? `${from.source} (${t('files', {n: from.files})})` : from.source)),
      row('captured', from.captured && date(from.captured)),
      row('version', `${version.number} · ${date(version.created)}`),
      row('crs', from.crs && say(from.crs)),
      row('operation', from.operation && say(from.operation)),
      row('largestScale', from.largest_scale && `1:${grouped(from.largest_scale)}`),
      row('resolution', from.resolution_m && metres(from.resolution_m)),
      row('heightSystem', from.height && say(from.height)),
      row('counts', from.counts && t('countsText', {read: from.counts.read ?? '–', kept: from.counts.kept ?? '–', repaired: from.counts.repaired ?? 0, refused: from.counts.refused ?? 0})),
      row('count', layer.count !== null && layer.count !== undefined && number(layer.count)),
      row('attribution', layer.attribution),
      row('licence', layer.licence),
    ),
    h(
      'p',
      {class: 'onward'},
      from.report ? h('button', {class: 'link', onclick: () => read(from.report)}, t('report')) : null,
      h('a', {href: layer.links.html, target: '_blank', rel: 'noopener'}, t('about')),
    ),
  );
}

function row(name, value) {
  return value ? [h('dt', {}, t(name)), h('dd', {}, value)] : null;
}

/**
 * How far off what is in view may be: the worst accuracy, the layer that is the furthest beyond what it is good for, and
 * whether that is far beyond (an error that anybody sees on the screen). `inView` tells of a layer whether any of it is seen.
 */
export function worstShown(catalogue, inView) {
  const shown = catalogue.layers.filter((layer) => state.layers[layer.id].on && inView(layer));
  const known = shown.filter((layer) => isKnown(accuracyOf(layer))).sort((a, b) => accuracyOf(b) - accuracyOf(a));
  const accuracy = known.length ? accuracyOf(known[0]) : null;
  const tooLarge = known.find(beyond) ?? shown.find(beyond) ?? null;
  const far = Boolean(tooLarge && accuracyOf(tooLarge) > FAR * state.scale);
  return {accuracy, unknown: shown.length - known.length, tooLarge, far, any: shown.length > 0};
}
