/** A training in a process of its own, so that its memory is its own. Tells its parent, for each event of progress, what of the clock has gone by. */
import { loadMethod, resolveOptions, train } from '../../dist/index.js';
import { processor, wall } from '../measure.mjs';

const { clock, set = [], ...request } = JSON.parse(process.argv[2]);
const now = clock === 'processor' ? processor : wall;
const method = await loadMethod('clad');
const options = resolveOptions(method, 'fast', set);
const tell = (message) => process.send({ ...message, at: Date.now(), now: now() });
tell({ task: 'begin' });
await train({
  ...request,
  method: 'clad',
  preset: 'fast',
  options,
  evaluated: false,
  onProgress: ({ task, done, total }) => tell({ task, done, total }),
});
tell({ task: 'end', most: process.resourceUsage().maxRSS * 1024, perImage: options.synthesis.perImage });
process.disconnect();
