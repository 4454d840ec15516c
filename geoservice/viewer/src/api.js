// Every question to the service: with the reader's token when there is one. What goes wrong is told in its own words.
import {parsed} from './exact.js';
import {getLanguage, t} from './i18n/index.js';

const KEY = 'geoservice.token';

/** The token lives as long as the tab: it is neither in the address nor kept on the machine. */
export const token = () => sessionStorage.getItem(KEY);

export function useToken(text) {
  if (text) sessionStorage.setItem(KEY, text);
  else sessionStorage.removeItem(KEY);
}

export const authorization = () => (token() ? {authorization: `Bearer ${token()}`} : {});

/** The service said no, or nothing at all (status 0); the message is a sentence to show. */
export class Refused extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

let signedOut = () => {};

/** Calls back when the service no longer takes the reader's token. */
export const onSignedOut = (listener) => { signedOut = listener; };

/**
 * Sends a request and returns the response; throws Refused. A token that has run out is forgotten, told of, and what is only
 * read is asked for again without it; `tried` is for a token that is being tried.
 */
export async function ask(address, {headers = {}, tried = false, ...options} = {}) {
  const given = token();
  let response;
  try {
    response = await fetch(address, {...options, headers: {accept: 'application/json', 'accept-language': getLanguage(), ...authorization(), ...headers}});
  } catch (error) {
    if (error.name === 'AbortError') throw error;
    throw new Refused(0, t('unreachable'));
  }
  if (response.status === 401 && given && !tried) {
    if (token() === given) {
      useToken('');
      signedOut();
    }
    if (['GET', undefined].includes(options.method)) return ask(address, {headers, ...options});
  }
  if (!response.ok) throw new Refused(response.status, await sentenceOf(response));
  return response;
}

export const askJson = async (address, options) => parsed(await (await ask(address, options)).text());

async function sentenceOf(response) {
  if (!(response.headers.get('content-type') ?? '').includes('json')) return `${response.status} ${response.statusText}`;
  const {title, detail} = await response.json();
  return detail || title || String(response.status);
}

/** Saves something made in the page as a file. */
export function save(name, content, type) {
  const address = URL.createObjectURL(content instanceof Blob ? content : new Blob([content], {type}));
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

/** Saves rows as CSV with a byte order mark, without which spreadsheets misread Chinese. */
export function saveTable(name, rows) {
  const cell = (value) => (/[",\n]/.test(String(value ?? '')) ? `"${String(value).replaceAll('"', '""')}"` : String(value ?? ''));
  save(name, `\ufeff${rows.map((row) => row.map(cell).join(',')).join('\r\n')}\r\n`, 'text/csv;charset=utf-8');
}
