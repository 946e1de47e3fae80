/** @file Style and script of the page at `/`. The script puts text into the page as text, never as HTML. */

export const frontPageStyle = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { max-width: 44rem; margin: 2rem auto; padding: 0 1rem; }
small { font-weight: normal; opacity: .6; }
label { display: block; margin: .5rem 0; }
#result { min-height: 4rem; margin: 1rem 0; }
#result img { display: block; max-width: 100%; margin-top: .5rem; }
.verdict { font-size: 1.5rem; font-weight: 600; }
.anomalous, .unknown { color: #c62828; }
.normal { color: #2e7d32; }
`;

export const frontPageScript = `
'use strict';
const byId = (id) => document.getElementById(id);
const [result, detector, image, token] = ['result', 'detector', 'image', 'token'].map(byId);
const headers = () => (token && token.value ? { Authorization: 'Bearer ' + token.value } : {});
let attempt = 0;

function show(...parts) {
  result.replaceChildren(...parts.map(([name, text, kind]) => {
    const element = document.createElement(name);
    if (name === 'img') {
      element.alt = 'heat map';
      element.src = text;
    } else element.textContent = text;
    if (kind) element.className = kind;
    return element;
  }));
}

async function ask(address, init) {
  const response = await fetch(address, { ...init, headers: { ...headers(), ...(init && init.headers) } });
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.error.message || answer.error);
  return answer;
}

async function list() {
  detector.replaceChildren();
  try {
    const { detectors } = await ask('/v1/detectors');
    for (const { name, version } of detectors) {
      const address = '/v1/detectors/' + encodeURIComponent(name) + '/versions/' + encodeURIComponent(version);
      detector.add(new Option(name + ', version ' + version, address));
    }
    show();
  } catch (error) {
    show(['p', error.message]);
  }
}

async function predict() {
  const mine = ++attempt;
  const [file] = image.files;
  show();
  if (!file || !detector.value) return;
  show(['p', 'predicting ' + file.name + ' ...']);
  const parts = await ask(detector.value + '/predict?map=base64&mapLegend=true', {
    method: 'POST',
    headers: { 'Content-Type': 'application/octet-stream' },
    body: file,
  }).then((answer) => {
    const verdict = answer.verdict || 'no threshold';
    const threshold = answer.threshold === null
      ? 'no threshold'
      : 'threshold ' + answer.threshold.toFixed(2) + ', margin ' + answer.margin.toFixed(2);
    const check = answer.decision === 'check' ? [['p', 'to be checked: above the second threshold']] : [];
    const failed = (answer.namedRegions || [])
      .filter((region) => region.verdict === 'anomalous')
      .map((region) => ['p', 'fails in ' + region.name + ': score ' + region.score.toFixed(2) + ', threshold ' + region.threshold.toFixed(2) + ', margin ' + region.margin.toFixed(2)]);
    return [
      ['p', verdict, 'verdict ' + verdict],
      ['p', file.name + ': ' + answer.class + ', score ' + answer.score.toFixed(2) + ', ' + threshold],
      ...failed,
      ...check,
      ...(answer.warnings || []).map((warning) => ['p', warning.message || String(warning)]),
      ['img', 'data:image/png;base64,' + answer.map],
    ];
  }).catch((error) => [['p', error.message]]);
  if (mine === attempt) show(...parts);
}

byId('form').addEventListener('submit', (event) => event.preventDefault());
image.addEventListener('change', predict);
detector.addEventListener('change', predict);
if (token) token.addEventListener('change', list);
`;
