// Drawing one line or polygon on the map, for whichever tool asks: by pointer, by touch, or point by point from the keyboard.
import {noModifierKeys} from 'ol/events/condition.js';
import Draw from 'ol/interaction/Draw.js';
import Snap from 'ol/interaction/Snap.js';
import VectorLayer from 'ol/layer/Vector.js';
import VectorSource from 'ol/source/Vector.js';
import CircleStyle from 'ol/style/Circle.js';
import Fill from 'ol/style/Fill.js';
import Stroke from 'ol/style/Stroke.js';
import Style from 'ol/style/Style.js';

import {announce, h, handBack, icon, replace} from './dom.js';
import {t} from './i18n/index.js';
import {onChange} from './state.js';

const HALO = new Style({zIndex: 1, stroke: new Stroke({color: 'rgba(255,255,255,0.9)', width: 5})});
const STYLE = new Style({
  zIndex: 2,
  fill: new Fill({color: 'rgba(178,67,47,0.10)'}),
  stroke: new Stroke({color: '#b2432f', width: 2.4}),
  image: new CircleStyle({radius: 5, fill: new Fill({color: '#b2432f'}), stroke: new Stroke({color: '#fff', width: 1.5})}),
});
const SINGLE_CLICK = 300; // milliseconds after which a click is no longer taken for the map's own

/** Makes the sketch pad: one drawing at a time, whose last owner is told when another begins. */
export function sketching(view) {
  const source = new VectorSource();
  view.map.addLayer(new VectorLayer({source, style: [HALO, STYLE], zIndex: 9500}));
  const bar = h('div', {class: 'sketch card', hidden: true, role: 'region'});
  let draw = null;
  let snap = null;
  let owner = null;
  let points = 0; // put from the keyboard
  let pressed = 0; // when a point was put last
  let ended = -SINGLE_CLICK; // when the one was put that ended a drawing

  /**
   * Begins a drawing. `owner` is {name, type, icon, hint, onDraw(geometry), onEnd(geometry), onStop(), again}: with
   * `again` the next click begins anew, without it the drawing is over and its shape stays until `stop`. `snap` is a source it snaps to.
   */
  function begin(next) {
    const same = owner?.name === next.name && draw;
    stop();
    if (same) return;
    owner = next;
    draw = new Draw({
      source, type: next.type, style: [HALO, STYLE], stopClick: true,
      condition: (event) => {
        pressed = event.originalEvent.timeStamp;
        return noModifierKeys(event);
      },
    });
    draw.on('drawstart', (event) => {
      // A double click on the last point ends the drawing with its first half; the second shall not begin another.
      if (pressed - ended < SINGLE_CLICK) return draw.abortDrawing();
      points = 0;
      source.clear();
      owner?.onDraw?.(null);
      event.feature.getGeometry().on('change', (change) => owner?.onDraw?.(change.target));
      tell();
    });
    draw.on('drawabort', tell);
    draw.on('drawend', (event) => {
      const geometry = event.feature.getGeometry();
      const mine = owner;
      ended = pressed;
      if (!mine.again) setTimeout(() => owner === mine && lay(), SINGLE_CLICK);
      mine.onEnd(geometry);
    });
    view.map.addInteraction(draw);
    if (next.snap) {
      snap = new Snap({source: next.snap, pixelTolerance: 12});
      view.map.addInteraction(snap);
    }
    document.body.classList.add('sketching');
    tell();
    announce(`${t(owner.hint)} ${t('sketchKeys')}`);
  }

  /** Puts the pen down; the drawn shape stays. */
  function lay() {
    if (draw) view.map.removeInteraction(draw);
    if (snap) view.map.removeInteraction(snap);
    draw = snap = null;
    handBack(bar);
    bar.hidden = true;
    document.body.classList.remove('sketching');
  }

  function stop() {
    lay();
    source.clear();
    const left = owner;
    owner = null;
    left?.onStop?.();
  }

  function tell() {
    if (!draw) return;
    bar.hidden = false;
    bar.setAttribute('aria-label', t('drawing'));
    replace(
      bar,
      icon(owner.icon),
      h('span', {class: 'sketch-hint'}, t(owner.hint)),
      h('button', {class: 'small', onclick: () => draw?.removeLastPoint()}, t('undoPoint')),
      h('button', {class: 'small strong', onclick: () => draw?.finishDrawing()}, t('finish')),
      h('button', {class: 'quiet', 'aria-label': t('close'), title: t('close'), onclick: stop}, icon('close')),
    );
  }

  /** Adds the middle of the map as the next point: how a keyboard draws. */
  function addMiddle() {
    if (!draw) return false;
    pressed = performance.now();
    draw.appendCoordinates([view.map.getView().getCenter()]);
    points += 1;
    announce(t('pointAdded', {n: points}));
    return true;
  }

  onChange((keys) => {
    if (keys.has('frame')) stop();
    else if (keys.has('language')) tell();
  });
  return {bar, begin, stop, addMiddle, undo: () => draw?.removeLastPoint(), finish: () => draw?.finishDrawing(), busy: () => Boolean(draw)};
}
