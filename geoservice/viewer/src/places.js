// Views of the map kept under a name, in this browser: place, scale, layers and how they are shown. A link gives one to somebody
// else, a file all of them to another browser.
import {save} from './api.js';
import {h, icon, replace, toast} from './dom.js';
import {date, number, t, titleOf} from './i18n/index.js';
import {reopen, state, toAddress} from './state.js';
import {copyText} from './toolbar.js';

const KEY = 'geoservice.places';

/** The kept views, the newest first: {name, address, at}. What is none of ours is left out. */
export function readPlaces(text) {
  try {
    const found = JSON.parse(text ?? '[]');
    return found.filter((one) => typeof one?.name === 'string' && typeof one.address === 'string' && one.address.startsWith('#'));
  } catch {
    return [];
  }
}

/** What is kept, and what a file brings: of two views with one name the file's stands. */
function withPlaces(kept, brought) {
  const names = new Set(brought.map(({name}) => name));
  return [...brought, ...kept.filter(({name}) => !names.has(name))];
}

/** Makes the dialog. */
export function places(catalogue) {
  const dialog = h('dialog', {class: 'dialog places'});
  const read = () => readPlaces(localStorage.getItem(KEY));
  const keep = (all) => {
    localStorage.setItem(KEY, JSON.stringify(all));
    render();
    dialog.querySelector('input').focus();
  };

  function add(event) {
    event.preventDefault();
    const name = event.target.querySelector('input').value.trim();
    if (name) keep([{name, address: toAddress(), at: new Date().toISOString()}, ...read().filter((one) => one.name !== name)]);
  }

  async function bring(event) {
    const [file] = event.target.files;
    const brought = readPlaces(await file.text());
    if (brought.length) keep(withPlaces(read(), brought));
    toast(brought.length ? t('placesBrought', {n: brought.length}) : t('noPlacesIn', {file: file.name}));
  }

  function go(place) {
    reopen(place.address);
  }

  function render() {
    const all = read();
    dialog.setAttribute('aria-label', t('places'));
    replace(
      dialog,
      h('header', {}, h('h2', {}, t('places')), h('button', {class: 'quiet', 'aria-label': t('close'), onclick: () => dialog.close()}, icon('close'))),
      h(
        'form',
        {onsubmit: add},
        h('label', {class: 'hint', for: 'place-name'}, t('placeName')),
        h('div', {class: 'joined'}, h('input', {id: 'place-name', value: suggestion(), required: true, autocomplete: 'off', maxlength: '80'}), h('button', {class: 'primary', type: 'submit'}, t('keepPlace'))),
      ),
      all.length ? h('ul', {class: 'place-list'}, all.map(entry)) : h('p', {class: 'empty'}, t('noPlaces')),
      h('p', {class: 'hint'}, t('placesHint')),
      h(
        'p',
        {class: 'place-files'},
        all.length ? h('button', {class: 'small', type: 'button', onclick: () => save('geoservice-views.json', JSON.stringify(all, null, 1), 'application/json')}, t('savePlaces')) : null,
        h('label', {class: 'small'}, t('bringPlaces'), h('input', {class: 'visually-hidden', type: 'file', accept: '.json,application/json', onchange: bring})),
      ),
    );
  }

  function entry(place) {
    const forget = () => keep(read().filter((one) => one.name !== place.name));
    const link = () => copyText(new URL(place.address, location.href).href);
    return h(
      'li',
      {},
      h('button', {class: 'place-go', onclick: () => go(place)}, icon('bookmark'), h('span', {}, h('b', {}, place.name), h('small', {}, date(place.at)))),
      h('button', {class: 'quiet', title: t('copyLink'), 'aria-label': `${t('copyLink')}: ${place.name}`, onclick: link}, icon('link')),
      h('button', {class: 'quiet', title: t('forgetPlace'), 'aria-label': `${t('forgetPlace')}: ${place.name}`, onclick: forget}, icon('close')),
    );
  }

  /** What the view may be called: its uppermost layer and its scale. */
  function suggestion() {
    const top = catalogue.layers.find((layer) => layer.id === state.order.find((id) => state.layers[id].on));
    return [top && titleOf(top), state.scale && `1:${number(Number(state.scale.toPrecision(2)))}`].filter(Boolean).join(' · ');
  }

  function open() {
    render();
    dialog.showModal();
    dialog.querySelector('input').select();
  }

  return {dialog, open};
}
