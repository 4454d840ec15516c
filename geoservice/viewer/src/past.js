// A layer as it was: a version by its number, or a moment, whose edits since are undone. Null is the layer as it is.

/** A moment as the address keeps it: 20260501T081500Z, without the signs that divide an address. */
const COMPACT = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/;

export const isMoment = (past) => COMPACT.test(past);

/** Reads what an address says: a number, a moment, or nothing. */
export const readPast = (text) => (isMoment(text) ? text : Number(text) || null);

/** The moment of a field of local time ("2026-05-01T16:15"), at its end when it is now. */
export const momentOf = (local) => (local ? new Date(local).toISOString().replace(/[-:]|\.\d+/g, '') : null);

const instant = (moment) => moment.replace(COMPACT, '$1-$2-$3T$4:$5:$6Z');

/** The parameter that asks the service for it, as [name, value]; null for the layer as it is. */
export function pastParameter(past) {
  if (!past) return null;
  return isMoment(past) ? ['as-of', instant(past)] : ['version', String(past)];
}

/** The same at the end of an address that has parameters already. */
export const pastOf = (past) => (past ? `&${pastParameter(past).join('=')}` : '');

/** What the field of local time shows of a moment. */
export function localOf(past) {
  if (!isMoment(past)) return '';
  const when = new Date(instant(past));
  return new Date(when.getTime() - when.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}
