// JSON whose whole numbers may be longer than JavaScript keeps them: those come as their digits, as text.

const LONG = /[[:,]\s*-?\d{16,}\s*[,\]}]/;
const TOKEN = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

/** The value of a JSON text. A number such as 412321196705120017, which would be rounded, is the text of its digits. */
export const parsed = (text) => JSON.parse(LONG.test(text) ? text.replace(TOKEN, kept) : text);

/** What was typed for a column of whole numbers: a number, or its digits where it would be rounded. */
export const wholeNumber = (text) => (/^-?\d{16,}$/.test(text) && !Number.isSafeInteger(Number(text)) ? text : Number(text));

const kept = (token) => (token[0] !== '"' && typeof wholeNumber(token) === 'string' ? `"${token}"` : token);
