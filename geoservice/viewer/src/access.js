// The reader's token: typed in, tried once, kept for as long as the tab is open.
import {askJson, token, useToken} from './api.js';
import {h, icon, replace} from './dom.js';
import {t} from './i18n/index.js';

const RETURN = 'geoservice.tab';

/** Makes the part of the panel where a token is given or forgotten. */
export function accessBox(catalogue) {
  const root = h('div', {class: 'access'});

  function render() {
    if (token()) replace(root, h('p', {class: 'signed'}, icon('key'), h('span', {}, t('tokenGiven')), h('button', {class: 'link', onclick: forget}, t('tokenForget'))));
    else replace(root, form());
  }

  function form() {
    const input = h('input', {type: 'password', id: 'token', autocomplete: 'off', spellcheck: 'false', placeholder: 'gs_…', required: true});
    const note = h('p', {class: 'trouble', role: 'alert'});
    return h(
      'form',
      {
        onsubmit: async (event) => {
          event.preventDefault();
          useToken(input.value.trim());
          try {
            await askJson(catalogue.links.jobs, {tried: true});
            again();
          } catch (error) {
            useToken('');
            note.textContent = error.message;
          }
        },
      },
      h('label', {for: 'token'}, t('tokenAsk')),
      h('div', {class: 'joined'}, input, h('button', {class: 'primary', type: 'submit'}, t('tokenUse'))),
      note,
      h('p', {class: 'hint'}, t('tokenHint'), ' ', h('code', {}, 'geoservice token create NAME --write')),
    );
  }

  function forget() {
    useToken('');
    again();
  }

  return {root, render};
}

/** What a caller may see is settled when the page opens: it is opened anew, at the same place and tab. */
function again() {
  sessionStorage.setItem(RETURN, 'jobs');
  location.reload();
}

/** The tab to open after a reload of ours, once. */
export function tabToReturnTo() {
  const tab = sessionStorage.getItem(RETURN);
  sessionStorage.removeItem(RETURN);
  return tab;
}

/** Opens the page anew with a layer switched on: the catalogue has changed. */
export function reopenWith(layerId) {
  const words = new URLSearchParams(location.hash.slice(1));
  const others = (words.get('layers') ?? '').split(',').filter((word) => word && word.split(':')[0] !== layerId);
  sessionStorage.setItem('geoservice.show', layerId);
  const kept = [...words].filter(([key]) => key !== 'layers').map(([key, value]) => `${key}=${value}`);
  history.replaceState(null, '', `#${[...kept, `layers=${[layerId, ...others].join(',')}`].join('&')}`);
  location.reload();
}

export function layerToShow() {
  const id = sessionStorage.getItem('geoservice.show');
  sessionStorage.removeItem('geoservice.show');
  return id;
}
