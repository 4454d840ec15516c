// Bringing data in: drop files, read what they were found to be, answer what must be answered, send them.
import {askJson, authorization, token} from './api.js';
import {announce, h, icon, replace, toast} from './dom.js';
import {droppedFiles} from './dropped.js';
import {getLanguage, number, say, t, term, titleOf} from './i18n/index.js';
import {watchUnsaved} from './unsaved.js';

/** Makes the intake. `sent` is called when a job is under way, `reveal` when files were dropped somewhere on the page. */
export function intake(catalogue, {sent, reveal}) {
  const root = h('div', {class: 'intake'});
  watchUnsaved(() => Boolean(work));
  const picker = h('input', {type: 'file', multiple: true, hidden: true, onchange: chosen});
  const veil = h('div', {class: 'veil', hidden: true}, h('p', {}));
  let work = null; // {files, name, found, fields, trouble, busy, share}

  /** Takes what was chosen; emptied, or the same file chosen again, mended, would be no change to the browser. */
  function chosen() {
    const files = [...picker.files];
    picker.value = '';
    take(files);
  }

  function take(files, name = files[0]?.name) {
    if (!files.length) return;
    work = {files, found: null, name, fields: {layer: nameFor(name), title_zh: name.replace(/\.[^.]+$/, ''), department: catalogue.departments[0]?.id ?? 'base', public: 'false'}, trouble: '', busy: '', share: 0};
    reveal();
    if (token()) inspect();
    else render();
  }

  async function inspect() {
    Object.assign(work, {busy: 'looking', trouble: ''});
    render();
    const mine = work;
    try {
      mine.found = await askJson(catalogue.links.inspections, {method: 'POST', body: form(work, false)});
    } catch (error) {
      mine.trouble = error.message;
    }
    mine.busy = '';
    if (mine !== work) return;
    render();
    announce(root.textContent.slice(0, 400));
  }

  function render() {
    if (!work) replace(root, picker, invitation());
    else replace(root, h('div', {class: 'intake-card'}, head(), work.trouble ? h('p', {class: 'trouble', role: 'alert'}, work.trouble) : null, token() ? body() : h('p', {class: 'hint'}, t('tokenFirst'))));
  }

  function invitation() {
    return h('button', {class: 'drop', onclick: () => picker.click()}, icon('upload'), h('b', {}, t('dropHere')), h('span', {}, t('dropHint')));
  }

  function head() {
    const size = work.files.reduce((sum, file) => sum + file.size, 0);
    return h(
      'div',
      {class: 'card-head'},
      icon('upload'),
      h('b', {}, work.name, work.files.length > 1 ? ` · ${t('files', {n: work.files.length})}` : ''),
      h('span', {class: 'code'}, size < 1e6 ? `${number(size / 1e3, 1)} kB` : `${number(size / 1e6, 1)} MB`),
      h('button', {class: 'quiet', 'aria-label': t('close'), onclick: () => { work = null; render(); }}, icon('close')),
    );
  }

  function body() {
    if (work.busy === 'looking') return h('p', {class: 'empty waiting'}, t('looking'));
    if (work.busy === 'sending') return h('div', {}, h('progress', {max: 100, value: Math.round(work.share * 100), 'aria-label': t('sending')}), h('p', {class: 'hint'}, `${t('sending')} ${Math.round(work.share * 100)} %`));
    if (!work.found) return [h('button', {class: 'primary', onclick: inspect}, t('lookAgain')), moreOptions()];
    const {questions} = work.found;
    return [findings(work.found), questions.length ? questionsForm(questions) : work.found.refusal ? null : importForm(), moreOptions()];
  }

  function findings(found) {
    const members = found.members?.length ? found.members : [found];
    return h(
      'div',
      {class: 'findings'},
      members.map((member) => [
        h('p', {class: 'finding-head'}, h('b', {}, members.length > 1 ? member.path : work.name), h('span', {class: 'badge'}, member.format)),
        member.refusal ? h('p', {class: 'trouble'}, member.refusal) : null,
        member.decisions?.length ? facts(member.decisions) : null,
        member.layers.map((layer) =>
          h(
            'div',
            {class: 'finding'},
            h('p', {}, layer.name, h('span', {class: 'code'}, ` ${[layer.count !== null ? number(layer.count) : '', Object.keys(layer.geometry_kinds).join(', ')].filter(Boolean).join(' · ')}`)),
            facts(layer.decisions),
            layer.operation ? h('p', {class: 'hint'}, `${t('operation')}: ${layer.operation}`) : null,
            layer.heights ? h('p', {class: 'hint'}, `${t('height')}: ${layer.heights}`) : null,
            layer.facts.length ? h('ul', {class: 'words-list'}, layer.facts.slice(0, 6).map((fact) => h('li', {}, fact))) : null,
          ),
        ),
        member.notes?.length ? h('ul', {class: 'words-list'}, member.notes.map((note) => h('li', {}, note))) : null,
      ]),
    );
  }

  const facts = (decisions) => h('dl', {class: 'facts'}, decisions.map(({what, value, by, evidence}) => [h('dt', {}, term(what)), h('dd', {title: (evidence ?? []).join('; ')}, term(String(value)), ' ', h('span', {class: 'code'}, t(`by_${by}`)))]));

  /** One field a question; the option it names on the command line is the field's name here. */
  function questionsForm(questions) {
    const asked = questions.map((question) => [question, fieldOf(question.option)]);
    return h(
      'form',
      {class: 'questions', onsubmit: (event) => { event.preventDefault(); inspect(); }},
      h('p', {class: 'finding-head'}, icon('help'), h('b', {}, t('mustAnswer'))),
      asked.map(([question, name]) => h('div', {class: 'question'}, h('label', {for: `answer-${name}`}, term(name && !name.startsWith(OPTION) ? name : question.what)), h('p', {class: 'hint'}, question.why), name ? answerTo(question, name) : h('p', {class: 'trouble'}, question.option ? h('code', {}, question.option) : t('askAdministrator')))),
      asked.some(([, name]) => name) ? h('button', {class: 'primary', type: 'submit'}, t('lookAgain')) : null,
    );
  }

  function answerTo(question, name) {
    const codes = (question.choices ?? []).map((choice) => /^[A-Z]+:\d+/.exec(choice)?.[0] ?? choice);
    const choose = (code) => { work.fields[name] = code; inspect(); };
    return [
      h('input', {id: `answer-${name}`, value: work.fields[name] ?? '', required: true, autocomplete: 'off', placeholder: name === 'crs' ? 'EPSG:4527' : '', oninput: (event) => { work.fields[name] = event.target.value; }}),
      h('div', {class: 'answers'}, codes.slice(0, 8).map((code) => h('button', {type: 'button', class: 'answer-choice', onclick: () => choose(code)}, h('b', {}, code), candidateWords(code)))),
    ];
  }

  /** What the service knows for and against a coordinate system it proposes. */
  function candidateWords(code) {
    const members = work.found.members?.length ? work.found.members : [work.found];
    const candidate = members.flatMap((member) => member.layers).flatMap((layer) => layer.candidates).find((one) => one.crs === code);
    return candidate ? h('small', {}, [candidate.name, ...candidate.supports.slice(0, 1)].join(' · ')) : null;
  }

  function importForm() {
    const set = (name) => (event) => { work.fields[name] = event.target.value; };
    const next = h('p', {class: 'hint'});
    const fresh = h(
      'div',
      {},
      field('in-title', t('layerTitle'), h('input', {id: 'in-title', value: work.fields.title_zh ?? '', oninput: set('title_zh')})),
      field('in-department', t('department'), h('select', {id: 'in-department', onchange: set('department')}, catalogue.departments.map((department) => h('option', {value: department.id, selected: work.fields.department === department.id}, say(department.title))))),
      field('in-public', t('whoSees'), h('select', {id: 'in-public', onchange: set('public')}, h('option', {value: 'false'}, t('onlyDepartment')), h('option', {value: 'true', selected: work.fields.public === 'true'}, t('everybody')))),
    );
    /** A name that is known makes a version of that layer, which has its title and readers already. */
    const follow = () => {
      const known = layerNamed(work.fields.layer);
      fresh.hidden = Boolean(known);
      next.hidden = !known;
      if (known) next.textContent = t('nextVersion', {layer: titleOf(known), n: Math.max(...known.version.all, known.version.number) + 1});
    };
    const name = h('input', {id: 'in-layer', value: work.fields.layer, required: true, pattern: '[a-z][a-z0-9\\-]*', title: t('layerNameHint'), list: 'in-layers', oninput: (event) => { set('layer')(event); follow(); }});
    follow();
    return h(
      'form',
      {class: 'questions', onsubmit: (event) => { event.preventDefault(); send(); }},
      field('in-layer', t('layerName'), name),
      h('datalist', {id: 'in-layers'}, catalogue.layers.map((layer) => h('option', {value: layer.id}, titleOf(layer)))),
      next,
      fresh,
      stated(set),
      h('button', {class: 'primary', type: 'submit'}, t('importNow')),
    );
  }

  /** What only the supplier knows of the data, and what only a person may decide. */
  function stated(set) {
    const {fields} = work;
    const box = h('input', {id: 'in-failed', type: 'checkbox', checked: fields.publish_failed === 'true', onchange: ({target}) => { fields.publish_failed = target.checked ? 'true' : ''; }});
    return h(
      'details',
      {class: 'stated', open: ['accuracy_m', 'captured', 'scale', 'publish_failed'].some((name) => fields[name])},
      h('summary', {}, t('stated')),
      field('in-accuracy', t('statedAccuracy'), h('input', {id: 'in-accuracy', type: 'number', min: '0.001', step: 'any', inputmode: 'decimal', value: fields.accuracy_m ?? '', oninput: set('accuracy_m')})),
      field('in-scale', t('statedScale'), h('input', {id: 'in-scale', type: 'number', min: '100', step: '1', inputmode: 'numeric', placeholder: '2000', value: fields.scale ?? '', oninput: set('scale')})),
      field('in-captured', t('statedCaptured'), h('input', {id: 'in-captured', type: 'date', value: fields.captured ?? '', oninput: set('captured')})),
      h('p', {class: 'field tick'}, box, h('label', {for: 'in-failed'}, t('publishFailed'))),
    );
  }

  /** What the sentences above name as --option: said as there, and looked at again. */
  function moreOptions() {
    const line = h('input', {id: 'in-options', value: work.options ?? '', autocomplete: 'off', spellcheck: 'false', placeholder: 'join=yes nodata=0', oninput: ({target}) => { work.options = target.value; }});
    return h(
      'form',
      {class: 'questions', onsubmit: (event) => { event.preventDefault(); inspect(); }},
      h('details', {class: 'stated', open: Boolean(work.options)}, h('summary', {}, t('moreOptions')), h('p', {class: 'hint'}, t('moreOptionsHint')), field('in-options', '--option', line), h('button', {class: 'quiet', type: 'submit'}, t('lookAgain'))),
    );
  }

  const layerNamed = (id) => catalogue.layers.find((layer) => layer.id === id);

  function send() {
    const mine = Object.assign(work, {busy: 'sending', share: 0, trouble: ''});
    const request = new XMLHttpRequest(); // fetch does not tell how far an upload is
    request.open('POST', catalogue.links.imports);
    for (const [name, value] of Object.entries({...authorization(), 'accept-language': getLanguage()})) request.setRequestHeader(name, value);
    request.upload.onprogress = ({loaded, total}) => { mine.share = total ? loaded / total : 0; if (work === mine) render(); };
    request.onerror = () => fail(mine, t('unreachable'));
    request.onload = () => {
      if (request.status === 202) {
        if (work === mine) work = null; // else other files were dropped meanwhile
        render();
        sent(JSON.parse(request.responseText));
      } else fail(mine, problemOf(request));
    };
    request.send(form(work, true, !layerNamed(work.fields.layer)));
    render();
  }

  function fail(mine, trouble) {
    Object.assign(mine, {busy: '', trouble});
    if (work === mine) render();
  }

  // A file may be dropped anywhere on the page.
  let depth = 0;
  const holdsFiles = (event) => event.dataTransfer?.types.includes('Files');
  const show = (on) => { veil.hidden = !on; veil.firstChild.textContent = t('dropHere'); };
  window.addEventListener('dragenter', (event) => { if (holdsFiles(event)) show(++depth > 0); });
  window.addEventListener('dragleave', (event) => { if (holdsFiles(event)) show(--depth > 0); });
  window.addEventListener('dragover', (event) => holdsFiles(event) && event.preventDefault());
  window.addEventListener('drop', (event) => {
    if (!holdsFiles(event)) return;
    event.preventDefault();
    depth = 0;
    show(false);
    droppedFiles(event.dataTransfer).then(({files, name}) => take(files, name), (error) => toast(error.message));
  });
  return {root, veil, render};
}

const OPTION = 'option.';

/** The form that is sent: what is said about the layer only when it is imported, and only when it is new. */
function form({files, fields, options = ''}, whole, fresh = false) {
  const {layer, title_zh: title, department, public: everybody, publish_failed: failed, ...answers} = fields;
  const body = new FormData();
  const said = whole ? {layer, ...answers, publish_failed: failed, ...(fresh ? {title_zh: title, title_en: title, department, public: everybody} : {})} : answers;
  for (const [name, value] of Object.entries(said)) if (value) body.append(...(name.startsWith(OPTION) ? ['option', `${name.slice(OPTION.length)}=${value}`] : [name, value]));
  for (const option of options.replaceAll('--option', ' ').split(/\s+/)) if (option) body.append('option', option);
  for (const file of files) body.append('file', file, file.name);
  return body;
}

const field = (id, title, control) => h('p', {class: 'field'}, h('label', {for: id}, title), control);

/** The field that answers a question: `crs` of `--crs`, `option.angles` of `--option angles`. */
function fieldOf(option) {
  if (option?.startsWith('--option ')) return OPTION + option.slice('--option '.length);
  return option?.startsWith('--') ? option.slice(2).replaceAll('-', '_') : '';
}

function nameFor(file) {
  const name = file.replace(/\.[^.]+$/, '').toLowerCase().replace(/[^a-z0-9]+/g, '-').replace(/^[^a-z]+|-+$/g, '');
  return name || `layer-${new Date().toISOString().slice(0, 10).replaceAll('-', '')}`;
}

function problemOf(request) {
  try {
    const {title, detail} = JSON.parse(request.responseText);
    return detail || title;
  } catch {
    return `${request.status} ${request.statusText}`;
  }
}
