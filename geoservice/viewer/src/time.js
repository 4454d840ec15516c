// The time that layers are shown of: a day, a month or a year ("2020-02-29", "2020-02", "2020"), or all until its end ("../2020").
// The address keeps it so.

const TIME = /^(?:\.\.\/)?(\d{4})(?:-(\d\d)(?:-(\d\d))?)?$/;
const LETTERS = {year: 4, month: 7, day: 10};

/** Reads what an address says: a time, or nothing. */
export function readTime(text) {
  const [whole, year, month = '01', day = '01'] = TIME.exec(text ?? '') ?? [];
  const real = whole && Number(year) > 0 && Number(month) >= 1 && Number(month) <= 12 && Number(day) >= 1 && Number(day) <= daysIn(year, month);
  return real ? whole : null;
}

/** A month's days; the calendar repeats every 400 years. */
const daysIn = (year, month) => new Date(Date.UTC(2000 + (Number(year) % 400), Number(month), 0)).getUTCDate();

export const isUntil = (time) => Boolean(time?.startsWith('../'));
export const stopOf = (time) => time.replace('../', '');
export const timeAt = (stop, until) => (until ? `../${stop}` : stop);

/** What asks the service for it (`datetime`): from its first day, or any before, to its last. */
export function periodOf(time) {
  const [year, month, day] = stopOf(time).split('-');
  const first = `${year}-${month ?? '01'}-${day ?? '01'}`;
  const last = `${year}-${month ?? '12'}-${day ?? daysIn(year, month ?? 12)}`;
  return `${isUntil(time) ? '..' : first}/${last}`;
}

/** The stops of several layers' timelines together, in the coarsest of their steps, each once. */
export function together(timelines) {
  const filled = timelines.filter(({stops}) => stops.length);
  const letters = Math.min(...filled.map(({step}) => LETTERS[step]));
  return [...new Set(filled.flatMap(({stops}) => stops.map((stop) => stop.slice(0, letters))))].sort();
}

/** Where a time lies among the stops: the last that is not after it, else the first; after them all when there is no time. */
export function placeOf(time, stops) {
  if (!time) return stops.length;
  const stop = stopOf(time);
  return Math.max(0, stops.filter((one) => one <= stop).length - 1);
}
