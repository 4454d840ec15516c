// Printing: the map is drawn anew for a sheet of A4 so that the scale it names is the scale on the paper.
import View from 'ol/View.js';

import {h, replace} from './dom.js';
import {date, number, say, t, titleOf} from './i18n/index.js';
import {state} from './state.js';
import {swatch} from './symbols.js';

const PAPER_PIXEL = 0.0254 / 96; // metres: a CSS pixel on paper, smaller than the 0.28 mm that scales are counted in
const SCREEN_PIXEL = 0.00028;

/** Makes what only a printed map shows, and the function that prints. */
export function printing(catalogue, view) {
  const head = h('div', {class: 'print-head'});
  const legend = h('div', {class: 'print-legend'});
  let prepared = false;

  function fill() {
    const shown = state.order.filter((id) => state.layers[id].on).map((id) => view.byId[id]);
    const {metric} = catalogue.frame;
    const frame = state.frame === 'metric' ? `${metric.name} (EPSG:${metric.srid})` : 'Web Mercator (EPSG:3857)';
    // A browser's own print command cannot wait for a map: then the scale is told as it comes out.
    const scale = prepared ? state.scale : (state.scale * SCREEN_PIXEL) / PAPER_PIXEL;
    const about = prepared && state.frame === 'metric' ? '' : '≈ ';
    replace(
      head,
      h('h1', {}, say(catalogue.service.title)),
      h('p', {}, `${t('scale')} ${about}1:${number(Math.round(scale))} · ${frame} · ${t('printed')} ${date(new Date().toISOString())}`),
      h('p', {}, [...new Set(shown.map((layer) => layer.attribution).filter(Boolean))].join(' · ')),
    );
    replace(
      legend,
      northArrow(),
      shown.filter((layer) => layer.legend.length).map((layer) => h('p', {}, swatch(layer.legend[0].symbol), titleOf(layer), layer.synthetic ? ` (${t('synthetic')})` : '')),
    );
  }

  async function print() {
    const {map, frame} = view;
    const screen = map.getView();
    const centre = screen.getCenter();
    const resolution = (frame().resolutionOf(state.scale, centre) * PAPER_PIXEL) / SCREEN_PIXEL;
    document.body.classList.add('printing');
    map.setView(new View({projection: frame().projection, center: centre, resolution, minResolution: 0.01, maxResolution: 1e6}));
    map.updateSize();
    prepared = true;
    await new Promise((resolve) => {
      map.once('rendercomplete', resolve);
      setTimeout(resolve, 8000);
    });
    window.print();
    prepared = false;
    document.body.classList.remove('printing');
    map.setView(screen);
    map.updateSize();
  }

  window.addEventListener('beforeprint', fill);
  return {head, legend, print};
}

/** Grid north: both frames draw it upwards. */
function northArrow() {
  const holder = h('template');
  holder.innerHTML = '<svg class="north" viewBox="0 0 24 34" aria-hidden="true"><path d="M12 10 18 32l-6-4-6 4z" fill="none" stroke="#23252e" stroke-width="1.200"/><path d="M12 10v18l-6 4z" fill="#23252e"/></svg>';
  return h('p', {class: 'north-mark'}, holder.content.firstChild, h('b', {}, t('north')));
}
