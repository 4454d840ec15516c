// A feature changed by hand, by a reader whose token may write its layer: attributes, shape, a new one, none. The service keeps who did it.
import {ask, askJson} from './api.js';
import {attributeForm, codesOf, isWritten} from './attributes.js';
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
  const desks = new WeakMap(); // hit -> what stands under it, while something is being written there

  /** What stands under a feature's attributes. `changed(hit)` is told when it was saved. */
  function controls(layer, hit, changed) {
    if (!drawable(layer).length) return null;
    if (desks.has(hit)) return desks.get(hit);
    const address = `${layer.links.items}/${encodeURIComponent(hit.id)}`;
    const root = h('div', {class: 'editing'});
    let turn = 0;
    let takeOff = () => {}; // this feature's shape from the board

    /** Each act is given what says whether it is still the last one asked for, under a card that is still open: an answer may come late. */
    function link(name, act) {
      const begin = () => {
        const mine = ++turn;
        const wanted = () => mine === turn && root.isConnected;
        act(wanted).catch((error) => wanted() && tell(error.message));
      };
      return h('button', {class: 'link', onclick: begin}, t(name));
    }

    function actions() {
      turn += 1;
      desks.delete(hit);
      replace(root, link('edit', edit), hit.shape ? link('reshape', reshape) : null, cuttings(hit.shape).map((name) => link(name, (wanted) => cutter.begin(name, layer, hit.id, wanted))), link('history', history), link('remove', remove));
    }

    async function edit(wanted) {
      const [opened, codes] = await Promise.all([open(address), codesOf(layer)]);
      if (!wanted()) return;
      desks.set(hit, root);
      const submit = async (properties) => {
        if (Object.keys(properties).length) {
          toast(t((await amend(layer, hit.id, opened, {properties})) ? 'saved' : 'mineDropped'));
          changed(hit);
        } else actions();
      };
      replace(root, attributeForm(layer, opened.feature.properties, codes, {submit, foot: h('button', {class: 'small', type: 'button', onclick: actions}, t('cancel'))}));
      root.querySelector('input, select')?.focus();
    }

    async function reshape(wanted, drawn = null) {
      const opened = await open(address);
      if (!wanted()) return;
      takeOff = board.begin({
        layer,
        id: hit.id,
        geometry: drawn ?? opened.feature.geometry,
        fresh: Boolean(drawn),
        title: `${titleOf(layer)} #${hit.id}`,
        save: async (geometry) => {
          toast(t((await amend(layer, hit.id, opened, {geometry})) ? 'saved' : 'mineDropped'));
          changed(hit);
        },
        again: (given) => reshape(() => !board.busy(), given).catch((error) => toast(error.message)),
      });
      if (window.innerWidth <= 760) card.close();
    }

    async function history(wanted) {
      const {changes} = await askJson(`${address}/history?f=json`);
      if (!wanted()) return;
      replace(root, h('button', {class: 'link', onclick: actions}, t('close')), changeList(layer, changes));
    }

    async function remove(wanted) {
      const {etag, feature} = await open(address);
      if (!wanted()) return;
      const sure = async ({target}) => {
        target.disabled = true; // once is enough
        try {
          await ask(address, {method: 'DELETE', headers: {'if-match': etag}});
        } catch (error) {
          return tell(error.status === 412 ? t('changedMeanwhile') : error.message);
        }
        takeOff(true);
        if (root.isConnected) card.close();
        toast(t('removed', {id: hit.id}), t('bringBack'), () => bringBack(layer, feature).catch((error) => toast(error.message)));
        return view.renew(layer);
      };
      replace(root, h('p', {class: 'sure', role: 'alert'}, t('removeSure', {id: hit.id})), h('p', {class: 'edit-foot'}, h('button', {class: 'small', onclick: actions}, t('cancel')), h('button', {class: 'small bad', onclick: sure}, t('remove'))));
      root.querySelector('.bad').focus();
    }

    function tell(message) {
      if (!root.isConnected) return toast(message);
      actions();
      root.append(h('p', {class: 'trouble', role: 'alert'}, icon('warning'), message));
    }

    actions();
    return root;
  }

  /** A feature that was deleted is made anew, as it was then: it has another number, and the history of the first stays with that. */
  async function bringBack(layer, {id, geometry, properties}) {
    const fresh = await add(layer, geometry, properties);
    toast(t('broughtBack', {was: id, id: fresh}));
    await view.renew(layer);
    const {feature} = await open(`${layer.links.items}/${fresh}`);
    if (!card.isOpen() && !board.busy() && !sketch.busy()) show(layer, feature);
  }

  /** Adds a feature; returns its id. */
  async function add(layer, geometry, properties) {
    const body = JSON.stringify({type: 'Feature', geometry, properties});
    const answer = await ask(layer.links.items, {method: 'POST', headers: {'content-type': 'application/geo+json'}, body});
    return (await answer.json()).ids[0];
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
        if (!board.busy()) fill(layer, drawn);
      }, AFTER_CLICK);
    };
    sketch.begin({name: `new ${layer.id} ${type}`, type, icon: 'pencil', hint: 'drawHint', snap: board.snap.source, onEnd, onStop: () => board.busy() || board.snap.leave()});
  }

  /** Asks for what a drawn shape is; `desk` holds the form, for the shape that is taken up again. */
  function fill(layer, drawn, desk = {}) {
    const guest = {icon: 'pencil', title: () => t('newIn', {layer: titleOf(layer)}), render: () => desk.form ?? h('p', {class: 'empty waiting'}, t('loading')), onClose: () => desk.takeOff()};
    desk.guest = guest;
    desk.takeOff = board.begin({layer, geometry: drawn, fresh: true, title: t('newIn', {layer: titleOf(layer)}), onStop: () => card.shows(guest) && card.close(), again: (given) => fill(layer, given, desk)});
    card.show(guest);
    codesOf(layer).then((codes) => {
      desk.form ??= h('div', {class: 'answer'}, h('p', {class: 'hint'}, t('newHint')), attributeForm(layer, {}, codes, {submit, foot: h('button', {class: 'small', type: 'button', onclick: () => desk.takeOff()}, t('cancel'))}));
      card.refresh(guest);
    });

    async function submit(properties) {
      const id = await add(layer, board.shape(), properties);
      const awaited = card.shows(desk.guest);
      desk.takeOff(true);
      toast(t('saved'));
      await view.renew(layer);
      const {feature} = await open(`${layer.links.items}/${id}`);
      if (awaited && !card.isOpen() && !board.busy() && !sketch.busy()) show(layer, feature);
    }
  }

  return {controls, create, written: (hit) => isWritten(desks.get(hit))};
}
