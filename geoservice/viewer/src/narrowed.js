// What of a layer is shown: an older state of it, the part a filter lets through, what there is of a time.
import {pastParameter} from './past.js';
import {state} from './state.js';
import {periodOf} from './time.js';

/** The period that a layer is shown of; null for a layer without time, for a basemap, and while no time is chosen. */
export const periodShown = (layer) => (layer.links.timeline && !layer.basemap && state.time ? periodOf(state.time) : null);

/** How a layer is drawn: what was chosen for it, and the period. */
export const choiceOf = (layer) => ({...state.layers[layer.id], period: periodShown(layer)});

/** The parameters that ask the service for what is shown of a layer, as [[name, value], …]. */
export function narrowing({version, filter, period}) {
  return [pastParameter(version), filter && ['filter', filter], period && ['datetime', period]].filter(Boolean);
}
