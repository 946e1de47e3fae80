/** @file Anomalies made on features (Eq. 5-7) against the equations in plain loops. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Random } from '../../../../src/core/random.ts';
import {
  add,
  gradients,
  matmul,
  reshape,
  square,
  sub,
  sum,
  type Tensor,
} from '../../../../src/graph/index.ts';
import { initialParameters, networksInference } from '../../../../src/methods/clad/networks.ts';
import { type AscentOptions, globalAnomalies } from '../../../../src/methods/shared/global-anomalies.ts';
import { rowLength } from '../../../../src/nn/row-length.ts';
import { runGraph } from '../../../helpers/run-graph.ts';

const [rows, width] = [7, 5];
const random = new Random('global anomalies');
const normals = (count: number) => Array.from({ length: count }, () => random.normal());
const normal = { data: normals(rows * width), shape: [rows, width] };
const noise = { data: normals(rows * width).map((value) => 0.3 * value), shape: [rows, width] };
const noiseLength = 0.3 * Math.sqrt(width);
const weight = normals(width);

const open: AscentOptions = {
  steps: 1,
  stepLength: 0.5,
  projectEvery: 100,
  innerRadius: 0,
  outerRadius: 1e6,
};

/** A score whose gradient is known: s = x . w. */
const linearScore = (features: Tensor) =>
  reshape(matmul(features, features.graph.constant('w', weight, [width, 1])), [rows]);

async function anomalies(options: AscentOptions, scoreOf = linearScore, from = noise) {
  const found = await runGraph({ normal, noise: from }, (graph, inputs) => {
    const made = globalAnomalies(inputs.normal!, inputs.noise!, graph.scalar(noiseLength), scoreOf, options);
    return {
      made,
      score: scoreOf(made),
      before: scoreOf(inputs.normal!),
      length: rowLength(sub(made, inputs.normal!)),
    };
  });
  const displacement = found.made!.data.map((value, at) => value - normal.data[at]!);
  return { displacement, score: found.score!.data, lengths: found.length!.data };
}

const rowOf = (values: readonly number[], row: number) => values.slice(row * width, (row + 1) * width);
const length = (values: readonly number[]) => Math.hypot(...values);

/** Eq. 5-7 for the linear score: every row moves against w, then its length is brought into the shell. */
function reference({ steps, stepLength, projectEvery, innerRadius, outerRadius }: AscentOptions): number[] {
  return Array.from({ length: rows }, (_, row) => {
    let displacement = rowOf(noise.data, row);
    for (let step = 1; step <= steps; step++) {
      displacement = displacement.map(
        (value, axis) => value - stepLength * noiseLength * (weight[axis]! / length(weight)),
      );
      if (step % projectEvery !== 0 && step !== steps) continue;
      const relative = length(displacement) / noiseLength;
      const wanted = Math.min(outerRadius, Math.max(innerRadius, relative));
      displacement = displacement.map((value) => (value * wanted) / relative);
    }
    return displacement;
  }).flat();
}

function expectClose(actual: readonly number[], expected: readonly number[]) {
  actual.forEach((value, at) => {
    expect(value, `${at}`).toBeCloseTo(expected[at]!, 4);
  });
}

describe('global anomalies', () => {
  it('without ascent are the normal features with the noise as drawn, not projected', async () => {
    const { displacement } = await anomalies({ ...open, steps: 0, innerRadius: 5, outerRadius: 6 });
    expectClose(displacement, noise.data);
  });

  it.each<[string, Partial<AscentOptions>]>([
    ['one step', {}],
    ['three steps', { steps: 3 }],
    ['a projection at the end', { steps: 3, innerRadius: 0.85, outerRadius: 1.2 }],
    ['projections between', { steps: 5, projectEvery: 2, innerRadius: 0.9, outerRadius: 1.1 }],
    ['a step of no length', { stepLength: 0, innerRadius: 0.85, outerRadius: 1.7 }],
  ])('follow Eq. 5-7 with %s', async (_, options) => {
    const all = { ...open, ...options };
    expectClose((await anomalies(all)).displacement, reference(all));
  });

  it('are closer to normal for the discriminator than the noise alone: the loss is ascended, the score falls', async () => {
    const parameters = initialParameters(
      { inputWidth: width, adaptorWidths: [12, 9, 6], discriminatorWidths: [8, 6], classes: 3 },
      new Random('discriminator'),
    );
    const score = (features: Tensor) =>
      networksInference(
        features,
        Object.fromEntries(
          Object.entries(parameters).map(([name, { shape, data }]) => [
            name,
            features.graph.constant(name, data, shape),
          ]),
        ),
      ).score;
    const before = await anomalies({ ...open, steps: 0 }, score);
    const one = await anomalies({ ...open, stepLength: 0.01 }, score);
    const many = await anomalies({ ...open, stepLength: 0.01, steps: 10 }, score);
    one.score.forEach((value, row) => {
      expect(value).toBeLessThan(before.score[row]!);
      expect(many.score[row]).toBeLessThan(value);
      const moved = rowOf(one.displacement, row).map(
        (each, axis) => each - rowOf(before.displacement, row)[axis]!,
      );
      // Each row moves by eta times the noise length, however steep its own gradient is.
      expect(length(moved)).toBeCloseTo(0.01 * noiseLength, 4);
    });
  });

  it('are constants for differentiation, however they were made', async () => {
    const { slope } = await runGraph({ normal, noise }, (graph, inputs) => {
      const made = globalAnomalies(
        inputs.normal!,
        inputs.noise!,
        graph.scalar(noiseLength),
        linearScore,
        open,
      );
      // The second sum has the slope 1 everywhere.
      const total = add(sum(square(made)), sum(inputs.normal!));
      return { slope: gradients(total, [inputs.normal!])[0]! };
    });
    expect(slope!.data).toEqual(new Array(rows * width).fill(1));
  });

  it('lie between r1 and r2 noise lengths from their origin (Eq. 7)', () =>
    fc.assert(
      fc.asyncProperty(
        fc.record({
          steps: fc.integer({ min: 1, max: 4 }),
          stepLength: fc.double({ min: 0, max: 3, noNaN: true }),
          projectEvery: fc.integer({ min: 1, max: 5 }),
          innerRadius: fc.double({ min: 0.05, max: 1.5, noNaN: true }),
          width: fc.double({ min: 0, max: 2, noNaN: true }),
          scale: fc.double({ min: 0.01, max: 20, noNaN: true }),
        }),
        async ({ width: shell, scale, ...options }) => {
          const outerRadius = options.innerRadius + shell;
          const from = { ...noise, data: noise.data.map((value) => value * scale) };
          const { lengths } = await anomalies({ ...options, outerRadius }, linearScore, from);
          for (const each of lengths) {
            expect(each / noiseLength).toBeGreaterThan(options.innerRadius * 0.999 - 1e-4);
            expect(each / noiseLength).toBeLessThan(outerRadius * 1.001 + 1e-4);
          }
        },
      ),
      { numRuns: 20 },
    ));
});
