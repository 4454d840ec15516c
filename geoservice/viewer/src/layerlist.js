// The layers grouped by department: switch, symbol, accuracy; opened, a layer shows opacity, order, rendering and its history.
import {h, icon, replace} from './dom.js';
import {drawable} from './editing.js';
import {say, t, titleOf} from './i18n/index.js';
import {isMoment, localOf, momentOf} from './past.js';
import {accuracyBadge, privateBadge, provenanceBlock, syntheticBadge} from './provenance.js';
import {change, changeLayer, moveLayer, onChange, state, switchLayer} from './state.js';
import {swatch} from './symbols.js';
import {timeInWords} from './timebar.js';
import {versionChoice} from './versions.js';

const TYPING = 800; // milliseconds: a moment is typed part by part, and each part changes it

/** Makes the list. `act` is what may be done with a layer: {show, download, table, compare, read}. */
export function layerList(catalogue, act) {
  const open = new Set();
  const closed = new Set();
  const root = h('div', {class: 'layer-list'});
  const rows = new Map();
  const pictures = new Set(catalogue.layers.filter((layer) => layer.kind !== 'vector' && !layer.basemap).map((layer) => layer.id));

  function groups() {
    const overlays = catalogue.layers.filter((layer) => !layer.basemap);
    const known = catalogue.departments.map((department) => [department, overlays.filter((layer) => layer.department === department.id)]);
    const ids = new Set(catalogue.departments.map((department) => department.id));
    const others = overlays.filter((layer) => !ids.has(layer.department));
    const named = [...new Set(others.map((layer) => layer.department))].map((id) => [{id, title: id}, others.filter((layer) => layer.department === id)]);
    return [...known, ...named].filter(([, layers]) => layers.length);
  }

  function render() {
    rows.clear();
    const all = groups();
    if (!all.length) {
      replace(root, h('div', {class: 'empty'}, h('p', {}, t('noLayers')), h('p', {}, t('noLayersHint')), h('code', {}, 'geoservice import FILE --layer NAME')));
      return;
    }
    replace(root, all.map(([department, layers]) => group(department, layers)));
  }

  function group(department, layers) {
    const on = layers.filter((layer) => state.layers[layer.id].on).length;
    const isOpen = !closed.has(department.id);
    const id = `department-${department.id}`;
    const body = h('ul', {class: 'rows', id, hidden: !isOpen}, layers.map(row));
    const head = h(
      'button',
      {
        class: 'group-head', 'aria-expanded': String(isOpen), 'aria-controls': id,
        onclick: () => {
          if (closed.has(department.id)) closed.delete(department.id);
          else closed.add(department.id);
          body.hidden = closed.has(department.id);
          head.setAttribute('aria-expanded', String(!body.hidden));
        },
      },
      h('span', {class: `department ${department.id}`}, icon(department.id)),
      h('span', {class: 'group-title'}, say(department.title)),
      h('span', {class: 'count'}, `${on}/${layers.length}`),
      icon('chevron', 'turn'),
    );
    return h('section', {class: 'group'}, h('h2', {}, head), body);
  }

  function row(layer) {
    const made = h('li', {class: 'row'});
    rows.set(layer.id, made);
    fill(layer, made);
    return made;
  }

  function fill(layer, made) {
    const choice = state.layers[layer.id];
    const title = titleOf(layer);
    const isOpen = open.has(layer.id);
    made.classList.toggle('on', choice.on);
    const more = h(
      'button',
      {
        class: 'quiet more', 'aria-expanded': String(isOpen), 'aria-label': `${t('more')}: ${title}`, title: t('more'),
        onclick: () => {
          if (isOpen) open.delete(layer.id);
          else open.add(layer.id);
          fill(layer, made);
          made.querySelector('.more').focus();
          if (!isOpen) made.scrollIntoView({block: 'nearest'});
        },
      },
      icon('chevron', 'turn'),
    );
    replace(
      made,
      h(
        'div',
        {class: 'row-head'},
        h(
          'div',
          {class: 'row-words'},
          h(
            'div',
            {class: 'row-text'},
            h('label', {class: 'switch-row'}, toggle(layer, choice, title), layer.legend[0] ? swatch(layer.legend[0].symbol) : null, h('span', {class: 'row-title'}, title)),
            h(
              'span',
              {class: 'badges'},
              choice.version ? pastBadge(choice.version) : null,
              layer.version.unfinished ? h('span', {class: 'badge older', title: t('unfinishedWhat')}, t('unfinished')) : null,
              choice.filter ? h('span', {class: 'badge older', title: choice.filter}, icon('filter')) : null,
              state.time && layer.links.timeline && choice.on ? h('span', {class: 'badge older', title: timeInWords(state.time)}, icon('clock')) : null,
              syntheticBadge(layer),
              privateBadge(layer),
              accuracyBadge(layer),
            ),
          ),
        ),
        more,
      ),
      isOpen ? details(layer, choice, title) : null,
    );
  }

  function toggle(layer, choice, title) {
    return h('input', {
      type: 'checkbox', role: 'switch', class: 'switch', checked: choice.on, 'aria-label': title,
      onchange: (event) => switchLayer(layer, event.target.checked, pictures),
    });
  }

  function details(layer, choice, title) {
    const description = say(layer.description);
    return h(
      'div',
      {class: 'details'},
      description ? h('p', {class: 'description'}, description) : null,
      layer.version.unfinished ? h('p', {class: 'description'}, t('unfinishedWhat')) : null,
      h(
        'div',
        {class: 'controls'},
        h(
          'label',
          {class: 'opacity'},
          h('span', {}, t('opacity')),
          h('input', {
            type: 'range', min: '0', max: '100', value: String(Math.round(choice.opacity * 100)), 'aria-label': `${t('opacity')}: ${title}`,
            oninput: (event) => change({layers: {...state.layers, [layer.id]: {...state.layers[layer.id], opacity: Number(event.target.value) / 100, on: true}}}),
          }),
        ),
        h('button', {class: 'quiet', title: t('zoomTo'), 'aria-label': `${t('zoomTo')}: ${title}`, onclick: () => act.show(layer)}, icon('target')),
        layer.kind === 'vector' ? h('button', {class: 'quiet', title: t('table'), 'aria-label': `${t('table')}: ${title}`, onclick: () => act.table(layer)}, icon('table')) : null,
        h('button', {class: 'quiet', title: t('download'), 'aria-label': `${t('download')}: ${title}`, onclick: () => act.download(layer)}, icon('download')),
        h('button', {class: 'quiet', title: t('compare'), 'aria-label': `${t('compare')}: ${title}`, onclick: () => act.compare(layer)}, icon('swipe')),
        h('button', {class: 'quiet', title: t('moveUp'), 'aria-label': `${t('moveUp')}: ${title}`, onclick: () => moveLayer(layer.id, -1)}, icon('up')),
        h('button', {class: 'quiet', title: t('moveDown'), 'aria-label': `${t('moveDown')}: ${title}`, onclick: () => moveLayer(layer.id, 1)}, icon('down')),
      ),
      creating(layer),
      layer.renderings.length > 1 ? renderings(layer, choice) : null,
      layer.version.all.length > 1 ? versionChoice(layer) : null,
      layer.kind === 'vector' ? moment(layer, choice, title) : null,
      provenanceBlock(layer, act.read),
    );
  }

  /** A reader who may write the layer may add to it. */
  function creating(layer) {
    const types = drawable(layer);
    if (!types.length) return null;
    return h('p', {class: 'creating'}, types.map((type) => h('button', {class: 'small', onclick: () => act.create(layer, type)}, icon('pencil'), t(types.length > 1 ? `new_${type}` : 'newFeature'))));
  }

  function renderings(layer, choice) {
    return h(
      'div',
      {class: 'choices', role: 'radiogroup', 'aria-label': t('rendering')},
      layer.renderings.map((rendering) =>
        h(
          'button',
          {
            class: 'choice', role: 'radio', 'aria-label': `${say(rendering.title)}: ${titleOf(layer)}`, 'aria-checked': String(rendering.id === choice.rendering),
            onclick: () => changeLayer(layer.id, {rendering: rendering.id, on: true}),
          },
          say(rendering.title),
        ),
      ),
    );
  }

  function pastBadge(past) {
    if (!isMoment(past)) return h('span', {class: 'badge older', title: t('olderVersion', {n: past})}, `v${past}`);
    return h('span', {class: 'badge older', title: t('asItWas', {when: localOf(past).replace('T', ' ')})}, localOf(past).slice(5, 10));
  }

  /** The layer as it was at a moment, edits undone: for what stood there when a decision was made. */
  function moment(layer, choice, title) {
    let typing = 0;
    const choose = ({target}) => {
      clearTimeout(typing);
      typing = setTimeout(() => changeLayer(layer.id, {version: momentOf(target.value), on: true}), TYPING);
    };
    return h(
      'label',
      {class: 'versions'},
      h('span', {}, t('asOf')),
      h('input', {type: 'datetime-local', value: localOf(choice.version), max: localOf(momentOf(new Date())), 'aria-label': `${t('asOf')}: ${title}`, onchange: choose}),
    );
  }

  let shown = '';
  let warned = '';
  onChange((keys) => {
    const now = JSON.stringify([state.language, Object.entries(state.layers).map(([id, layer]) => [id, layer.on, layer.rendering, layer.version, layer.filter]), state.time]);
    const warnings = catalogue.layers.map((layer) => accuracyBadge(layer).className).join();
    if (now === shown && (warnings === warned || !keys.has('scale'))) return;
    const active = document.activeElement?.getAttribute('aria-label');
    const inside = root.contains(document.activeElement);
    [shown, warned] = [now, warnings];
    render();
    // Rendering anew must not take the keyboard away from where it was.
    if (inside && active) [...root.querySelectorAll('[aria-label]')].find((element) => element.getAttribute('aria-label') === active)?.focus();
  });
  render();
  return root;
}
