// Keys for everything that has a button, and the card that lists them.
import {h, icon, replace} from './dom.js';
import {t} from './i18n/index.js';

const LIST = [
  [['←', '↑', '→', '↓', '+', '−'], 'keyMap'], [['Enter'], 'keyHere'], [['/'], 'keySearch'], [['L'], 'keyLayers'], [['P'], 'keyFrame'], [['G'], 'keyLanguage'],
  [['A'], 'askArea'], [['E'], 'profile'], [['S'], 'sheets'], [['T'], 'time'], [['B'], 'places'], [['M', 'Shift M'], 'keyMeasure'], [['Enter', 'Shift Enter', '⌫'], 'keySketch'], [['Enter', 'Del', 'Ctrl Z'], 'keyShape'], [['H'], 'keyHome'], [['F'], 'keyFullscreen'], [['Esc'], 'keyClose'],
];

export function helpCard() {
  const dialog = h('dialog', {class: 'help'});
  function open() {
    dialog.setAttribute('aria-label', t('keys'));
    replace(
      dialog,
      h('header', {}, h('h2', {}, t('keys')), h('button', {class: 'quiet', 'aria-label': t('close'), onclick: () => dialog.close()}, icon('close'))),
      h('dl', {}, LIST.map(([keys, words]) => [h('dt', {}, keys.map((key) => h('kbd', {}, key))), h('dd', {}, t(words))])),
      h('label', {class: 'key-switch'}, h('input', {type: 'checkbox', checked: lettersOn(), onchange: (event) => localStorage.setItem(LETTERS, event.target.checked ? 'on' : 'off')}), h('span', {}, t('keyLetters'), h('small', {}, t('keyLettersHint')))),
    );
    dialog.showModal();
  }
  return {dialog, open};
}

const LETTERS = 'geoservice.letters';

/** Whether single letters are shortcuts: who speaks to the machine, or hits keys by accident, may switch them off. */
const lettersOn = () => localStorage.getItem(LETTERS) !== 'off';

/** The arrow keys choose among radio buttons, as they do in every form. */
function chooseNext(event) {
  const step = {ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1}[event.key];
  const group = step && event.target.closest('button[role=radio]')?.closest('[role=radiogroup]');
  if (!group) return false;
  const radios = [...group.querySelectorAll('[role=radio]')];
  const next = radios[(radios.indexOf(event.target) + step + radios.length) % radios.length];
  event.preventDefault();
  next.focus();
  next.click();
  return true;
}

/** Listens for shortcuts; never while somebody types, never with Ctrl, Alt or Meta. */
export function listen(actions, mapElement) {
  document.addEventListener('keydown', (event) => {
    if (event.isComposing || event.ctrlKey || event.altKey || event.metaKey) return; // while characters are composed the keys are the input method's
    const typing = event.target.closest('input:not([type=checkbox]):not([type=range]), select, textarea');
    const dialog = document.querySelector('dialog[open]');
    if (event.key === 'Escape' && !dialog) return actions.Escape();
    if (typing || dialog || chooseNext(event)) return;
    if (event.key === 'Enter' && event.shiftKey) return actions['Shift Enter']();
    if (event.key === 'Backspace') return actions.Backspace();
    if (event.key === 'Enter' && event.target === mapElement) return actions.Enter();
    if (!lettersOn()) return;
    const key = event.key.length === 1 ? (event.shiftKey ? `Shift ${event.key.toUpperCase()}` : event.key.toUpperCase()) : '';
    const act = actions[key] ?? (event.key === '?' ? actions['?'] : null);
    if (!act) return;
    event.preventDefault();
    act();
  });
}
