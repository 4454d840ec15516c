// What was begun and is not saved yet: the page asks before it goes with that, and a token is taken without opening the page anew.
import {stay} from './state.js';

const SETTLED = 500; // milliseconds after the browser's question: what runs then runs because the page stayed
const watched = [];

/** Adds what says whether something is begun. */
export const watchUnsaved = (begun) => watched.push(begun);

export const unsaved = () => watched.some((begun) => begun());

window.addEventListener('beforeunload', (event) => {
  if (!unsaved()) return;
  event.preventDefault();
  setTimeout(stay, SETTLED);
});
