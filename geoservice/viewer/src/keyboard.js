// Keys for everything that has a button, and the card that lists them.
import {h, icon, replace} from './dom.js';
import {t} from './i18n/index.js';

const LIST = [
  [['←', '↑', '→', '↓', '+', '−'], 'keyMap'], [['Enter'], 'keyHere'], [['/'], 'keySearch'], [['L'], 'keyLayers'], [['P'], 'keyFrame'], [['G'], 'keyLanguage'],
  [['A'], 'askArea'], [['E'], 'profile'], [['S'], 'sheets'], [['B'], 'places'], [['M', 'Shift M'], 'keyMeasure'], [['Enter', 'Shift Enter', '⌫'], 'keySketch'], [['Enter', 'Del', 'Ctrl Z'], 'keyShape'], [['H'], 'keyHome'], [['F'], 'keyFullscreen'], [['Esc'], 'keyClose'],
];

export function helpCard() {
  const dialog = h('dialog', {class: 'help'});
  function open() {
    replace(
      dialog,
      h('header', {}, h('h2', {}, t('keys')), h('button', {class: 'quiet', 'aria-label': t('close'), onclick: () => dialog.close()}, icon('close'))),
      h('dl', {}, LIST.map(([keys, words]) => [h('dt', {}, keys.map((key) => h('kbd', {}, key))), h('dd', {}, t(words))])),
    );
    dialog.showModal();
  }
  return {dialog, open};
}

/** Listens for shortcuts; never while somebody types, never with Ctrl, Alt or Meta. */
export function listen(actions, mapElement) {
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const typing = event.target.closest('input:not([type=checkbox]):not([type=range]), select, textarea');
    const dialog = document.querySelector('dialog[open]');
    if (event.key === 'Escape' && !dialog) return actions.Escape();
    if (typing || dialog) return;
    if (event.key === 'Enter' && event.shiftKey) return actions['Shift Enter']();
    if (event.key === 'Backspace') return actions.Backspace();
    if (event.key === 'Enter' && event.target === mapElement) return actions.Enter();
    const key = event.key.length === 1 ? (event.shiftKey ? `Shift ${event.key.toUpperCase()}` : event.key.toUpperCase()) : '';
    const act = actions[key] ?? (event.key === '?' ? actions['?'] : null);
    if (!act) return;
    event.preventDefault();
    act();
  });
}
