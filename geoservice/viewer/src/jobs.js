// Imports and other long work: how far they are and how they ended.
import {h, icon, replace} from './dom.js';
import {date, say, t} from './i18n/index.js';
import {onChange} from './state.js';

const WORDS = {accepted: 'queued', running: 'running', successful: 'done', failed: 'failedJob', dismissed: 'cancelled'};

export function jobsPanel(catalogue) {
  const root = h('div', {class: 'jobs'});
  let timer = 0;
  let answer = {jobs: []};

  async function refresh() {
    clearTimeout(timer);
    if (root.hidden) return;
    try {
      const response = await fetch(catalogue.links.jobs, {headers: {accept: 'application/json'}});
      answer = response.ok ? await response.json() : {jobs: [], denied: response.status === 401 || response.status === 403};
    } catch {
      answer = {jobs: []};
    }
    render();
    const busy = answer.jobs.some((job) => job.status === 'running');
    timer = setTimeout(refresh, busy ? 1000 : 5000);
  }

  function render() {
    if (answer.denied) replace(root, h('p', {class: 'empty'}, t('jobsDenied')));
    else if (!answer.jobs.length) replace(root, h('div', {class: 'empty'}, h('p', {}, t('noJobs')), h('p', {}, t('jobsHint'))));
    else replace(root, h('ul', {}, answer.jobs.map(row)));
  }

  function row(job) {
    const word = WORDS[job.status] ?? job.status;
    const share = Math.round(job.progress ?? 0);
    return h(
      'li',
      {class: `job ${word}`},
      h('div', {class: 'job-head'}, icon(word === 'done' ? 'check' : word === 'failedJob' ? 'warning' : 'jobs'), h('b', {}, say(job.title ?? job.layer ?? job.id)), h('span', {class: 'badge'}, t(word))),
      word === 'running' ? h('progress', {max: 100, value: share, 'aria-label': `${share} %`}) : null,
      h('p', {}, [say(job.message), job.created && date(job.created)].filter(Boolean).join(' · ')),
    );
  }

  onChange((keys) => keys.has('language') && render());
  return {root, refresh};
}
