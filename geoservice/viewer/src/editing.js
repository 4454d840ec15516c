// A feature changed by hand, by a reader whose token may write its layer: attributes, shape, a new one, none. The service keeps who did it.
import {ask, askJson} from './api.js';
import {attributeForm, codesOf} from './attributes.js';
import {cuttings} from './cutting.js';
import {h, icon, replace, toast} from './dom.js';
import {changeList} from './history.js';
import {t, titleOf} from './i18n/index.js';
import {merging, open} from './merging.js';
import {changeLayer, state} from './state.js';

const DRAWN = {point: ['Point'], line: ['LineString'], polygon: ['Polygon'], mixed: ['Point', 'LineString', 'Polygon']};
const AFTER_CLICK = 320; // milliseconds until the click that ends a drawing is over

/** What shapes a reader may add to a layer: types of GeoJSON, none when it is not theirs to write, or shown as it was. */
export const drawable = (layer) => (layer.writable && !state.layers[layer.id].version ? DRAWN[layer.geometry] ?? [] : []);

/** Makes the desk. `board` is shaping.js's, `cutter` cutting.js's, `sketch` takes new shapes, `show(layer, feature)` opens a feature in the card. */
export function editing(view, card, sketch, board, cutter, show) {
  const {amend} = merging(view, card);

  /** What stands under a feature's attributes. `changed(hit)` is told when it was saved. */
  function controls(layer, hit, changed) {
    if (!drawable(layer).length) return null;
    const address = `${layer.links.items}/${encodeURIComponent(hit.id)}`;
    const root = h('div', {class: 'editing'});
    const link = (name, act) => h('button', {class: 'link', onclick: () => act().catch((error) => tell(error.message))}, t(name));

    function actions() {
      replace(root, link('edit', edit), hit.shape ? link('reshape', reshape) : null, cuttings(hit.shape).map((name) => link(name, () => cutter.begin(name, layer, hit.id))), link('history', history), link('remove', remove));
    }

    async function edit() {
      const [opened, codes] = await Promise.all([open(address), codesOf(layer)]);
      const submit = async (properties) => {
        if (Object.keys(properties).length) {
          toast(t((await amend(layer, hit.id, opened, {properties})) ? 'saved' : 'mineDropped'));
          changed(hit);
        } else actions();
      };
      replace(root, attributeForm(layer, opened.feature.properties, codes, {submit, foot: h('button', {class: 'small', type: 'button', onclick: actions}, t('cancel'))}));
      root.querySelector('input, select')?.focus();
    }

    async function reshape(drawn = null) {
      const opened = await open(address);
      board.begin({
        layer,
        id: hit.id,
        geometry: drawn ?? opened.feature.geometry,
        fresh: Boolean(drawn),
        title: `${titleOf(layer)} #${hit.id}`,
        save: async (geometry) => {
          toast(t((await amend(layer, hit.id, opened, {geometry})) ? 'saved' : 'mineDropped'));
          changed(hit);
        },
        again: reshape,
      });
      if (window.innerWidth <= 760) card.close();
    }

    async function history() {
      const {changes} = await askJson(`${address}/history?f=json`);
      replace(root, h('button', {class: 'link', onclick: actions}, t('close')), changeList(layer, changes));
    }

    async function remove() {
      const {etag} = await open(address);
      const sure = async () => {
        try {
          await ask(address, {method: 'DELETE', headers: {'if-match': etag}});
        } catch (error) {
          return tell(error.status === 412 ? t('changedMeanwhile') : error.message);
        }
        board.stop();
        card.close();
        toast(t('removed', {id: hit.id}));
        return view.renew(layer);
      };
      replace(root, h('p', {class: 'sure', role: 'alert'}, t('removeSure', {id: hit.id})), h('p', {class: 'edit-foot'}, h('button', {class: 'small', onclick: actions}, t('cancel')), h('button', {class: 'small bad', onclick: sure}, t('remove'))));
      root.querySelector('.bad').focus();
    }

    function tell(message) {
      actions();
      root.append(h('p', {class: 'trouble', role: 'alert'}, icon('warning'), message));
    }

    actions();
    return root;
  }

  /** Begins a new feature of a layer: its shape is drawn, then its attributes are asked for. */
  function create(layer, type) {
    changeLayer(layer.id, {on: true});
    card.close();
    board.stop();
    document.getElementById('panel').dataset.sheet = 'low'; // a phone's sheet gives way to the map
    board.snap.follow(layer);
    const onEnd = (geometry) => {
      const drawn = board.toDegrees(geometry);
      setTimeout(() => {
        sketch.stop();
        fill(layer, drawn);
      }, AFTER_CLICK);
    };
    sketch.begin({name: `new ${layer.id} ${type}`, type, icon: 'pencil', hint: 'drawHint', snap: board.snap.source, onEnd, onStop: () => board.busy() || board.snap.leave()});
  }

  async function fill(layer, drawn) {
    const codes = await codesOf(layer);
    const guest = {icon: 'pencil', title: () => t('newIn', {layer: titleOf(layer)}), render: form, onClose: () => board.stop()};
    board.begin({layer, geometry: drawn, fresh: true, title: t('newIn', {layer: titleOf(layer)}), onStop: () => card.shows(guest) && card.close()});
    card.show(guest);

    function form() {
      const submit = async (properties) => {
        const body = JSON.stringify({type: 'Feature', geometry: board.shape(), properties});
        const answer = await ask(layer.links.items, {method: 'POST', headers: {'content-type': 'application/geo+json'}, body});
        const {ids: [id]} = await answer.json();
        board.stop();
        toast(t('saved'));
        await view.renew(layer);
        show(layer, (await open(`${layer.links.items}/${id}`)).feature);
      };
      const cancel = h('button', {class: 'small', type: 'button', onclick: () => board.stop()}, t('cancel'));
      return h('div', {class: 'answer'}, h('p', {class: 'hint'}, t('newHint')), attributeForm(layer, {}, codes, {submit, foot: cancel}));
    }
  }

  return {controls, create};
}
