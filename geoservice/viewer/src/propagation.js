// How far off a length and an area may be whose vertices are: the law of error propagation.

/**
 * How far off a length may be whose vertices, metres of a plane, are each off by `doubt` on their own. A vertex moves the
 * length by the difference of the directions that meet there, an end by its whole.
 */
export function lengthDoubt(points, doubt) {
  const directions = points.slice(1).map((point, place) => unit(points[place], point));
  const moved = points.map((_, place) => {
    const [before, after] = [directions[place - 1] ?? [0, 0], directions[place] ?? [0, 0]];
    return Math.hypot(before[0] - after[0], before[1] - after[1]);
  });
  return doubt * Math.hypot(...moved);
}

/** The same for the area of a ring (first vertex not repeated): a vertex moves it by half the chord between its neighbours. */
export function areaDoubt(ring, doubt) {
  const chords = ring.map((_, place) => {
    const [before, after] = [ring.at(place - 1), ring[(place + 1) % ring.length]];
    return Math.hypot(after[0] - before[0], after[1] - before[1]);
  });
  return (doubt / 2) * Math.hypot(...chords);
}

function unit([x1, y1], [x2, y2]) {
  const long = Math.hypot(x2 - x1, y2 - y1) || 1;
  return [(x2 - x1) / long, (y2 - y1) / long];
}
