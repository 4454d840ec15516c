// Coordinates as people type them: degrees, degrees-minutes-seconds, metres of the city's plane, Gauss-Krüger metres with a zone.
import proj4 from 'proj4';

const ANGLE = /([NSEW北南东西])?[纬经]?\s*(\d+(?:\.\d+)?)\s*[°度]\s*(?:(\d+(?:\.\d+)?)\s*['′’分]\s*)?(?:(\d+(?:\.\d+)?)\s*(?:["″”秒]|'')\s*)?([NSEW])?/gi;
const SIDE = /[北南]纬|[东西]经|[经纬]度?|lat(?:itude)?|lon(?:gitude)?|lng|[NSEW北南东西]/gi;
const ENDS = /[()[\]{}（）【】]|\b[XY]\s*[=:：]?/gi;
const SIXTIETH = 60;
const [NORTHS_FROM, NORTHS_TO] = [1_000_000, 10_000_000]; // metres a northing has in the Northern middle latitudes
const DEGREE_M = 111_320;
const LEAST_METRES = 1000; // of a plane's ordinates: what is less was meant as something else

/**
 * Reads a position: {lonLat, zone, width} in degrees on the frame's datum, or null. `zone` of `width` degrees stands before the
 * easting of Chinese coordinates (39 375 923); metres without one are of the plane that `fromMetric` takes back to degrees.
 */
export function readPosition(given, fromMetric) {
  const text = plain(given);
  const angles = [...text.matchAll(ANGLE)].map(angle);
  if (angles.length === 2) return inDegrees(...sorted(angles));
  const numbers = numbersIn(text).map(Number);
  if (!numbers.every(Number.isFinite)) return null;
  if ([4, 6].includes(numbers.length)) return inDegrees(...sorted(sexagesimal(numbers, text)));
  if (numbers.length !== 2) return null;
  const [first, second] = numbers;
  if (Math.max(Math.abs(first), Math.abs(second)) <= 180) return inDegrees(...sorted(sided(numbers, text)));
  if (Math.min(Math.abs(first), Math.abs(second)) < LEAST_METRES) return null;
  const isNorth = (value) => value >= NORTHS_FROM && value < NORTHS_TO;
  const [east, north] = isNorth(first) && !isNorth(second) ? [second, first] : [first, second];
  return withZone(east, north) ?? (east < NORTHS_TO ? inPlane(fromMetric([east, north])) : null);
}

/** How far off, in metres, a position is by the digits it was written with: half of its last one. */
export function precisionOf(given) {
  const text = plain(given);
  const angles = [...text.matchAll(ANGLE)];
  if (angles.length === 2) {
    return Math.max(...angles.map(([, , degrees, minutes, seconds]) => (seconds ? step(seconds) / 3600 : minutes ? step(minutes) / 60 : step(degrees)) * (DEGREE_M / 2)));
  }
  const numbers = text.match(/\d+(?:\.\d+)?/g) ?? ['0'];
  const parts = numbers.length / 2;
  if (parts === 2 || parts === 3) return (Math.max(step(numbers[parts - 1]), step(numbers.at(-1))) / SIXTIETH ** (parts - 1)) * (DEGREE_M / 2);
  return Math.max(...numbers.map((digits) => step(digits) * (numbers.every((one) => Number(one) <= 180) ? DEGREE_M / 2 : 0.5)));
}

/** As a Latin keyboard writes it: full-width signs narrowed, digits that thin spaces group put together, as this page groups them. */
const plain = (text) => text.replace(/[\uff01-\uff5e]/g, (sign) => String.fromCharCode(sign.charCodeAt(0) - 0xfee0)).replace(/(\d)[\u2009\u202f](?=\d{3})/g, '$1');

/** The numbers of a position, without what is written around them. */
const numbersIn = (text) => text.replace(SIDE, ' ').replace(ENDS, ' ').replace(/[=:]/g, ' ').trim().split(/[\s,;，；、]+/);

/** Degrees with the sides that are written beside them: the first letter is the first number's, before it or behind. */
function sided(values, text) {
  const sides = [...text.matchAll(SIDE)].map(([side]) => side.toUpperCase());
  const known = sides.length === values.length ? sides : values.map(() => '');
  return values.map((value, place) => ({value: /^[SW南西]/.test(known[place]) ? -value : value, north: known[place] ? /^([NS北南纬]|LAT)/.test(known[place]) : null}));
}

/** Degrees, minutes and perhaps seconds of two angles, in a row. */
function sexagesimal(numbers, text) {
  const half = numbers.length / 2;
  const values = [numbers.slice(0, half), numbers.slice(half)].map(([degrees, minutes, seconds = 0]) => (Math.max(minutes, seconds) < SIXTIETH && Math.min(degrees, minutes, seconds) >= 0 ? degrees + minutes / SIXTIETH + seconds / SIXTIETH ** 2 : NaN));
  return sided(values, text);
}

/** What one step of a number's last digit is. */
const step = (digits) => 10 ** -(digits.split('.')[1]?.length ?? 0);

function angle([, before, degrees, minutes = 0, seconds = 0, after]) {
  const side = (before ?? after ?? '').toUpperCase();
  const value = Number(degrees) + minutes / 60 + seconds / 3600;
  return {value: 'SW南西'.includes(side) && side ? -value : value, north: side ? 'NS北南'.includes(side) : null};
}

/** Longitude, latitude: by the letters, else in this order unless only the other is possible. */
function sorted([one, other]) {
  const swapped = one.north ?? (other.north === null ? Math.abs(other.value) > 90 : !other.north);
  return swapped ? [other.value, one.value] : [one.value, other.value];
}

const inDegrees = (lon, lat) => (Math.abs(lon) <= 180 && Math.abs(lat) <= 86 ? {lonLat: [lon, lat]} : null);
const inPlane = (lonLat) => (lonLat?.every(Number.isFinite) ? inDegrees(...lonLat) : null);

/** China's zones do not overlap: 13 to 23 are six degrees wide, 24 to 45 three. */
function withZone(east, north) {
  const zone = Math.floor(east / 1_000_000);
  if (zone < 13 || zone > 45) return null;
  const width = zone < 24 ? 6 : 3;
  const meridian = width === 6 ? 6 * zone - 3 : 3 * zone;
  const plane = `+proj=tmerc +lat_0=0 +lon_0=${meridian} +k=1 +x_0=${zone * 1_000_000 + 500_000} +y_0=0 +ellps=GRS80 +units=m`;
  const found = inPlane(proj4(plane).inverse([east, north]));
  return found && {...found, zone, width};
}
