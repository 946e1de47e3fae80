/** A training in a process of its own, so that its memory is its own. Tells its parent, for each event of progress, what of the clock has gone by. */
import { loadMethod, resolveOptions, train } from '../../dist/index.js';
import { defaultPreset } from '../../dist/methods/resolve-options.js';
import { anomaliesOfEvery } from '../../dist/methods/shared/training-features.js';
import { processor, wall } from '../measure.mjs';

const { clock, ...request } = JSON.parse(process.argv[2]);
const now = clock === 'processor' ? processor : wall;
const method = await loadMethod('clad');
const preset = defaultPreset(method);
const options = resolveOptions(method, preset);
let images = 0;
const tell = (message) => process.send({ ...message, at: Date.now(), now: now() });
tell({ task: 'begin' });
await train({
  ...request,
  method: 'clad',
  preset,
  options,
  evaluated: false,
  onProgress: ({ task, done, total }) => {
    if (task === 'patch features') images = total;
    tell({ task, done, total });
  },
});
const perImage = options.synthesis.perImage / anomaliesOfEvery(options.networks ? 'all' : 'some', images);
tell({ task: 'end', most: process.resourceUsage().maxRSS * 1024, perImage });
process.disconnect();
