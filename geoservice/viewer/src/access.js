// The reader's token: typed in, tried once, kept for as long as the tab is open.
import {askJson, token, useToken} from './api.js';
import {h, icon, replace, toast} from './dom.js';
import {t} from './i18n/index.js';
import {reopen, toAddress} from './state.js';
import {unsaved} from './unsaved.js';

const RETURN = 'geoservice.tab';

/** Makes the part of the panel where a token is given or forgotten. `given` is called when one was given and the page stays. */
export function accessBox(catalogue, given) {
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
            if (unsaved()) goOn();
            else again();
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

  /** What is begun goes on with the new token; what it shows besides comes with the next opening. */
  function goOn() {
    given();
    root.querySelector('button').focus();
    toast(t('tokenKept'), t('reload'), again);
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
  reopen();
}

/** The tab to open after a reload of ours, once. */
export function tabToReturnTo() {
  const tab = sessionStorage.getItem(RETURN);
  sessionStorage.removeItem(RETURN);
  return tab;
}

/** Opens the page anew with a layer switched on: the catalogue has changed. */
export function reopenWith(layerId) {
  sessionStorage.setItem('geoservice.show', layerId);
  const open = (words) => {
    const others = words.slice('layers='.length).split(',').filter((word) => word && word.split(':')[0] !== layerId);
    return `layers=${[layerId, ...others].join(',')}`;
  };
  reopen(`#${toAddress().slice(1).split('&').map((words) => (words.startsWith('layers=') ? open(words) : words)).join('&')}`);
}

export function layerToShow() {
  const id = sessionStorage.getItem('geoservice.show');
  sessionStorage.removeItem('geoservice.show');
  return id;
}
