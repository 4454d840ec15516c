// The vertices of nested coordinates, by their paths: [2] of a line, [ring, 2] of a polygon. A ring's last position repeats
// its first and goes along with it. And the ledger that writes back to the last digit what was not moved.

const isPosition = (coordinates) => typeof coordinates[0] === 'number';
const isClosed = (list) => list.length > 3 && list[0].every((value, axis) => value === list.at(-1)[axis]);
const put = (list, place, value) => list.map((one, index) => (index === place ? value : one));
const apart = (a, b) => Math.hypot(a[0] - b[0], a[1] - b[1]);

/** Every vertex as [path, position]. */
export function vertices(coordinates, path = []) {
  if (isPosition(coordinates)) return [[path, coordinates]];
  const once = isPosition(coordinates[0]) && isClosed(coordinates) ? coordinates.slice(0, -1) : coordinates;
  return once.flatMap((part, place) => vertices(part, [...path, place]));
}

/** The path of the vertex within a distance of a point, the nearest; null when there is none. */
export function vertexAt(coordinates, point, within) {
  const near = vertices(coordinates).map(([path, position]) => [apart(position, point), path]);
  const [distance, path] = near.sort(([a], [b]) => a - b)[0] ?? [Infinity];
  return distance <= within ? path : null;
}

/** The coordinates with `change(list, place)` made to the list that holds the vertex; the closing position follows the first. */
function changed(coordinates, [place, ...rest], change) {
  if (place === undefined) return change([coordinates], 0)[0] ?? coordinates; // a point is its own only vertex
  if (rest.length) return coordinates.map((part, index) => (index === place ? changed(part, rest, change) : part));
  if (!isClosed(coordinates)) return change([...coordinates], place);
  const open = change(coordinates.slice(0, -1), place);
  return [...open, open[0]];
}

export const moved = (coordinates, path, point) => changed(coordinates, path, (list, place) => put(list, place, [...point.slice(0, 2), ...list[place].slice(2)]));

/** Without a vertex; null where too few would stay: two of a line, three of a ring. A hole that has no more goes altogether. */
export function without(coordinates, path) {
  const list = path.slice(0, -1).reduce((part, place) => part[place], coordinates);
  if (!path.length) return null;
  if (list.length <= (isClosed(list) ? 4 : 2)) return isClosed(list) && path.at(-2) > 0 ? withoutRing(coordinates, path.slice(0, -1)) : null;
  return changed(coordinates, path, (open, place) => open.filter((_, index) => index !== place));
}

const withoutRing = (coordinates, [place, ...rest]) => (rest.length ? put(coordinates, place, withoutRing(coordinates[place], rest)) : coordinates.filter((_, index) => index !== place));

/** With a vertex on the edge nearest to a point, if one is within a distance: [coordinates, path], else null. */
export function inserted(coordinates, point, within, path = []) {
  if (isPosition(coordinates)) return null;
  if (!isPosition(coordinates[0])) {
    for (const [place, part] of coordinates.entries()) {
      const found = inserted(part, point, within, [...path, place]);
      if (found) return [put(coordinates, place, found[0]), found[1]];
    }
    return null;
  }
  const edges = coordinates.slice(1).map((to, place) => [fromEdge(coordinates[place], to, point), place + 1]);
  const [distance, place] = edges.sort(([a], [b]) => a - b)[0] ?? [Infinity];
  return distance <= within ? [[...coordinates.slice(0, place), between(coordinates[place - 1], coordinates[place], point), ...coordinates.slice(place)], [...path, place]] : null;
}

const share = ([x1, y1], [x2, y2], [x, y]) => Math.max(0, Math.min(1, ((x - x1) * (x2 - x1) + (y - y1) * (y2 - y1)) / ((x2 - x1) ** 2 + (y2 - y1) ** 2 || 1)));
const between = (from, to, point) => from.map((value, axis) => value + (to[axis] - value) * share(from, to, point));
const fromEdge = (from, to, point) => apart(between(from, to, point), point);

/** Keeps which degrees a position on the map came from, of the feature and of its neighbours. */
export function ledger() {
  const known = new Map();
  const key = ([x, y]) => `${x},${y}`;
  return {
    /** Takes down two lists of positions, the first as on the map, the second in degrees. */
    note: (onMap, degrees) => onMap.forEach((position, place) => known.set(key(position), degrees[place])),
    degreesOf: (position) => known.get(key(position)),
  };
}

/** Nested coordinates with every position replaced. */
export const mapped = (coordinates, change) => (isPosition(coordinates) ? change(coordinates) : coordinates.map((part) => mapped(part, change)));
