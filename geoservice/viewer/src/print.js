// Printing: a page to scale made by the service as PDF, or the map in the browser's own print, drawn anew for its paper.
import View from 'ol/View.js';

import {ask, save} from './api.js';
import {h, icon, replace, toast} from './dom.js';
import {date, getLanguage, number, say, t, titleOf} from './i18n/index.js';
import {periodShown} from './narrowed.js';
import {state} from './state.js';
import {swatch} from './symbols.js';
import {timeInWords} from './timebar.js';

const PAPER_PIXEL = 0.0254 / 96; // metres: a CSS pixel on paper, smaller than the 0.28 mm that scales are counted in
const SCREEN_PIXEL = 0.00028;
const MAP_ON_PAPER = [277, 168]; // millimetres of the page that print.css lays out
const PAPERS = ['a4', 'a3', 'a2', 'a1', 'a0'];

/** Makes the dialog of the print button, and what only a map printed by the browser shows. */
export function printing(catalogue, view) {
  const head = h('div', {class: 'print-head'});
  const legend = h('div', {class: 'print-legend'});
  const dialog = h('dialog', {class: 'dialog download'});
  let prepared = false;

  const shown = () => state.order.filter((id) => state.layers[id].on).map((id) => view.byId[id]);
  /** The time that something on the map is shown of, in words. */
  const time = () => (shown().some(periodShown) ? timeInWords(state.time) : '');

  function open() {
    const scales = catalogue.frame.scales;
    const nearest = [...scales].sort((a, b) => Math.abs(Math.log(a / state.scale)) - Math.abs(Math.log(b / state.scale)))[0];
    const scale = h('select', {id: 'print-scale'}, scales.map((one) => h('option', {value: one, selected: one === nearest ? '' : null}, `1:${number(one)}`)));
    const paper = h('select', {id: 'print-paper'}, PAPERS.map((one) => h('option', {value: one}, one.toUpperCase())));
    const facing = h('select', {id: 'print-facing'}, ['landscape', 'portrait'].map((one) => h('option', {value: one}, t(one))));
    const title = h('input', {id: 'print-title', maxlength: 80, value: [say(catalogue.frame.title), time()].filter(Boolean).join(' · ')});
    const note = h('p', {class: 'hint', role: 'status'});
    const go = h('button', {class: 'primary', type: 'submit'}, t('printPdf'));
    const body = h(
      'form',
      {
        method: 'dialog',
        onsubmit: (event) => {
          event.preventDefault();
          fetchPage({scale: scale.value, paper: paper.value, facing: facing.value, title: title.value}, go, note);
        },
      },
      field('print-title', t('printTitle'), title),
      field('print-scale', t('scale'), scale),
      field('print-paper', t('printPaper'), paper),
      field('print-facing', t('printFacing'), facing),
      note,
      h('p', {class: 'dialog-foot'}, h('button', {class: 'link', type: 'button', onclick: () => { dialog.close(); print(); }}, t('printBrowser')), go),
    );
    dialog.setAttribute('aria-label', t('print'));
    replace(dialog, h('header', {}, h('h2', {}, t('print')), h('button', {class: 'quiet', 'aria-label': t('close'), onclick: () => dialog.close()}, icon('close'))), body);
    const plain = shown().filter(drawnOtherwise);
    if (plain.length) note.textContent = t('printPlain', {layers: plain.map(titleOf).join(t('comma'))});
    if (!shown().length && !state.basemap) {
      note.textContent = t('legendEmpty');
      go.disabled = true;
    }
    dialog.showModal();
  }

  async function fetchPage({scale, paper, facing, title}, button, note) {
    const layers = [...shown().map((layer) => layer.id), ...(state.basemap ? [state.basemap] : [])].reverse();
    const words = new URLSearchParams({
      f: 'pdf', collections: layers.join(','), center: state.centre.map((value) => value.toFixed(7)).join(','),
      'scale-denominator': scale, paper, orientation: facing, lang: getLanguage(),
    });
    if (title.trim()) words.set('title', title.trim());
    const period = shown().map(periodShown).find(Boolean);
    if (period) words.set('datetime', period);
    button.disabled = true;
    note.textContent = t('preparing');
    try {
      const response = await ask(`${catalogue.links.map}?${words}`, {headers: {accept: '*/*'}});
      save(`${catalogue.frame.name}-${scale}.pdf`, await response.blob());
      dialog.close();
      toast(t('printMade'));
    } catch (error) {
      note.textContent = error.message;
      button.disabled = false;
    }
  }

  /** How large the screen's map is drawn on paper: as it was prepared for it, else so that all of it is there. */
  function fit() {
    const [width, height] = view.map.getSize();
    const [across, down] = MAP_ON_PAPER.map((millimetres) => millimetres / 1000 / PAPER_PIXEL);
    const times = prepared ? 1 : Math.min(across / width, down / height);
    const sizes = prepared ? {} : {'--print-width': `${width}px`, '--print-height': `${height}px`};
    // The bar is measured in pixels of the screen; what is prepared has smaller ones.
    const values = {...sizes, '--print-times': times, '--print-bar': prepared ? SCREEN_PIXEL / PAPER_PIXEL : times};
    for (const [name, value] of Object.entries(values)) document.body.style.setProperty(name, value);
    return times;
  }

  function unfit() {
    for (const name of ['width', 'height', 'times', 'bar']) document.body.style.removeProperty(`--print-${name}`);
  }

  function fill() {
    const times = fit();
    const layers = shown();
    const {metric} = catalogue.frame;
    const frame = state.frame === 'metric' ? `${say(metric.name)} (EPSG:${metric.srid})` : 'Web Mercator (EPSG:3857)';
    // A browser's own print command cannot wait for a map: then the scale is told as it comes out.
    const scale = prepared ? state.scale : (state.scale * SCREEN_PIXEL) / PAPER_PIXEL / times;
    const about = prepared && state.frame === 'metric' ? '' : '≈ ';
    replace(
      head,
      h('h1', {}, say(catalogue.service.title)),
      h('p', {}, `${t('scale')} ${about}1:${number(prepared ? Math.round(scale) : Number(scale.toPrecision(3)))} · ${frame} ${time() && `· ${time()} `}· ${t('printed')} ${date(new Date().toISOString())}`),
      h('p', {}, [...new Set(layers.map((layer) => layer.attribution).filter(Boolean))].join(' · ')),
    );
    replace(
      legend,
      northArrow(),
      layers.filter((layer) => layer.legend.length).map((layer) => h('p', {}, swatch(layer.legend[0].symbol), titleOf(layer), layer.synthetic ? ` (${t('synthetic')})` : '')),
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
  window.addEventListener('afterprint', unfit);
  return {head, legend, dialog, open};
}

/** Whether a layer is on the map as no PDF draws it: in part, as it was, faint or in another rendering. */
const drawnOtherwise = (layer) => {
  const {filter, version, opacity, rendering} = state.layers[layer.id];
  return Boolean(filter || version || opacity < 1 || rendering !== layer.rendering);
};

const field = (id, title, control) => h('p', {class: 'field'}, h('label', {for: id}, title), control);

/** Grid north: both frames draw it upwards. */
function northArrow() {
  const holder = h('template');
  holder.innerHTML = '<svg class="north" viewBox="0 0 24 34" aria-hidden="true"><path d="M12 10 18 32l-6-4-6 4z" fill="none" stroke="#23252e" stroke-width="1.200"/><path d="M12 10v18l-6 4z" fill="#23252e"/></svg>';
  return h('p', {class: 'north-mark'}, holder.content.firstChild, h('b', {}, t('north')));
}
