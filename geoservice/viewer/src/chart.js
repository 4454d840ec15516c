// A line chart as SVG: distance along, height up. The pointer or the arrow keys walk along it.
import {h} from './dom.js';
import {metres, number} from './i18n/index.js';

const SVG = 'http://www.w3.org/2000/svg';
const [WIDTH, HEIGHT] = [336, 178];
const [LEFT, RIGHT, TOP, BOTTOM] = [40, 8, 10, 24];

function shape(tag, attributes, ...children) {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

/** Steps of 1, 2 or 5 times a power of ten, about `wanted` of them between two values. */
export function ticks(low, high, wanted = 4) {
  const rough = (high - low) / wanted;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * [1, 2, 5, 10].find((factor) => factor * power >= rough);
  const first = Math.ceil(low / step - 1e-9);
  return Array.from({length: Math.floor(high / step + 1e-9) - first + 1}, (_, place) => (first + place) * step);
}

/** Draws points [distance, height or null]. `onPoint(index or -1)` follows the walker; `say(index)` gives its words. */
export function chart(points, {label, onPoint, say}) {
  const known = points.filter(([, height]) => height !== null);
  const far = points.at(-1)[0];
  const heights = known.map(([, height]) => height);
  let [low, high] = [Math.min(...heights), Math.max(...heights)];
  const room = Math.max((high - low) * 0.08, 0.5); // a plain stays a plain: at least a metre from top to bottom
  [low, high] = [low - room, high + room];
  const x = (distance) => LEFT + (distance / far) * (WIDTH - LEFT - RIGHT);
  const y = (height) => TOP + (1 - (height - low) / (high - low)) * (HEIGHT - TOP - BOTTOM);
  const floor = HEIGHT - BOTTOM;
  const runs = partsOf(points);
  const line = runs.map((run) => `M${run.map(([d, z]) => `${x(d).toFixed(1)} ${y(z).toFixed(1)}`).join('L')}`).join('');
  const ground = runs.map((run) => `M${x(run[0][0]).toFixed(1)} ${floor}L${run.map(([d, z]) => `${x(d).toFixed(1)} ${y(z).toFixed(1)}`).join('L')}L${x(run.at(-1)[0]).toFixed(1)} ${floor}Z`).join('');
  const upTicks = ticks(low, high);
  const decimals = upTicks[1] - upTicks[0] < 1 ? 1 : 0;
  const cursor = shape('g', {class: 'cursor', visibility: 'hidden'}, shape('line', {y1: TOP, y2: floor}), shape('circle', {r: 4.5}));
  const picture = shape(
    'svg',
    {viewBox: `0 0 ${WIDTH} ${HEIGHT}`, class: 'chart', role: 'slider', tabindex: '0', 'aria-label': label, 'aria-valuemin': 0, 'aria-valuemax': points.length - 1, 'aria-valuenow': 0, 'aria-valuetext': say(0)},
    ...upTicks.map((height) => shape('line', {class: 'rule', x1: LEFT, x2: WIDTH - RIGHT, y1: y(height), y2: y(height)})),
    shape('path', {class: 'ground', d: ground}),
    shape('path', {class: 'surface', d: line}),
    ...upTicks.map((height) => text(LEFT - 6, y(height) + 4, 'end', number(height, decimals))),
    ...ticks(0, far, 4).map((distance) => text(Math.min(x(distance), WIDTH - 16), HEIGHT - 8, distance ? 'middle' : 'start', distance ? metres(distance) : '0')),
    cursor,
  );
  const caption = h('p', {class: 'chart-words', 'aria-hidden': 'true'}, '\u00a0');

  let at = -1;
  function walk(place) {
    at = Math.max(0, Math.min(points.length - 1, place));
    const [distance, height] = points[at];
    cursor.setAttribute('visibility', 'visible');
    cursor.querySelector('line').setAttribute('x1', x(distance));
    cursor.querySelector('line').setAttribute('x2', x(distance));
    cursor.querySelector('circle').setAttribute('cx', x(distance));
    cursor.querySelector('circle').setAttribute('cy', height === null ? floor : y(height));
    picture.setAttribute('aria-valuenow', at);
    picture.setAttribute('aria-valuetext', say(at));
    caption.textContent = say(at);
    onPoint(at);
  }
  function leave() {
    cursor.setAttribute('visibility', 'hidden');
    caption.textContent = '\u00a0';
    onPoint(-1);
  }
  picture.addEventListener('pointermove', (event) => {
    const box = picture.getBoundingClientRect();
    const wanted = ((((event.clientX - box.left) / box.width) * WIDTH - LEFT) / (WIDTH - LEFT - RIGHT)) * far;
    walk(nearest(points, wanted));
  });
  picture.addEventListener('pointerleave', leave);
  picture.addEventListener('blur', leave);
  picture.addEventListener('keydown', (event) => {
    const step = Math.max(1, Math.round(points.length / 50));
    const to = {ArrowRight: at + step, ArrowLeft: at - step, Home: 0, End: points.length - 1}[event.key];
    if (to === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    walk(to);
  });
  return h('figure', {class: 'chart-figure'}, picture, caption);
}

const text = (x, y, anchor, words) => shape('text', {x, y, 'text-anchor': anchor}, words);

/** The stretches without a gap. */
function partsOf(points) {
  const runs = [[]];
  for (const point of points) {
    if (point[1] === null) runs.push([]);
    else runs.at(-1).push(point);
  }
  return runs.filter((run) => run.length);
}

function nearest(points, distance) {
  let [low, high] = [0, points.length - 1];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (points[middle][0] < distance) low = middle;
    else high = middle;
  }
  return distance - points[low][0] < points[high][0] - distance ? low : high;
}
