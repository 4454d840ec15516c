// The card on the right, or the sheet over a phone's lower half: answers of every kind, one at a time.
import {h, handBack, icon, redraw, replace} from './dom.js';
import {t} from './i18n/index.js';
import {onChange} from './state.js';

const BOTH_TOO_WIDE = window.matchMedia('(min-width: 761px) and (max-width: 1100px)');

/**
 * Makes the card. What shows itself in it is {icon, title(), render(), onClose()}: `render` returns the body's elements
 * and is called again when the language changes; `onClose` is told when the card is closed or taken by somebody else.
 */
export function answerCard() {
  const head = h('h2', {});
  const mark = h('span', {class: 'answer-mark'});
  const body = h('div', {class: 'inspector-body'});
  const shut = h('button', {class: 'quiet close', onclick: () => close()}, icon('close'));
  const root = h('aside', {class: 'inspector', hidden: true, tabindex: '-1'}, h('header', {}, mark, head, shut), body);
  let guest = null;
  let folded = false;

  function show(next) {
    if (guest && guest !== next) leave();
    guest = next;
    root.hidden = false;
    document.body.classList.add('inspecting');
    makeRoom();
    refresh(next);
    body.scrollTop = 0;
  }

  /** Draws the guest anew, if it is still the one that is shown. */
  function refresh(one) {
    if (guest !== one) return;
    root.setAttribute('aria-label', guest.title());
    shut.setAttribute('aria-label', t('close'));
    replace(mark, icon(guest.icon));
    replace(head, guest.title());
    redraw(root, () => replace(body, guest.render()));
  }

  function leave() {
    const left = guest;
    guest = null;
    left?.onClose?.();
  }

  function close() {
    leave();
    handBack(root);
    root.hidden = true;
    replace(body); // what is closed says nothing more
    document.body.classList.remove('inspecting');
    if (folded) document.body.classList.remove('panel-closed');
    folded = false;
  }

  /** Where panel and card would leave no map between them, the panel is folded until the card is closed. */
  function makeRoom() {
    if (!BOTH_TOO_WIDE.matches || document.body.classList.contains('panel-closed')) return;
    document.body.classList.add('panel-closed');
    folded = true;
  }

  onChange((keys) => keys.has('language') && guest && refresh(guest));
  return {root, body, show, refresh, close, shows: (one) => guest === one, isOpen: () => !root.hidden};
}
