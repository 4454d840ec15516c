// Taking data away: a layer as a file, whole or what lies in view, in the coordinate system asked for.
import {saveAnswer} from './answers.js';
import {ask} from './api.js';
import {h, icon, replace, toast} from './dom.js';
import {metres, say, t, titleOf} from './i18n/index.js';
import {choiceOf, narrowing, periodShown} from './narrowed.js';
import {state} from './state.js';

const VECTOR = [['gpkg', 'GeoPackage'], ['shp', 'Shapefile (ZIP)'], ['geojson', 'GeoJSON'], ['csv', 'CSV'], ['kml', 'KML'], ['gml', 'GML'], ['dxf', 'DXF'], ['fgb', 'FlatGeobuf'], ['parquet', 'GeoParquet']];
const MOST_FEATURES = 10_000; // in one page of GeoJSON
const CGCS2000 = 4490;
const LARGEST_SIDE = 16_384; // pixels a window may have

/** Makes the dialog. */
export function downloads(catalogue, view) {
  const dialog = h('dialog', {class: 'dialog download'});

  function open(layer) {
    const vector = layer.kind === 'vector';
    const form = h('select', {id: 'download-form'}, formats(layer).map(([id, name]) => h('option', {value: id}, name)));
    const area = h('select', {id: 'download-area'}, h('option', {value: 'view'}, t('areaInView')), h('option', {value: 'all'}, t('areaWhole')));
    const crs = h('select', {id: 'download-crs'}, systems().map(([code, name]) => h('option', {value: code}, name)));
    const text = h('select', {id: 'download-text'}, ['UTF-8', 'GBK'].map((name) => h('option', {value: name}, name)));
    const note = h('p', {class: 'hint', role: 'status'});
    const doubt = h('p', {class: 'hint download-doubt'}, icon('target'), h('span', {}));
    const go = h('button', {class: 'primary', type: 'submit'}, t('download'));
    const rows = {crs: field('download-crs', t('crsWanted'), crs), text: field('download-text', t('textEncoding'), text)};

    function follow() {
      const [chosen, whole] = [form.value, area.value === 'all'];
      rows.text.hidden = chosen !== 'shp';
      rows.crs.hidden = chosen === 'kml';
      const size = vector ? null : pixels(layer, whole);
      const served = size && state.layers[layer.id].version ? ` · ${t('servedOnly')}` : ''; // a coverage has no versions
      note.textContent = size ? `${size[0]} × ${size[1]} px${served}` : state.layers[layer.id].filter ? t('filteredOnly') : '';
      doubt.lastChild.textContent = doubtOf(layer, chosen === 'kml' ? 'CRS84' : crs.value);
      go.disabled = Boolean(size && Math.max(...size) > LARGEST_SIDE);
      if (go.disabled) note.textContent = t('tooManyPixels', {n: LARGEST_SIDE});
    }

    const body = h(
      'form',
      {
        method: 'dialog',
        onsubmit: (event) => {
          event.preventDefault();
          fetchFile(layer, address(layer, {form: form.value, whole: area.value === 'all', crs: crs.value, text: text.value}), go, note);
        },
        onchange: follow,
      },
      field('download-form', t('format'), form),
      field('download-area', t('areaWanted'), area),
      rows.crs,
      rows.text,
      doubt,
      note,
      h('p', {class: 'dialog-foot'}, layer.licence ? h('span', {class: 'hint'}, `${t('licence')}: ${layer.licence}`) : null, go),
    );
    dialog.setAttribute('aria-label', `${t('download')}: ${titleOf(layer)}`);
    replace(dialog, h('header', {}, h('h2', {}, `${t('download')} · ${titleOf(layer)}`), h('button', {class: 'quiet', 'aria-label': t('close'), onclick: () => dialog.close()}, icon('close'))), body);
    follow();
    dialog.showModal();
  }

  function systems() {
    const {storage, metric} = catalogue.frame;
    return [[storage.srid, storage.name], [metric.srid, metric.name], ['CRS84', 'WGS 84'], [3857, 'Web Mercator']].map(([code, name]) => [code, code === 'CRS84' ? 'WGS 84 (CRS84)' : `${say(name)} (EPSG:${code})`]);
  }

  /** How far off the file's coordinates may be: as the layer's, and by the step to WGS 84 where the frame is on CGCS2000. */
  function doubtOf(layer, crs) {
    const {accuracy_m: accuracy} = layer.provenance;
    const own = Number.isFinite(accuracy) ? t('downloadWithin', {metres: metres(accuracy)}) : t('downloadUnknown');
    const nominal = catalogue.frame.storage.srid === CGCS2000 && ['CRS84', '3857'].includes(String(crs));
    return nominal ? `${own} ${t('downloadNominal')}` : own;
  }

  /** The part of the layer that is in view, west, south, east, north in degrees. */
  function boxInView(layer) {
    const corners = view.lonLatBox();
    const [west, south, east, north] = layer.extent ?? corners;
    return [Math.max(west, corners[0]), Math.max(south, corners[1]), Math.min(east, corners[2]), Math.min(north, corners[3])];
  }

  function pixels(layer, whole) {
    const [west, south, east, north] = (whole ? layer.extent : boxInView(layer)).map(Number);
    const degree = 111_320;
    const {resolution_m: cell} = layer.provenance;
    const across = ((east - west) * degree * Math.cos(((south + north) * Math.PI) / 360)) / cell;
    return [Math.max(0, Math.round(across)), Math.max(0, Math.round(((north - south) * degree) / cell))];
  }

  function address(layer, {form, whole, crs, text}) {
    const words = new URLSearchParams();
    if (layer.kind === 'vector') {
      words.set('f', form === 'geojson' ? 'json' : form);
      if (form === 'geojson') words.set('limit', String(MOST_FEATURES));
      for (const [name, value] of narrowing(choiceOf(layer))) words.set(name, value);
      if (!whole) words.set('bbox', boxInView(layer).map((value) => value.toFixed(7)).join(','));
      if (form !== 'kml' && !(form === 'geojson' && crs === 'CRS84')) words.set('crs', uri(crs));
      if (form === 'shp' && text !== 'UTF-8') words.set('encoding', text);
      return `${layer.links.items}?${words}`;
    }
    words.set('bbox', (whole ? layer.extent : boxInView(layer)).map((value) => Number(value).toFixed(7)).join(','));
    words.set('crs', uri(crs));
    if (periodShown(layer)) words.set('datetime', periodShown(layer));
    return `${layer.links.self}/coverage?${words}`;
  }

  async function fetchFile(layer, from, button, note) {
    button.disabled = true;
    note.textContent = t('preparing');
    try {
      await saveAnswer(await ask(from, {headers: {accept: '*/*'}}), `${layer.id}.geojson`);
      dialog.close();
      toast(t('downloadBegun', {layer: titleOf(layer)}));
    } catch (error) {
      note.textContent = error.message;
      button.disabled = false;
    }
  }

  return {dialog, open};
}

/** GeoJSON comes in pages: it is offered for what one page holds. */
function formats(layer) {
  if (layer.kind !== 'vector') return [['tif', 'GeoTIFF']];
  return VECTOR.filter(([id]) => id !== 'geojson' || (layer.count ?? Infinity) <= MOST_FEATURES);
}

const field = (id, title, control) => h('p', {class: 'field'}, h('label', {for: id}, title), control);

const uri = (crs) => (crs === 'CRS84' ? 'http://www.opengis.net/def/crs/OGC/1.3/CRS84' : `http://www.opengis.net/def/crs/EPSG/0/${crs}`);
