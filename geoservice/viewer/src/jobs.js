// Imports and other long work: how far they are, how they ended, and what came of them.
import {ask, askJson} from './api.js';
import {announce, h, icon, replace} from './dom.js';
import {date, t} from './i18n/index.js';
import {onChange} from './state.js';

const WORDS = {running: 'running', queued: 'queued', done: 'done', failed: 'failedJob', cancelled: 'cancelled'};
const OPEN = new Set(['running', 'queued']);
const [BUSY_MS, IDLE_MS] = [1000, 5000];

/** Makes the list. `showLayer(id)` opens a finished layer, `readReport(address)` its report. */
export function jobList(catalogue, {showLayer, readReport}) {
  const root = h('div', {class: 'jobs'});
  let timer = 0;
  let turn = 0;
  let visible = () => false;
  let answer = {jobs: []};
  const states = new Map();

  async function refresh() {
    const mine = ++turn; // asked anew meanwhile, an answer is late: the newer one goes on asking
    clearTimeout(timer);
    if (!visible()) return;
    const now = await askJson(catalogue.links.jobs).catch((error) => ({jobs: [], trouble: error.message}));
    if (mine !== turn) return;
    answer = now;
    tellChanges();
    render();
    timer = setTimeout(refresh, answer.jobs.some((job) => OPEN.has(job.state)) ? BUSY_MS : IDLE_MS);
  }

  function tellChanges() {
    for (const job of answer.jobs) {
      const was = states.get(job.id);
      if (was && was !== job.state) announce(`${job.title}: ${t(WORDS[job.state] ?? job.state)}`);
      states.set(job.id, job.state);
    }
  }

  function render() {
    const focused = root.contains(document.activeElement) ? document.activeElement.dataset.job : null;
    if (answer.trouble) replace(root, h('p', {class: 'empty', role: 'alert'}, answer.trouble));
    else if (!answer.jobs.length) replace(root, h('div', {class: 'empty'}, h('p', {}, t('noJobs')), h('p', {}, t('jobsHint'))));
    else replace(root, h('ul', {}, answer.jobs.map(row)));
    if (focused) root.querySelector(`[data-job="${focused}"]`)?.focus();
  }

  function row(job) {
    const word = WORDS[job.state] ?? job.state;
    const share = Math.round(job.progress ?? 0);
    const {outcome} = job;
    return h(
      'li',
      {class: `job ${word}`},
      h('div', {class: 'job-head'}, icon(word === 'done' ? 'check' : word === 'failedJob' ? 'warning' : 'jobs'), h('b', {}, job.layer ?? job.title), h('span', {class: 'badge'}, t(word))),
      OPEN.has(job.state) ? h('div', {class: 'job-progress'}, h('progress', {max: 100, value: share, 'aria-label': `${job.title} ${share} %`}), h('span', {}, `${share} %`)) : null,
      h('p', {}, [job.message, job.created && date(job.created)].filter(Boolean).join(' · ')),
      h(
        'p',
        {class: 'onward'},
        OPEN.has(job.state) ? h('button', {class: 'link', 'data-job': `cancel ${job.id}`, onclick: (event) => cancel(job, event.target)}, t('cancel')) : null,
        outcome?.layer ? h('button', {class: 'link', 'data-job': `show ${job.id}`, onclick: () => showLayer(outcome.layer)}, t('showOnMap')) : null,
        outcome?.report ? h('button', {class: 'link', 'data-job': `report ${job.id}`, onclick: () => readReport(new URL(`reports/${outcome.report}`, catalogue.links.self).href)}, t('report')) : null,
      ),
    );
  }

  async function cancel(job, button) {
    button.disabled = true;
    try {
      await ask(`${catalogue.links.jobs}/${job.id}`, {method: 'DELETE'});
    } catch (error) {
      answer = {...answer, trouble: error.message};
    }
    refresh();
  }

  onChange((keys) => keys.has('language') && render());
  return {root, refresh, while: (isVisible) => { visible = isVisible; }};
}
