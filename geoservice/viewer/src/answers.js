// Answers that leave the map: as a page in a tab of its own, as a file. Both are asked for with the reader's token, which a link could not carry.
import {ask, save} from './api.js';
import {toast} from './dom.js';
import {t} from './i18n/index.js';

/** Opens an answer as a page; `answered` asks for it. */
export async function openPage(answered) {
  try {
    const address = URL.createObjectURL(await (await answered()).blob());
    if (!window.open(address, '_blank')) toast(t('pageShut'), t('pageOpen'), () => window.open(address, '_blank'));
  } catch (error) {
    toast(error.message);
  }
}

/** Saves an answer under the name it came with, else under `name`. */
export async function saveAnswer(response, name) {
  const named = /filename="([^"]+)"/.exec(response.headers.get('content-disposition') ?? '');
  save(named?.[1] ?? name, await response.blob());
}

/** Fetches a file and saves it. */
export async function saveFile(address, name) {
  try {
    await saveAnswer(await ask(address, {headers: {accept: '*/*'}}), name);
  } catch (error) {
    toast(error.message);
  }
}
