/** Memory of the contrastive term at the paper's batch of 8000: value and gradient hold blocks of the pair matrix, never the whole. */
import { Graph, gradients } from '../../dist/graph/index.js';
import { cladPresets } from '../../dist/methods/clad/clad-options.js';
import { contrastLoss } from '../../dist/methods/clad/contrast.js';
import { float32, int64 } from '../../dist/runtime/engine.js';
import { inTurns, line } from '../measure.mjs';

export const letter = 'contrast';
export const about = 'contrast at batch 8000';
export const seconds = 20;

const [count, width] = [8000, 512];

export async function measure(context) {
  const { engine, random } = context;
  const graph = new Graph();
  const z = graph.input('z', 'float32', [count, width]);
  const loss = contrastLoss(z, graph.input('labels', 'int64', [count]), cladPresets.paper.losses);
  graph.output('loss', loss);
  graph.output('gradient', gradients(loss, [z])[0]);
  const session = await engine.load(graph.toBytes());
  const labels = Array.from({ length: count }, () => random.integer(16));
  const feeds = {
    z: float32(random.fillNormal(new Float32Array(count * width)), [count, width]),
    labels: int64(labels, [count]),
  };
  const before = process.memoryUsage.rss();
  const times = await inTurns(
    { run: () => session.run(feeds) },
    { ...context.limits(10), least: 2, most: 3 },
  );
  const more = Math.max(0, process.resourceUsage().maxRSS * 1024 - before);
  await session.release();
  return [
    line('contrast and its gradient', times.run),
    {
      what: '  most memory more than before',
      unit: 'MB',
      value: more / 1e6,
      note: 'a pair matrix is 256 MB',
    },
  ];
}
