// Swiping: one layer, with its names, is drawn on the left of a divider only, so that it can be held against what lies beneath.
import {h, icon} from './dom.js';
import {t, titleOf} from './i18n/index.js';
import {change, onChange, state} from './state.js';

const STEP = 0.02;

/** Makes the divider. */
export function comparing(view) {
  const label = h('span', {class: 'swipe-label'});
  const handle = h('div', {class: 'swipe-handle', role: 'slider', tabindex: '0', 'aria-valuemin': '0', 'aria-valuemax': '100'}, icon('swipe'));
  const shut = h('button', {class: 'quiet', onclick: stop}, icon('close'));
  const root = h('div', {class: 'swipe', hidden: true}, h('div', {class: 'swipe-name'}, label, shut), handle);
  let id = null;
  let drawn = []; // the OpenLayers layers that are clipped
  let share = 0.5;

  function begin(layer) {
    if (id === layer.id) return stop();
    stop();
    id = layer.id;
    change({layers: {...state.layers, [id]: {...state.layers[id], on: true}}});
    root.hidden = false;
    hold();
    place(0.5);
    handle.focus();
  }

  function stop() {
    release();
    id = null;
    root.hidden = true;
    view.map.render();
  }

  function hold() {
    drawn = view.layersOf(id);
    for (const layer of drawn) {
      layer.on('prerender', clip);
      layer.on('postrender', restore);
    }
    label.textContent = titleOf(view.byId[id]);
    handle.setAttribute('aria-label', t('compareHandle', {layer: titleOf(view.byId[id])}));
    shut.setAttribute('aria-label', t('close'));
  }

  function release() {
    for (const layer of drawn) {
      layer.un('prerender', clip);
      layer.un('postrender', restore);
    }
    drawn = [];
  }

  function clip({context}) {
    context.save();
    context.beginPath();
    context.rect(0, 0, context.canvas.width * share, context.canvas.height);
    context.clip();
  }

  const restore = ({context}) => context.restore();

  function place(wanted) {
    share = Math.min(1, Math.max(0, wanted));
    root.style.setProperty('left', `${share * 100}%`);
    handle.setAttribute('aria-valuenow', Math.round(share * 100));
    view.map.render();
  }

  handle.addEventListener('pointerdown', (event) => {
    handle.setPointerCapture(event.pointerId);
    event.preventDefault();
    handle.focus();
  });
  handle.addEventListener('pointermove', (event) => handle.hasPointerCapture(event.pointerId) && place(event.clientX / window.innerWidth));
  handle.addEventListener('keydown', (event) => {
    const step = {ArrowLeft: -STEP, ArrowRight: STEP}[event.key];
    if (event.key === 'Escape') stop();
    else if (step) place(share + step);
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  onChange((keys) => {
    if (!id) return;
    if (!state.layers[id].on) stop();
    else if (view.layersOf(id)[0] !== drawn[0] || keys.has('language')) {
      release();
      hold();
    }
  });
  return {root, begin, stop, isOpen: () => id !== null};
}
