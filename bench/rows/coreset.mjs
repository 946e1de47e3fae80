/** Choosing a memory bank, beside the literal greedy algorithm, one pass over all rows for each entry, of which a few are timed. */
import { Random } from '../../dist/core/random.js';
import { coreset } from '../../dist/features/memory-bank/coreset.js';
import { Graph, matmul, minimum, mul } from '../../dist/graph/index.js';
import { float32 } from '../../dist/runtime/engine.js';
import { inTurns, line } from '../measure.mjs';

export const letter = 'coreset';
export const about = 'choosing a memory bank';
export const seconds = 30;

const [count, width, size] = [200_000, 96, 2048];

export async function measure(context) {
  const { engine, random, now } = context;
  const rows = random.fillNormal(new Float32Array(count * width));
  const graph = new Graph();
  const [x, entry] = [
    graph.input('rows', 'float32', [count, width]),
    graph.input('entry', 'float32', [1, width]),
  ];
  const nearest = graph.input('nearest', 'float32', [count, 1]);
  // Less the rows' own lengths, which change nothing in it.
  graph.output('shortened', minimum(nearest, matmul(x, mul(entry, -2), { transB: true })));
  const session = await engine.load(graph.toBytes());
  const feeds = {
    rows: float32(rows, [count, width]),
    entry: float32(rows.subarray(0, width), [1, width]),
    nearest: float32(new Float32Array(count).fill(1e30), [count, 1]),
  };
  const times = await inTurns(
    {
      async ours() {
        const started = now();
        await coreset(engine, rows, width, new Random('bench'), { size });
        return (now() - started) / size;
      },
      pass: () => session.run(feeds),
    },
    { ...context.limits(20), least: 2, most: 3 },
  );
  await session.release();
  return [
    line(`one of ${size} entries out of ${count.toLocaleString('en')} rows`, times.ours, {
      beside: 'a pass over all rows',
      besideTimes: times.pass,
      kind: 'times',
    }),
  ];
}
