/**
 * (a) The engine's matrix product at the shapes of the method's steps, one after another in one call, beside PyTorch's on the same cores. It is what a
 * step could be if nothing else were in it, so where it is slow no step can be fast. Weights change from step to step, so both
 * operands come as inputs: nothing can be packed beforehand.
 */
import { Graph, matmul, slice } from '../../dist/graph/index.js';
import { float32 } from '../../dist/runtime/engine.js';
import { atMost, inTurns, least, line } from '../measure.mjs';
import { operations, productsOf, steps } from '../steps.mjs';

export const letter = 'a';
export const about = 'matrix products at the shapes of the steps';
export const seconds = 70;

/** A session of the products alone. Of each result only a row comes out: copies are not what is measured. */
export async function bareProducts({ engine, random }, shapes) {
  const graph = new Graph();
  const feeds = {};
  const drawn = (rows, columns) =>
    float32(random.fillNormal(new Float32Array(rows * columns)), [rows, columns]);
  for (const [number, [m, k, n]] of shapes.entries()) {
    feeds[`a${number}`] = drawn(m, k);
    feeds[`b${number}`] = drawn(k, n);
    const product = matmul(
      graph.input(`a${number}`, 'float32', [m, k]),
      graph.input(`b${number}`, 'float32', [k, n]),
    );
    graph.output(`c${number}`, slice(product, 0, 0, 1));
  }
  const session = await engine.load(graph.toBytes());
  return { run: () => session.run(feeds), release: () => session.release() };
}

export async function measure(context) {
  const { torch, random } = context;
  const lines = [];
  const square = [[1024, 1024, 1024]];
  for (const { name, shapes } of [
    { name: 'one of 1024 x 1024 x 1024', shapes: square },
    ...steps.map((step) => ({ name: step.name, shapes: productsOf(step) })),
  ]) {
    const ours = await bareProducts({ ...context, random }, shapes);
    const theirs = await torch?.make('products', { shapes });
    const times = await inTurns({ ours: ours.run, ...(theirs && { theirs }) }, context.limits(6));
    const rate = operations(shapes) / least(times.ours) / 1e6;
    lines.push(
      line(`products of ${name}`, times.ours, {
        note: `${rate.toFixed(0)} GFLOP/s`,
        ...(theirs && atMost(1, 'PyTorch', times.theirs)),
      }),
    );
    await ours.release();
    await torch?.clear();
  }
  return lines;
}
