// Legend symbols as small drawings, from the legend's data.
import {h} from './dom.js';

const SVG = 'http://www.w3.org/2000/svg';

function draw(width, height, ...shapes) {
  const picture = document.createElementNS(SVG, 'svg');
  picture.setAttribute('viewBox', `0 0 ${width} ${height}`);
  picture.setAttribute('class', 'swatch');
  picture.setAttribute('width', width);
  picture.setAttribute('height', height);
  picture.setAttribute('aria-hidden', 'true');
  for (const [tag, attributes] of shapes) {
    const shape = document.createElementNS(SVG, tag);
    for (const [name, value] of Object.entries(attributes)) shape.setAttribute(name, value);
    picture.append(shape);
  }
  return picture;
}

const line = (attributes) => ['path', {d: 'M1 8.5 8 8.500 15 5.500 23 5.500', fill: 'none', 'stroke-linecap': 'round', 'stroke-linejoin': 'round', ...attributes}];

export function swatch(symbol) {
  switch (symbol.type) {
    case 'fill': {
      const box = {x: 2, y: 1.5, width: 20, height: 11, rx: 2};
      const edge = {fill: symbol.fill, 'fill-opacity': symbol.opacity ?? 1, stroke: symbol.outline ?? 'none', 'stroke-width': 1.1};
      if (symbol.dash) edge['stroke-dasharray'] = '3.5 1.6';
      const glow = symbol.glow ? [['rect', {...box, fill: 'none', stroke: symbol.glow, 'stroke-opacity': 0.25, 'stroke-width': 4}]] : [];
      return draw(24, 14, ...glow, ['rect', {...box, ...edge}]);
    }
    case 'line': {
      const parts = [];
      if (symbol.casing) parts.push(line({stroke: symbol.casing, 'stroke-width': symbol.width + 1.8}));
      parts.push(line({stroke: symbol.colour, 'stroke-width': symbol.width, ...(symbol.dash ? {'stroke-dasharray': '4 2.600'} : {})}));
      return draw(24, 14, ...parts);
    }
    case 'circle':
      return draw(24, 14, ['circle', {cx: 12, cy: 7, r: symbol.radius ?? 4, fill: symbol.fill, stroke: symbol.outline ?? 'none', 'stroke-width': 1.4}]);
    case 'ramp':
      return draw(24, 14, ...symbol.stops.map((stop, place) => ['rect', {x: 2 + (20 / symbol.stops.length) * place, y: 1.5, width: 20 / symbol.stops.length + 0.3, height: 11, fill: stop.colour}]));
    default:
      return draw(24, 14, ['rect', {x: 2, y: 1.500, width: 20, height: 11, rx: 2, fill: '#7f9a78'}], ['path', {d: 'M2 10 8 5.500 13 9.500 17 7 22 10.500V11a1.500 1.500 0 0 1-1.500 1.500h-17A1.500 1.500 0 0 1 2 11z', fill: '#5c7a62'}]);
  }
}

/** A wide ramp with its labels, for the legend panel. */
export function ramp(stops) {
  const colours = stops.map((stop) => stop.colour).join(', ');
  return h(
    'div',
    {class: 'ramp'},
    h('div', {class: 'ramp-bar', style: {background: `linear-gradient(90deg, ${colours})`}}),
    h('div', {class: 'ramp-labels'}, stops.map((stop) => h('span', {}, stop.label))),
  );
}
