// Where a layer came from, and how far off its coordinates may be. The badge is never hidden behind a click.
import {h, icon} from './dom.js';
import {date, metres, number, say, t} from './i18n/index.js';
import {state} from './state.js';

const grouped = (scale) => number(Math.round(scale));

/** Whether the map is drawn larger than the layer's accuracy allows. 5 % of grace for rounding in Web Mercator. */
export const beyond = (layer) => Boolean(layer.provenance.largest_scale && state.scale && state.scale * 1.05 < layer.provenance.largest_scale);

/** A small label: ±5 m. Amber when the map is drawn larger than the data can carry. */
export function accuracyBadge(layer) {
  const {accuracy_m: accuracy, largest_scale: scale} = layer.provenance;
  const known = accuracy !== null && accuracy !== undefined;
  const hint = [known ? t('within', {metres: metres(accuracy)}) : t('accuracyUnknown'), scale ? t('usableTo', {scale: grouped(scale)}) : null];
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

/** The block under a feature's attributes: the accuracy in large type, then the history of the data. */
export function provenanceBlock(layer) {
  const {provenance: from, version} = layer;
  const known = from.accuracy_m !== null && from.accuracy_m !== undefined;
  return h(
    'section',
    {class: 'provenance'},
    h(
      'div',
      {class: `verdict ${beyond(layer) ? 'beyond' : ''}`, title: t('accuracyHint')},
      h('span', {class: 'figure'}, known ? t('withinShort', {metres: metres(from.accuracy_m)}) : '± ?'),
      h(
        'span',
        {class: 'words'},
        h('b', {}, t('position')),
        beyond(layer) ? h('span', {class: 'warn'}, icon('warning'), t('coarser')) : from.largest_scale ? t('usableTo', {scale: grouped(from.largest_scale)}) : t('accuracyUnknown'),
      ),
    ),
    h(
      'dl',
      {class: 'facts'},
      row('source', from.source && (from.files > 3 ? `${from.source} (${t('files', {n: from.files})})` : from.source)),
      row('captured', from.captured && date(from.captured)),
      row('version', `${version.number} · ${date(version.created)}`),
      row('crs', from.crs),
      row('operation', from.operation && say(from.operation)),
      row('largestScale', from.largest_scale && `1:${grouped(from.largest_scale)}`),
      row('resolution', from.resolution_m && metres(from.resolution_m)),
      row('heightSystem', from.height),
      row('counts', from.counts && t('countsText', {read: from.counts.read ?? '–', kept: from.counts.kept ?? '–', repaired: from.counts.repaired ?? 0, refused: from.counts.refused ?? 0})),
      row('count', layer.count !== null && layer.count !== undefined && number(layer.count)),
      row('attribution', layer.attribution),
      row('licence', layer.licence),
    ),
    h(
      'p',
      {class: 'onward'},
      from.report ? h('a', {href: `${from.report}?f=html`, target: '_blank', rel: 'noopener'}, t('report')) : null,
      h('a', {href: layer.links.html, target: '_blank', rel: 'noopener'}, t('about')),
    ),
  );
}

function row(name, value) {
  return value ? [h('dt', {}, t(name)), h('dd', {}, value)] : null;
}

/** The worst accuracy among the layers shown, and the first layer that is drawn too large: for the bar under the map. */
export function worstShown(catalogue) {
  const shown = catalogue.layers.filter((layer) => state.layers[layer.id].on);
  const known = shown.map((layer) => layer.provenance.accuracy_m).filter((value) => value !== null && value !== undefined);
  return {accuracy: known.length ? Math.max(...known) : null, tooLarge: shown.find(beyond) ?? null, any: shown.length > 0};
}
