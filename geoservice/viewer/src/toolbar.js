// The buttons on the right: zoom, whole city, measure, print, full screen, help; above them frame and language.
import {h, icon, lasting, replace, toast} from './dom.js';
import {number, say, t} from './i18n/index.js';
import {change, onChange, state, toAddress} from './state.js';
import {switchTheme, theme} from './theme.js';

/** `tools` are what the buttons begin: {measure, askArea, profile, sheets, places, help, print}; a city without elevation has no profile. */
export function toolbar(view, tools) {
  const root = h('div', {class: 'toolbar', role: 'toolbar'});
  const zoom = (step) => {
    const mapView = view.map.getView();
    mapView.animate({zoom: mapView.getConstrainedZoom(mapView.getZoom() + step, step), duration: lasting(200)});
  };

  function button(name, iconName, act) {
    return h('button', {class: 'tool', title: t(name), 'aria-label': t(name), 'data-tool': name, onclick: act}, icon(iconName));
  }

  function render() {
    root.setAttribute('aria-label', t('tools'));
    replace(
      root,
      h('div', {class: 'tools'}, button('zoomIn', 'plus', () => zoom(1)), button('zoomOut', 'minus', () => zoom(-1)), button('home', 'home', view.showAll), button('places', 'bookmark', tools.places)),
      h('div', {class: 'tools asking'}, button('askArea', 'ask', tools.askArea), tools.profile ? button('profile', 'profile', tools.profile) : null, button('sheets', 'grid', tools.sheets)),
      h('div', {class: 'tools'}, button('measureLength', 'ruler', () => tools.measure('length')), button('measureArea', 'area', () => tools.measure('area'))),
      h('div', {class: 'tools rare'}, button('copyLink', 'link', copyLink), button('print', 'print', tools.print), button('fullscreen', 'fullscreen', fullscreen), button('help', 'help', tools.help)),
    );
  }

  onChange((keys) => keys.has('language') && render());
  render();
  return root;
}

/** The two-way switches of frame, light and language. */
export function modeSwitch(catalogue) {
  const root = h('div', {class: 'modes'});

  function render() {
    const {metric} = catalogue.frame;
    const other = theme() === 'dark' ? 'themeLight' : 'themeDark';
    const factor = number(1 / Math.cos(((state.centre?.[1] ?? catalogue.frame.extent[1]) * Math.PI) / 180), 2);
    const option = (id, title, hint) =>
      h('button', {role: 'radio', class: 'mode', 'data-frame': id, 'aria-checked': String(state.frame === id), title: hint, onclick: () => change({frame: id})}, title);
    replace(
      root,
      h(
        'div',
        {class: 'segmented', role: 'radiogroup', 'aria-label': t('frame')},
        option('mercator', t('mercator'), t('mercatorHint', {factor})),
        option('metric', t('metric'), t('metricHint', {name: say(metric.name), srid: metric.srid})),
      ),
      h('button', {class: 'theme', title: t(other), 'aria-label': t(other), onclick: () => { switchTheme(); render(); root.querySelector('.theme').focus(); }}, icon(theme() === 'dark' ? 'sun' : 'moon')),
      h('button', {class: 'language', lang: state.language === 'zh' ? 'en' : 'zh-CN', title: t('switchLanguage'), onclick: () => change({language: state.language === 'zh' ? 'en' : 'zh'})}, t('language')),
    );
  }

  onChange((keys) => {
    if (!keys.has('language') && !keys.has('frame')) return;
    const active = root.contains(document.activeElement) ? document.activeElement.className : null;
    render();
    if (active) (root.querySelector(`.${active}[aria-checked="true"]`) ?? root.querySelector(`.${active}`))?.focus();
  });
  render();
  return root;
}

export async function copyLink() {
  history.replaceState(null, '', toAddress());
  await copyText(location.href);
}

/** Puts an address on the clipboard; where the browser keeps that shut, it is shown to be copied by hand. */
export async function copyText(address) {
  try {
    await navigator.clipboard.writeText(address);
    toast(t('linkCopied'));
  } catch {
    window.prompt(t('copyLink'), address);
  }
}

export function fullscreen() {
  if (document.fullscreenElement) document.exitFullscreen();
  else document.documentElement.requestFullscreen?.().catch(() => {});
}
