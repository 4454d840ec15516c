// The panel on the left, or the sheet at the bottom of a phone: title, search, and the tabs layers, legend, jobs.
import {h, icon, replace} from './dom.js';
import {say, t} from './i18n/index.js';
import {onChange, state} from './state.js';

const SEAL = '<rect x="1" y="1" width="38" height="38" rx="9" fill="#b2432f"/><circle cx="20" cy="20" r="12.500" fill="none" stroke="#fff6ec" stroke-width="2.200"/><rect x="13.800" y="13.800" width="12.400" height="12.400" fill="none" stroke="#fff6ec" stroke-width="2.200"/><path d="M20 13.800v12.400M13.800 20h12.400" stroke="#fff6ec" stroke-width="1.400" opacity=".75"/>';

/** `tabs` is [[key, icon, element, whenOpened]]. */
export function sidePanel(catalogue, search, tabs, foot) {
  const seal = h('template');
  seal.innerHTML = `<svg class="seal" viewBox="0 0 40 40" aria-hidden="true">${SEAL}</svg>`;
  const title = h('h1', {});
  const summary = h('p', {class: 'summary'});
  const bar = h('div', {class: 'tabs', role: 'tablist'});
  const grip = h('button', {class: 'grip'});
  const content = h('div', {class: 'panel-content'}, tabs.map(([key, , element]) => h('div', {class: 'tab-panel', role: 'tabpanel', id: `panel-${key}`, 'aria-labelledby': `tab-${key}`}, element)));
  const root = h(
    'aside',
    {class: 'panel', id: 'panel'},
    grip,
    h('header', {class: 'brand'}, seal.content.firstChild, h('div', {}, title, summary), h('button', {class: 'quiet fold', onclick: () => toggle()}, icon('close'))),
    search.root,
    bar,
    content,
    foot,
  );
  const opener = h('button', {class: 'opener', onclick: () => toggle()}, icon('layers'), h('span', {}));
  let open = tabs[0][0];

  function choose(key, focus = false) {
    open = key;
    for (const [name, , element, whenOpened] of tabs) {
      const chosen = name === key;
      document.getElementById(`panel-${name}`).hidden = !chosen;
      element.hidden = !chosen;
      if (chosen) whenOpened?.();
    }
    words();
    if (focus) bar.querySelector('[aria-selected="true"]').focus();
  }

  function words() {
    title.textContent = say(catalogue.service.title);
    document.title = say(catalogue.service.title);
    const overlays = catalogue.layers.filter((layer) => !layer.basemap);
    summary.textContent = t('layersOn', {on: overlays.filter((layer) => state.layers[layer.id].on).length, all: overlays.length});
    root.setAttribute('aria-label', t('panel'));
    opener.querySelector('span').textContent = t('layers');
    opener.setAttribute('aria-label', t('panel'));
    root.querySelector('.fold').setAttribute('aria-label', t('collapse'));
    grip.setAttribute('aria-label', `${t('expand')} / ${t('collapse')}`);
    replace(
      bar,
      tabs.map(([key, iconName]) =>
        h(
          'button',
          {role: 'tab', id: `tab-${key}`, 'aria-selected': String(key === open), 'aria-controls': `panel-${key}`, tabindex: key === open ? '0' : '-1', onclick: () => { choose(key, true); raise(); }, onkeydown: arrows},
          icon(iconName),
          t(key),
        ),
      ),
    );
  }

  function arrows(event) {
    const step = {ArrowRight: 1, ArrowLeft: -1}[event.key];
    if (!step) return;
    const keys = tabs.map(([key]) => key);
    choose(keys[(keys.indexOf(open) + step + keys.length) % keys.length], true);
    event.stopPropagation();
  }

  function toggle() {
    const closed = document.body.classList.toggle('panel-closed');
    if (!closed) root.querySelector('[aria-selected="true"]').focus();
    else opener.focus();
  }

  /** On a phone the sheet has three heights; opening a tab lifts it at least half way. */
  function raise() {
    if (!root.dataset.sheet || root.dataset.sheet === 'low') root.dataset.sheet = 'half';
  }

  root.dataset.sheet = 'low';
  dragSheet(root, grip);
  // However the sheet came to its height, the grip says whether it is up.
  const tellHeight = () => grip.setAttribute('aria-expanded', String(root.dataset.sheet !== 'low'));
  new MutationObserver(tellHeight).observe(root, {attributeFilter: ['data-sheet']});
  tellHeight();
  onChange((keys) => (keys.has('language') || keys.has('layers')) && words());
  queueMicrotask(() => choose(open));
  return {root, opener, choose: (key) => { document.body.classList.remove('panel-closed'); choose(key, true); raise(); }, toggle};
}

/** Lets the sheet be drawn up and down by its grip: low, half or full. A tap moves it one step. */
function dragSheet(root, grip) {
  const heights = {low: 0.2, half: 0.52, full: 0.9};
  let start = null;
  grip.addEventListener('pointerdown', (event) => {
    start = {y: event.clientY, height: root.offsetHeight, moved: false};
    grip.setPointerCapture(event.pointerId);
    root.classList.add('dragging');
  });
  grip.addEventListener('pointermove', (event) => {
    if (!start) return;
    const up = start.y - event.clientY;
    if (Math.abs(up) > 5) start.moved = true;
    if (start.moved) root.style.setProperty('height', `${start.height + up}px`);
  });
  grip.addEventListener('pointerup', () => {
    if (!start) return;
    const share = root.offsetHeight / window.innerHeight;
    root.classList.remove('dragging');
    root.style.removeProperty('height');
    if (start.moved) root.dataset.sheet = Object.keys(heights).reduce((best, name) => (Math.abs(heights[name] - share) < Math.abs(heights[best] - share) ? name : best));
    else root.dataset.sheet = {low: 'half', half: 'full', full: 'low'}[root.dataset.sheet];
    start = null;
  });
  // A click without a pointer is a voice's or a switch's.
  grip.addEventListener('click', (event) => {
    if (event.detail === 0) root.dataset.sheet = {low: 'half', half: 'full', full: 'low'}[root.dataset.sheet];
  });
  grip.addEventListener('keydown', (event) => {
    const order = ['low', 'half', 'full'];
    const step = {ArrowUp: 1, ArrowDown: -1, Enter: 1, ' ': 1}[event.key];
    if (!step) return;
    event.preventDefault();
    root.dataset.sheet = order[Math.min(2, Math.max(0, order.indexOf(root.dataset.sheet) + step))];
  });
}
