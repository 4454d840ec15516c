// The bar under the map: where the pointer is, how large the map is drawn, and how far off it may be.
import {h, icon, replace} from './dom.js';
import {metres, number, t, titleOf} from './i18n/index.js';
import {accuracyOf, usableWords, worstShown} from './provenance.js';
import {onChange, state} from './state.js';

const BAR = 110; // pixels at most

/** `above` is what stands over the figures in the bar. */
export function readout(catalogue, view, frames, above) {
  const position = h('div', {class: 'position'});
  const select = h('select', {onchange: (event) => view.lookAt(state.centre, Number(event.target.value))});
  const bar = h('div', {class: 'scalebar'}, h('span', {class: 'bar'}), h('span', {class: 'bar-length'}));
  const scaleBox = h('label', {class: 'scale'}, h('span', {class: 'scale-text'}), select);
  const verdict = h('div', {class: 'map-accuracy'});
  const root = h('footer', {class: 'readout'}, above, h('div', {class: 'readings'}, verdict, position, scaleBox, bar));

  function showPosition(lonLat) {
    if (!lonLat) return;
    const [east, north] = frames.metric.fromLonLat(lonLat);
    replace(
      position,
      h('span', {title: t('lonLat')}, `${lonLat[0].toFixed(5)}° E  ${lonLat[1].toFixed(5)}° N`),
      h('span', {class: 'metric', title: `${t('eastNorth')} · EPSG:${catalogue.frame.metric.srid}`}, `E ${number(east, 1)}  N ${number(north, 1)}`),
    );
  }

  function showScale() {
    if (!state.scale) return;
    const exact = view.frame().exact;
    const figure = exact ? Math.round(state.scale) : Number(state.scale.toPrecision(state.scale < 10_000 ? 3 : 4));
    const text = `${exact ? '' : '≈ '}1:${number(figure)}`;
    scaleBox.querySelector('.scale-text').textContent = text;
    scaleBox.title = `${t('scale')} ${text} · ${t('scaleHint')}`;
    select.setAttribute('aria-label', `${t('scale')} ${text}`);
    const options = view.frame().scales.map((scale) => h('option', {value: String(scale), selected: exact && Math.round(state.scale) === scale}, `1:${number(scale)}`));
    if (!exact || !options.some((option) => option.selected)) options.unshift(h('option', {selected: true, disabled: true}, text));
    replace(select, options);
    const perPixel = state.scale * 0.00028;
    const length = nice(perPixel * BAR);
    bar.querySelector('.bar').style.setProperty('width', `${length / perPixel}px`);
    bar.querySelector('.bar-length').textContent = metres(length);
  }

  function showVerdict(found) {
    const {accuracy, unknown, tooLarge, far, any} = found;
    verdict.hidden = !any;
    verdict.classList.toggle('beyond', Boolean(tooLarge));
    verdict.classList.toggle('far', far);
    verdict.classList.toggle('unknown', accuracy === null);
    verdict.title = t('accuracyHint');
    // One coarse layer does not make a coarse map: it is called by its name.
    const named = tooLarge && accuracyOf(tooLarge) === accuracy;
    const figure = accuracy === null ? t('accuracyUnknown') : t(named ? 'worstOf' : 'worst', {metres: metres(accuracy), layer: ''});
    const coarse = tooLarge && (named ? usableWords(tooLarge.provenance) : `${titleOf(tooLarge)}: ${usableWords(tooLarge.provenance)}`);
    const why = coarse || (unknown && accuracy !== null ? t('unknownToo', {n: unknown}) : '');
    replace(
      verdict,
      icon(tooLarge ? 'warning' : 'target'),
      h('span', {class: 'words'}, h('span', {class: 'figure'}, named ? h('span', {class: 'of'}, titleOf(tooLarge)) : null, h('span', {}, figure)), h('span', {class: 'figure brief'}, accuracy === null ? '± ?' : t('withinShort', {metres: metres(accuracy)})), why ? h('span', {class: 'why'}, why) : null),
    );
  }

  let last = '';
  onChange((keys) => {
    if (keys.has('scale') || keys.has('language') || keys.has('frame')) showScale();
    if (keys.has('centre')) showPosition(state.centre);
    if (keys.has('language')) judge();
  });
  // What is in view is known when it is drawn.
  function judge() {
    const found = worstShown(catalogue, view.holds);
    const now = JSON.stringify([state.language, {...found, tooLarge: found.tooLarge?.id}]);
    if (now !== last) showVerdict(found);
    last = now;
  }
  view.map.on('rendercomplete', judge);
  view.map.on('pointermove', (event) => !event.dragging && showPosition(view.frame().toLonLat(event.coordinate)));
  showPosition(state.centre);
  showScale();
  judge();
  return root;
}

/** The largest of 1, 2, 5 times a power of ten that is not above the value. */
function nice(value) {
  const power = 10 ** Math.floor(Math.log10(value));
  return [5, 2, 1].find((step) => step * power <= value) * power;
}
