// The slider of time, over the bar under the map: it stops at the days that the visible layers have something of.
import {askJson} from './api.js';
import {h, icon, replace} from './dom.js';
import {period, t} from './i18n/index.js';
import {change, onChange, state} from './state.js';
import {isUntil, placeOf, stopOf, timeAt, together} from './time.js';

const DRAGGED = 120; // milliseconds a stop is rested on before the map is drawn anew
const STAYS = 1000; // milliseconds a picture is looked at while time goes on by itself
const PATIENCE = 10_000; // milliseconds a map may take to be drawn

/** A time as people read it: 10 May 2021 and before. */
export const timeInWords = (time) => (isUntil(time) ? t('until', {day: period(stopOf(time))}) : period(stopOf(time)));

/** Makes the bar. It is there where a layer that is on has more than one moment. */
export function timeBar(catalogue, view) {
  const play = h('button', {class: 'quiet', onclick: () => (running ? stop() : run())});
  const slider = h('input', {type: 'range', min: '0', step: '1', oninput: moved});
  const words = h('span', {class: 'time-words'}); // aloud it is the slider's value
  const until = h('input', {type: 'checkbox', onchange: () => state.time && change({time: timeAt(stopOf(state.time), until.checked)})});
  const untilWords = h('span', {});
  const root = h('div', {class: 'timebar', role: 'group', hidden: true}, play, slider, words, h('label', {class: 'until'}, until, untilWords));
  const asked = new Map(); // layer's tile addresses, which change with its state -> its timeline
  let stops = [];
  let turn = 0;
  let resting = 0;
  let running = 0; // counts the runs; 0 while time stands still

  const timed = () => catalogue.layers.filter((layer) => layer.links.timeline && !layer.basemap && state.layers[layer.id].on);

  function timelineOf(layer) {
    const key = JSON.stringify(layer.tiles);
    if (!asked.has(key)) asked.set(key, askJson(layer.links.timeline).catch(() => asked.delete(key) && {step: 'day', stops: []}));
    return asked.get(key);
  }

  async function refresh() {
    const mine = ++turn;
    const layers = timed();
    const found = await Promise.all(layers.map(timelineOf));
    if (mine !== turn) return;
    stops = layers.length ? together(found) : [];
    root.hidden = !layers.length || !stops.length || (stops.length < 2 && !state.time);
    if (root.hidden) stop();
    show();
  }

  /** Shows a time, that which is chosen or the one that the slider is passing. */
  function show(time = state.time) {
    if (root.hidden) return;
    slider.max = String(stops.length); // the last place is all of them
    slider.value = String(placeOf(time, stops));
    until.checked = time ? isUntil(time) : until.checked;
    words.textContent = time ? period(stopOf(time)) : t('allTimes');
    root.classList.toggle('whole', !time);
    root.setAttribute('aria-label', t('time'));
    slider.setAttribute('aria-label', t('time'));
    slider.setAttribute('aria-valuetext', time ? timeInWords(time) : words.textContent);
    slider.title = stops.length > 1 ? `${period(stops[0])} – ${period(stops.at(-1))}` : '';
    untilWords.textContent = t('andBefore');
    replace(play, icon(running ? 'pause' : 'play'));
    play.setAttribute('aria-label', t(running ? 'stopTime' : 'playTime'));
    play.title = t(running ? 'stopTime' : 'playTime');
  }

  function moved() {
    const place = Number(slider.value);
    running = 0;
    const time = place < stops.length ? timeAt(stops[place], until.checked) : null;
    show(time);
    clearTimeout(resting);
    resting = setTimeout(() => change({time}), DRAGGED);
  }

  /** Goes on from stop to stop, each as soon as the one before was drawn and looked at. */
  async function run() {
    const mine = running = Date.now();
    let place = placeOf(state.time, stops) + 1;
    if (place >= stops.length) place = 0;
    for (; mine === running && place < stops.length; place += 1) {
      const drawn = new Promise((done) => { view.map.once('rendercomplete', done); setTimeout(done, PATIENCE); });
      change({time: timeAt(stops[place], until.checked)});
      await drawn;
      await new Promise((done) => { setTimeout(done, STAYS); });
    }
    if (mine === running) stop();
  }

  function stop() {
    running = 0;
    clearTimeout(resting);
    show();
  }

  let seen = '';
  onChange((keys) => {
    const now = JSON.stringify(timed().map((layer) => layer.tiles));
    if (now !== seen) {
      seen = now;
      refresh();
    } else if (keys.has('time') || keys.has('language')) show();
  });
  refresh();
  return {root, focus: () => !root.hidden && slider.focus()};
}
