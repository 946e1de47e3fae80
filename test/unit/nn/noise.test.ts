/** @file Noise that a step draws: its distribution, that places, rows and layers have noise of their own, and that it follows from the number fed alone. */
import { describe, expect, it } from 'vitest';
import { Graph } from '../../../src/graph/index.ts';
import { dropoutDraw } from '../../../src/nn/dropout.ts';
import { normalNoise } from '../../../src/nn/noise.ts';
import { floats, int64 } from '../../../src/runtime/engine.ts';
import { nodeEngine } from '../../../src/runtime/node.ts';

const engine = await nodeEngine({ threads: 1 });

async function drawn(rows: number, columns: number, draw: number, name = 'layer'): Promise<Float32Array> {
  const graph = new Graph();
  graph.output('noise', normalNoise(rows, columns, graph.input('draw', 'int64', []), name));
  const session = await engine.load(graph.toBytes());
  const { noise } = await session.run({ draw: int64([draw], []) });
  await session.release();
  expect(noise!.shape).toEqual([rows, columns]);
  return floats(noise).slice();
}

const mean = (values: Iterable<number>) => {
  const all = [...values];
  return all.reduce((sum, each) => sum + each, 0) / all.length;
};

/** Of two series of as many numbers. */
function correlation(a: Float32Array, b: Float32Array): number {
  const products = mean(Array.from(a, (value, at) => value * b[at]!));
  const length = (x: Float32Array) => Math.sqrt(mean(Array.from(x, (value) => value * value)));
  return products / (length(a) * length(b));
}

/** Share of a normal distribution below a number (Abramowitz and Stegun 7.1.26, to 1.5e-7). */
function below(x: number): number {
  const t = 1 / (1 + (0.3275911 * Math.abs(x)) / Math.SQRT2);
  const tail =
    t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  const share = (1 - tail * Math.exp((-x * x) / 2)) / 2;
  return x < 0 ? 0.5 - share : 0.5 + share;
}

describe('noise', () => {
  it('is normal: moments, and the largest distance of its distribution from that', async () => {
    const values = await drawn(400, 500, dropoutDraw(3, 1, 7));
    const count = values.length;
    expect(Math.abs(mean(values))).toBeLessThan(4 / Math.sqrt(count));
    const moment = (power: number) => mean(Array.from(values, (value) => value ** power));
    expect(Math.abs(moment(2) - 1)).toBeLessThan(4 * Math.sqrt(2 / count));
    expect(Math.abs(moment(3))).toBeLessThan(4 * Math.sqrt(15 / count));
    expect(Math.abs(moment(4) - 3)).toBeLessThan(4 * Math.sqrt(96 / count));
    // Kolmogorov and Smirnov: above 1.95 / sqrt(n) once in a thousand draws.
    const sorted = values.toSorted();
    let distance = 0;
    sorted.forEach((value, at) => {
      distance = Math.max(distance, Math.abs(below(value) - (at + 0.5) / count));
    });
    expect(distance).toBeLessThan(1.95 / Math.sqrt(count));
  });

  it('has rows, columns and pairs of a transform that say nothing of each other', async () => {
    const [rows, columns] = [24, 2001];
    const values = await drawn(rows, columns, dropoutDraw(0, 1, 0));
    const row = (at: number) => values.subarray(at * columns, (at + 1) * columns);
    // The largest of as many correlations is below five deviations.
    for (let a = 0; a < rows; a++)
      for (let b = a + 1; b < rows; b++)
        expect(Math.abs(correlation(row(a), row(b)))).toBeLessThan(5 / Math.sqrt(columns));
    const half = (columns + 1) / 2;
    const pairs = Float32Array.from({ length: rows * (half - 1) }, (_, at) => {
      return row(at % rows)[Math.floor(at / rows)]!;
    });
    const partners = pairs.map((_, at) => row(at % rows)[half + Math.floor(at / rows)]!);
    const squares = (x: Float32Array) => x.map((value) => value * value - 1);
    expect(Math.abs(correlation(pairs, partners))).toBeLessThan(5 / Math.sqrt(pairs.length));
    expect(Math.abs(correlation(squares(pairs), squares(partners)))).toBeLessThan(
      5 / Math.sqrt(pairs.length),
    );
  });

  it('is the same for the same step, and other noise for another seed, step or layer', async () => {
    const first = await drawn(20, 31, dropoutDraw(5, 1, 2));
    expect(await drawn(20, 31, dropoutDraw(5, 1, 2))).toEqual(first);
    for (const other of [
      await drawn(20, 31, dropoutDraw(6, 1, 2)),
      await drawn(20, 31, dropoutDraw(5, 1, 3)),
      await drawn(20, 31, dropoutDraw(5, 1, 2), 'another'),
    ])
      expect(Math.abs(correlation(first, other))).toBeLessThan(0.2);
  });
});
