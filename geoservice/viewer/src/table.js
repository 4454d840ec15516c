// The attributes of a layer as a table under the map: sorted, searched, filtered. What the filter leaves out, the map leaves out too.
import {askJson} from './api.js';
import {announce, h, handBack, icon, redraw, replace, toast} from './dom.js';
import {filterForm} from './filterform.js';
import {number, say, t, titleOf} from './i18n/index.js';
import {choiceOf, narrowing} from './narrowed.js';
import {pastOf} from './past.js';
import {onChange, state} from './state.js';
import {shownValue} from './values.js';

const PAGE = 50;
const isFigure = ({type}) => ['integer', 'bigint', 'float'].includes(type);

/** Makes the drawer. `showFeature(layer, feature)` shows a row's feature on the map, `download(layer)` gives the layer away. */
export function attributeTable(view, {showFeature, download}) {
  const root = h('section', {class: 'drawer', hidden: true, tabindex: '-1'});
  const rows = h('tbody');
  const count = h('span', {class: 'count', role: 'status'});
  const more = h('button', {class: 'link', onclick: () => load()});
  const table = h('div', {class: 'drawer-rows', tabindex: '0', role: 'region'});
  let layer = null;
  let asked = null; // {words, sort, inView}
  let next = null; // address of the next page
  let loaded = 0;
  let turn = 0;
  let chosen = 0;

  function open(wanted) {
    if (layer === wanted) return close();
    layer = wanted;
    asked = {words: '', sort: '', inView: false};
    root.hidden = false;
    document.body.classList.add('tabling');
    view.map.on('moveend', moved);
    render();
    begin();
    root.focus();
  }

  function close() {
    turn += 1;
    layer = null;
    handBack(root);
    root.hidden = true;
    document.body.classList.remove('tabling');
    view.map.un('moveend', moved);
  }

  function render() {
    root.setAttribute('aria-label', `${t('table')}: ${titleOf(layer)}`);
    table.setAttribute('aria-label', t('table'));
    more.textContent = t('moreRows');
    const words = h('input', {type: 'search', value: asked.words, placeholder: t('searchTable'), 'aria-label': t('searchTable'), onchange: (event) => { asked.words = event.target.value.trim(); begin(); }});
    const inView = h('input', {type: 'checkbox', checked: asked.inView, onchange: (event) => { asked.inView = event.target.checked; begin(); }});
    replace(table, h('table', {}, h('thead', {}, h('tr', {}, layer.columns.map(heading))), rows), more);
    replace(
      root,
      h(
        'header',
        {class: 'drawer-head'},
        icon('table'),
        h('h2', {}, titleOf(layer)),
        count,
        words,
        h('label', {class: 'in-view'}, inView, t('rowsInView')),
        h('button', {class: 'quiet', title: t('download'), 'aria-label': `${t('download')}: ${titleOf(layer)}`, onclick: () => download(layer)}, icon('download')),
        h('button', {class: 'quiet', title: t('close'), 'aria-label': t('close'), onclick: close}, icon('close')),
      ),
      filterForm(layer),
      table,
    );
  }

  function heading(column) {
    const [falling, name] = [asked.sort === `-${column.name}`, say(column.title)];
    const chosen = falling || asked.sort === column.name;
    if (column.type === 'json') return h('th', {scope: 'col'}, name);
    const sort = () => {
      asked.sort = chosen && !falling ? `-${column.name}` : column.name;
      redraw(root, render);
      begin();
    };
    return h('th', {scope: 'col', class: isFigure(column) ? 'figure' : '', 'aria-sort': chosen ? (falling ? 'descending' : 'ascending') : 'none'}, h('button', {title: column.name, onclick: sort}, name, chosen ? icon(falling ? 'down' : 'up') : null));
  }

  function begin() {
    const words = new URLSearchParams({f: 'json', limit: PAGE, skipGeometry: 'true'});
    if (asked.words) words.set('q', asked.words);
    if (asked.sort) words.set('sortby', asked.sort);
    if (asked.inView) words.set('bbox', view.lonLatBox().map((value) => value.toFixed(7)).join(','));
    for (const [name, value] of narrowing(choiceOf(layer))) words.set(name, value);
    next = `${layer.links.items}?${words}`;
    load(true);
  }

  async function load(fresh = false) {
    const mine = ++turn;
    if (fresh) count.textContent = t('loading');
    more.hidden = true;
    try {
      const page = await askJson(next);
      if (mine !== turn) return;
      if (fresh) replace(rows);
      loaded = fresh ? page.features.length : loaded + page.features.length;
      rows.append(...page.features.map(row));
      next = page.links.find((link) => link.rel === 'next')?.href ?? null;
      more.hidden = !next;
      tell(page.numberMatched);
    } catch (error) {
      if (mine !== turn) return;
      replace(rows, h('tr', {}, h('td', {colspan: String(layer.columns.length), role: 'alert'}, error.message)));
      count.textContent = t('failed');
    }
  }

  function tell(matched) {
    const all = matched ?? (next ? null : loaded);
    count.textContent = all === null ? t('rowsLoaded', {n: number(loaded)}) : t('rowsOf', {n: number(loaded), all: number(all)});
    if (!loaded) replace(rows, h('tr', {}, h('td', {colspan: String(layer.columns.length), class: 'none'}, t('noRows'))));
    announce(count.textContent);
  }

  /** Shows a row's feature, unless another row was chosen or the table closed before it came. */
  async function choose(id) {
    const [mine, of] = [++chosen, layer];
    try {
      const feature = await askJson(`${of.links.items}/${encodeURIComponent(id)}?f=json${pastOf(state.layers[of.id].version)}`);
      if (mine === chosen && layer === of) showFeature(of, feature);
    } catch (error) {
      if (mine === chosen && layer === of) toast(error.message);
    }
  }

  function row(feature) {
    const go = () => choose(feature.id);
    const cells = layer.columns.map((column) => h('td', {class: isFigure(column) ? 'figure' : ''}, shownValue(layer, column.name, feature.properties[column.name] ?? '')));
    return h('tr', {tabindex: '0', onclick: go, onkeydown: (event) => event.key === 'Enter' && go()}, cells);
  }

  const moved = () => asked.inView && begin();
  let seen = '';
  onChange((keys) => {
    if (!layer) return;
    const now = JSON.stringify([layer.id, narrowing(choiceOf(layer))]);
    if (keys.has('language')) redraw(root, render);
    if (((keys.has('layers') || keys.has('time')) && now !== seen) || keys.has('language')) begin();
    seen = now;
  });
  return {root, open, close, isOpen: () => layer !== null};
}
