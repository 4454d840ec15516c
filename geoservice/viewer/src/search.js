// One box that finds layers by name, places by their labels, and goes to typed coordinates.
import {askJson} from './api.js';
import {precisionOf, readPosition} from './coordinates.js';
import {announce, h, handBack, icon, replace} from './dom.js';
import {getLanguage, metres, number, say, t, titleOf} from './i18n/index.js';
import {changeLayer, onChange, state} from './state.js';

/** `go` may be asked to show a layer, a feature, or a position. */
export function searchBox(catalogue, go) {
  const input = h('input', {type: 'search', id: 'search', autocomplete: 'off', role: 'combobox', 'aria-expanded': 'false', 'aria-controls': 'found', 'aria-autocomplete': 'list'});
  const list = h('div', {id: 'found', class: 'found', role: 'listbox', hidden: true});
  const root = h('div', {class: 'search'}, icon('search'), input, list);
  let asked = 0;
  let active = -1;

  function entry(iconName, title, note, act, met = '') {
    const item = h('div', {class: 'hit', role: 'option', id: `hit-${crypto.getRandomValues(new Uint32Array(1))[0]}`, onmousedown: (event) => event.preventDefault(), onclick: () => { act(); close(); input.blur(); }});
    item.append(icon(iconName), h('span', {class: 'hit-title'}, title, met ? h('small', {}, met) : null), h('span', {class: 'hit-note'}, note));
    return item;
  }

  async function find() {
    const text = input.value.trim();
    const turn = ++asked;
    if (!text) return close();
    const sections = [positions(text), layers(text)];
    show(sections, text, true);
    await new Promise((resolve) => setTimeout(resolve, 220));
    if (turn !== asked) return;
    let trouble = '';
    const [places, sheet] = await Promise.all([features(catalogue, text).catch((error) => { trouble = error.message; return []; }), sheetOf(catalogue, text)]);
    if (turn !== asked) return;
    if (sheet) sections.push([t('sheets'), [entry('grid', sheet.properties.code, `1:${number(sheet.properties.scale)}`, () => go.sheet(sheet))]]);
    sections.push([t('foundPlaces'), places.map(({layer, feature, title}) => entry('pin', title, titleOf(layer), () => go.feature(layer, feature), feature.matched))]);
    show(sections, text, false, trouble);
    const {length} = list.querySelectorAll('.hit');
    announce(length ? t('foundSome', {n: length}) : list.textContent);
  }

  function positions(text) {
    const found = readPosition(text, go.fromMetric);
    if (!found) return [t('foundPosition'), []];
    const [lon, lat] = found.lonLat;
    const degrees = `${Number(lon.toFixed(7))}°, ${Number(lat.toFixed(7))}°`;
    const doubt = t('readAs', {metres: metres(precisionOf(text))});
    const item = entry('target', found.zone ? t('inZone', found) : degrees, t('goTo'), () => go.position(found.lonLat), found.zone ? `${degrees} · ${doubt}` : doubt);
    item.title = t('readAsHint');
    return [t('foundPosition'), [item]];
  }

  function layers(text) {
    const wanted = text.toLowerCase();
    const names = Object.fromEntries(catalogue.departments.map((department) => [department.id, department.title]));
    const hits = catalogue.layers.filter((layer) => {
      const words = [layer.id, layer.theme, ...Object.values(layer.title), ...Object.values(names[layer.department] ?? {})];
      return !layer.basemap && words.join(' ').toLowerCase().includes(wanted);
    });
    const entries = hits.slice(0, 8).map((layer) =>
      entry(layer.department, titleOf(layer), say(names[layer.department]), () => {
        changeLayer(layer.id, {on: true});
        go.layer(layer);
      }),
    );
    return [t('foundLayers'), entries];
  }

  function show(sections, text, more, trouble = '') {
    const filled = sections.filter(([, entries]) => entries.length);
    if (!filled.length && more) return;
    const body = filled.flatMap(([title, entries]) => [h('div', {class: 'hit-head'}, title), ...entries]);
    replace(list, body.length ? body : h('div', {class: 'hit-none'}, trouble || t('nothingFound', {text})));
    list.hidden = false;
    input.setAttribute('aria-expanded', 'true');
    active = -1;
  }

  function close() {
    asked += 1;
    list.hidden = true;
    input.setAttribute('aria-expanded', 'false');
    input.removeAttribute('aria-activedescendant');
  }

  function move(step) {
    const hits = [...list.querySelectorAll('.hit')];
    if (!hits.length) return;
    active = (active + step + hits.length) % hits.length;
    for (const [place, hit] of hits.entries()) hit.setAttribute('aria-selected', String(place === active));
    hits[active].scrollIntoView({block: 'nearest'});
    input.setAttribute('aria-activedescendant', hits[active].id);
  }

  input.addEventListener('input', find);
  input.addEventListener('focus', () => input.value && find());
  input.addEventListener('blur', () => setTimeout(() => document.activeElement === input || close(), 120));
  input.addEventListener('keydown', (event) => {
    if (event.isComposing) return; // the key chooses among characters, not among places
    if (event.key === 'ArrowDown') move(1);
    else if (event.key === 'ArrowUp') move(-1);
    else if (event.key === 'Enter') (list.querySelectorAll('.hit')[Math.max(active, 0)] ?? null)?.click();
    else if (event.key === 'Escape') {
      input.value = '';
      close();
      handBack(input);
    } else return;
    event.preventDefault();
    event.stopPropagation();
  });
  const words = () => {
    input.placeholder = t('search');
    input.setAttribute('aria-label', t('search'));
  };
  onChange((keys) => keys.has('language') && words());
  words();
  return {root, focus: () => input.focus()};
}

/** Features of all layers whose names meet the text: by a part, by pinyin, by first letters. Of those called alike what is on the map comes first. */
async function features(catalogue, text) {
  const byId = new Map(catalogue.layers.map((layer) => [layer.id, layer]));
  const {features: found} = await askJson(`${catalogue.links.search}?q=${encodeURIComponent(text)}`);
  const named = found.map((feature) => {
    const layer = byId.get(feature.collection);
    const english = getLanguage() === 'en' ? feature.properties[layer?.label.en] : null;
    return {layer, feature, title: String(english ?? feature.title ?? feature.id)};
  });
  const known = named.filter(({layer}) => layer);
  const titles = known.map(({title}) => title);
  const place = ({layer, title}) => titles.indexOf(title) + (state.layers[layer.id].on ? 0 : 0.5);
  return known.sort((a, b) => place(a) - place(b)).slice(0, 12);
}

/** The map sheet that bears the text as its number, if it looks like one: I50G012345. */
async function sheetOf(catalogue, text) {
  if (!/^[A-Va-v]-?\d{1,2}[-A-Ka-k(]?[\w()-]*$/.test(text)) return null;
  return askJson(`${catalogue.links.sheets}/${encodeURIComponent(text)}?f=json`).catch(() => null);
}
