// Lengths and areas on the ellipsoid of CGCS2000, so that a measurement does not depend on the map it is made on.
const A = 6378137;
const F = 1 / 298.257222101;
const B = A * (1 - F);
const E2 = F * (2 - F);
const E = Math.sqrt(E2);
const radians = (degrees) => (degrees * Math.PI) / 180;

/** Geodesic length in metres between two [lon, lat] in degrees: Vincenty's inverse formula (1975). */
export function distance([lon1, lat1], [lon2, lat2]) {
  const difference = radians(lon2 - lon1);
  const u1 = Math.atan((1 - F) * Math.tan(radians(lat1)));
  const u2 = Math.atan((1 - F) * Math.tan(radians(lat2)));
  const [sin1, cos1, sin2, cos2] = [Math.sin(u1), Math.cos(u1), Math.sin(u2), Math.cos(u2)];
  let lambda = difference;
  for (let turn = 0; turn < 60; turn += 1) {
    const sinSigma = Math.hypot(cos2 * Math.sin(lambda), cos1 * sin2 - sin1 * cos2 * Math.cos(lambda));
    if (sinSigma === 0) return 0;
    const cosSigma = sin1 * sin2 + cos1 * cos2 * Math.cos(lambda);
    const sigma = Math.atan2(sinSigma, cosSigma);
    const sinAlpha = (cos1 * cos2 * Math.sin(lambda)) / sinSigma;
    const cos2Alpha = 1 - sinAlpha ** 2;
    const middle = cos2Alpha ? cosSigma - (2 * sin1 * sin2) / cos2Alpha : 0;
    const c = (F / 16) * cos2Alpha * (4 + F * (4 - 3 * cos2Alpha));
    const last = lambda;
    lambda = difference + (1 - c) * F * sinAlpha * (sigma + c * sinSigma * (middle + c * cosSigma * (2 * middle ** 2 - 1)));
    if (Math.abs(lambda - last) > 1e-12) continue;
    const u = (cos2Alpha * (A ** 2 - B ** 2)) / B ** 2;
    const k = 1 + (u / 16384) * (4096 + u * (-768 + u * (320 - 175 * u)));
    const d = (u / 1024) * (256 + u * (-128 + u * (74 - 47 * u)));
    const shift = d * sinSigma * (middle + (d / 4) * (cosSigma * (2 * middle ** 2 - 1) - (d / 6) * middle * (4 * sinSigma ** 2 - 3) * (4 * middle ** 2 - 3)));
    return B * k * (sigma - shift);
  }
  return NaN; // nearly antipodal points, which no city measures
}

/** Length of a path of [lon, lat] in metres. */
export function pathLength(points) {
  return points.slice(1).reduce((sum, point, place) => sum + distance(points[place], point), 0);
}

/**
 * Area in square metres of a ring of [lon, lat], by the equal-area cylinder: the area under an edge is the mean of
 * the authalic function at its ends. Edges must be short (the caller divides long ones).
 */
export function ringArea(points) {
  const q = (lat) => {
    const s = Math.sin(radians(lat));
    return (1 - E2) * (s / (1 - E2 * s * s) + Math.atanh(E * s) / E);
  };
  let sum = 0;
  for (let place = 0; place < points.length; place += 1) {
    const [from, to] = [points[place], points[(place + 1) % points.length]];
    sum += (radians(to[0] - from[0]) * (q(from[1]) + q(to[1]))) / 2;
  }
  return Math.abs((sum * A * A) / 2);
}

/** Divides every edge of a path into pieces, so that a straight line on the map stays that line on the globe. */
export function divided(points, pieces = 24) {
  return points.flatMap((point, place) => {
    const next = points[place + 1];
    if (!next) return [point];
    return Array.from({length: pieces}, (_, piece) => point.map((value, axis) => value + ((next[axis] - value) * piece) / pieces));
  });
}
