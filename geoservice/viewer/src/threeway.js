// A feature as it was, as others made it and as a patch would make it: what was changed by whom.

export const SHAPE = 'geometry'; // stands beside the columns as one of them; a column's key begins with a dot
const same = (a, b) => JSON.stringify(a ?? null) === JSON.stringify(b ?? null);

/** A patch, or a feature, as one flat record: its columns, and its shape. */
export function flat({properties = {}, geometry}) {
  return {...Object.fromEntries(Object.entries(properties).map(([name, value]) => [`.${name}`, value])), ...(geometry === undefined ? {} : {[SHAPE]: geometry})};
}

/** The merge patch of a flat record. */
export function patchOf(record) {
  const properties = Object.fromEntries(Object.entries(record).filter(([key]) => key !== SHAPE).map(([key, value]) => [key.slice(1), value]));
  return {...(Object.keys(properties).length ? {properties} : {}), ...(SHAPE in record ? {geometry: record[SHAPE]} : {})};
}

/**
 * What a patch meets that was made from `base` when the feature has become `theirs` meanwhile: keys that only the others
 * changed, those that only the patch changes, and those that both changed to something else.
 */
export function compared(base, theirs, patch) {
  const [was, now, mine] = [flat(base), flat(theirs), flat(patch)];
  const wanted = Object.keys(mine).filter((key) => !same(mine[key], now[key]));
  const both = wanted.filter((key) => !same(was[key], now[key]));
  return {
    onlyTheirs: Object.keys(now).filter((key) => !wanted.includes(key) && !same(was[key], now[key])),
    onlyMine: wanted.filter((key) => !both.includes(key)),
    both,
  };
}
