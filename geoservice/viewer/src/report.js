// An import's report, read beside the map: the verdict, every count, every decision with its evidence.
import {openPage, saveFile} from './answers.js';
import {ask, askJson} from './api.js';
import {h, icon} from './dom.js';
import {date, getLanguage, metres, number, say, t, term} from './i18n/index.js';

const COUNTS = ['read', 'kept', 'repaired', 'split', 'merged', 'refused'];

/** Makes the reader of reports. */
export function reportReader(card) {
  const guest = {icon: 'report', title: () => t('report'), render};
  let report = null;
  let trouble = '';
  let turn = 0;

  async function open(address) {
    const mine = ++turn;
    [report, trouble] = [null, ''];
    card.show(guest);
    card.root.focus();
    const [found, fault] = await askJson(address).then((answer) => [{...answer, address}, ''], (error) => [null, error.message]);
    if (mine !== turn) return;
    [report, trouble] = [found, fault];
    card.refresh(guest);
  }

  function render() {
    if (trouble) return h('p', {class: 'empty', role: 'alert'}, trouble);
    if (!report) return h('p', {class: 'empty waiting'}, t('loading'));
    return [head(), list('checks', report.checks, checkRow), list('decisions', report.decisions, decisionRow), operations(), words('warnings', report.warnings), refusals(), words('notes', report.notes), sources()];
  }

  function head() {
    const {counts = {}, accuracy_m: accuracy, largest_scale: scale} = report;
    return h(
      'section',
      {class: 'answer'},
      h('h3', {}, h('span', {class: 'answer-title'}, report.layer, h('span', {class: 'code'}, ` v${report.version ?? '–'} · ${date(report.created)}`)), h('span', {class: `badge verdict-${report.verdict}`}, t(`verdict_${report.verdict}`))),
      report.problem ? h('p', {class: 'problem'}, report.problem) : null,
      h('dl', {class: 'counts'}, COUNTS.filter((name) => counts[name] || ['read', 'kept', 'refused'].includes(name)).map((name) => h('div', {class: name}, h('dd', {}, number(counts[name] ?? 0)), h('dt', {}, t(`count_${name}`))))),
      h(
        'dl',
        {class: 'facts'},
        fact('crs', report.crs),
        fact('accuracy', accuracy !== null && accuracy !== undefined ? t('within', {metres: metres(accuracy)}) : t('accuracyUnknown')),
        fact('largestScale', scale ? `1:${number(scale)}` : null),
        fact('scaleWhy', say(report.scale_why)),
        fact('format', report.format),
      ),
      h('p', {class: 'onward'}, h('button', {class: 'link', onclick: () => openPage(() => ask(`${report.address}?f=html&lang=${getLanguage()}`, {headers: {accept: 'text/html'}}))}, t('wholeReport'))),
    );
  }

  function list(name, rows, row) {
    return rows?.length ? h('section', {class: 'answer'}, h('h3', {}, t(name)), h('ul', {class: 'checks'}, rows.map(row))) : null;
  }

  const checkRow = ({name, outcome, detail}) => h('li', {class: outcome}, icon(outcome === 'pass' ? 'check' : 'warning'), h('span', {}, h('b', {}, term(name)), h('small', {}, detail)));

  const decisionRow = ({what, value, by, evidence}) => h('li', {}, h('span', {class: `badge by-${by}`}, t(`by_${by}`)), h('span', {}, h('b', {}, `${term(what)}: ${value}`), evidence?.length ? h('small', {}, evidence.join('; ')) : null));

  function operations() {
    const steps = [...(report.operations ?? []), report.operation_note].filter(Boolean);
    return words('operation', steps);
  }

  function words(name, texts) {
    return texts?.length ? h('section', {class: 'answer'}, h('h3', {}, t(name)), h('ul', {class: 'words-list'}, texts.map((text) => h('li', {}, say(text))))) : null;
  }

  function refusals() {
    const reasons = Object.entries(report.refusals ?? {});
    if (!reasons.length) return null;
    return h('section', {class: 'answer'}, h('h3', {}, t('count_refused')), h('ul', {class: 'parts'}, reasons.map(([reason, count]) => h('li', {}, h('span', {class: 'part-name'}, reason), h('span', {class: 'part-figure'}, number(count))))), report.examples?.length ? h('ul', {class: 'words-list'}, report.examples.slice(0, 6).map((text) => h('li', {}, text))) : null, refusedFile());
  }

  /** The refused features as a file, to mend and hand in again: asked for with the token, so not by a plain link. */
  function refusedFile() {
    const link = report.links?.find(({rel}) => rel === 'enclosure');
    return link ? h('p', {class: 'onward'}, h('button', {class: 'link', onclick: () => saveFile(link.href, `${report.layer}-refused.gpkg`)}, t('refusedFile'))) : null;
  }

  function sources() {
    const files = report.sources ?? [];
    return files.length ? h('section', {class: 'answer'}, h('h3', {}, t('source')), h('ul', {class: 'parts'}, files.slice(0, 12).map((file) => h('li', {title: `SHA-256 ${file.sha256}`}, h('span', {class: 'part-name'}, file.name, h('small', {class: 'sum'}, file.sha256.slice(0, 16))), h('span', {class: 'part-figure'}, size(file.size)))))) : null;
  }

  return {open};
}

const fact = (name, value) => (value ? [h('dt', {}, t(name)), h('dd', {}, value)] : null);

function size(bytes) {
  return bytes < 1e6 ? `${number(bytes / 1e3, 1)} kB` : `${number(bytes / 1e6, 1)} MB`;
}
