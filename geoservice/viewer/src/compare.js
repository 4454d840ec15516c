// Swiping: one layer, with its names, is drawn on the left of a divider only, so that it can be held against what lies beneath;
// an older state or one time of a layer is held against the layer as it is now, of all times, which is drawn on the right.
import {h, handBack, icon} from './dom.js';
import {t, titleOf} from './i18n/index.js';
import {periodShown} from './narrowed.js';
import {isMoment, localOf} from './past.js';
import {change, onChange, state} from './state.js';
import {timeInWords} from './timebar.js';

const STEP = 0.02;

/** Makes the divider. */
export function comparing(view) {
  const label = h('span', {class: 'swipe-label'});
  const handle = h('div', {class: 'swipe-handle', role: 'slider', tabindex: '0', 'aria-valuemin': '0', 'aria-valuemax': '100'}, icon('swipe'));
  const shut = h('button', {class: 'quiet', onclick: stop}, icon('close'));
  const root = h('div', {class: 'swipe', hidden: true}, h('div', {class: 'swipe-name'}, label, shut), handle);
  let id = null;
  let drawn = []; // the OpenLayers layers that are clipped
  let present = null; // the layer as it is now, on the right of an older state of it
  let share = 0.5;

  function begin(layer) {
    if (id === layer.id) return stop();
    stop();
    change({layers: {...state.layers, [layer.id]: {...state.layers[layer.id], on: true}}});
    document.getElementById('panel').dataset.sheet = 'low'; // a phone's sheet gives way to the map
    id = layer.id;
    root.hidden = false;
    hold();
    place(0.5);
    handle.focus();
  }

  function stop() {
    release();
    id = null;
    handBack(root);
    root.hidden = true;
    view.map.render();
  }

  function hold() {
    drawn = view.layersOf(id);
    hang(drawn, left);
    const past = state.layers[id].version;
    const period = periodShown(view.byId[id]);
    if (past || period) {
      present = view.drawPresent(id);
      hang(present.layers, right);
    }
    const layer = titleOf(view.byId[id]);
    const then = isMoment(past) ? localOf(past).replace('T', ' ') : `v${past}`;
    label.textContent = label.title = past ? t('compareWithNow', {layer, then}) : period ? t('compareWithAll', {layer, then: timeInWords(state.time)}) : layer;
    handle.setAttribute('aria-label', present ? label.textContent : t('compareHandle', {layer}));
    shut.setAttribute('aria-label', t('close'));
  }

  function release() {
    for (const layer of drawn) {
      layer.un('prerender', left);
      layer.un('postrender', restore);
    }
    present?.takeAway();
    drawn = [];
    present = null;
  }

  function hang(layers, side) {
    for (const layer of layers) {
      layer.on('prerender', side);
      layer.on('postrender', restore);
    }
  }

  const left = ({context}) => clip(context, 0, share);
  const right = ({context}) => clip(context, share, 1);

  function clip(context, from, to) {
    const {width, height} = context.canvas;
    context.save();
    context.beginPath();
    context.rect(width * from, 0, width * (to - from), height);
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
    else if (view.layersOf(id)[0] !== drawn[0]) {
      // What was drawn before is still there, and stays clipped, until the new is drawn.
      present?.takeAway();
      present = null;
      hold();
    } else if (keys.has('language')) {
      release();
      hold();
    }
  });
  return {root, begin, stop, isOpen: () => id !== null};
}
