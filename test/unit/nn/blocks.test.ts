/** @file Parts of the model against plain loops: pairs in row blocks, matching to a memory bank, batch norm, fusion. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Random } from '../../../src/core/random.ts';
import { leaveOut, matchEntries } from '../../../src/features/memory-bank/memory-bank.ts';
import { cast, gradients } from '../../../src/graph/index.ts';
import { type ContrastOptions, contrastLoss } from '../../../src/methods/clad/contrast.ts';
import { fuseFeatures } from '../../../src/methods/clad/fusion.ts';
import { batchNormInference, batchNormTraining } from '../../../src/nn/batch-norm.ts';
import { contrastReference } from '../../helpers/contrast-reference.ts';
import { runGraph } from '../../helpers/run-graph.ts';

const normals = (seed: number, count: number, scale = 1) => {
  const random = new Random('blocks', seed, count);
  return Array.from({ length: count }, () => random.normal(0, scale));
};
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

describe('the contrastive loss in row blocks', () => {
  it(
    'equals that of one block, value and gradient, for any block size',
    () =>
      fc.assert(
        fc.asyncProperty(
          fc.integer({ min: 3, max: 24 }),
          fc.integer({ min: 1, max: 30 }),
          fc.integer({ min: 1, max: 4 }),
          fc.nat(1000),
          fc.constantFrom(-0.8, 0, 1, 2.5),
          fc.boolean(),
          async (count, blockRows, classes, seed, gamma, stopWeightGradient) => {
            const options: ContrastOptions = {
              margin: 2.5,
              alpha: 0.5,
              gamma,
              epsilon: 1e-6,
              stopWeightGradient,
            };
            const labels = Array.from({ length: count }, (_, row) => (row * 7 + seed) % classes);
            const inputs = {
              z: { data: normals(seed, count * 4), shape: [count, 4] },
              labels: { data: labels, shape: [count] },
            };
            const found = await runGraph(inputs, (_, { z, labels: y }) => {
              const loss = (rows: number) => contrastLoss(z!, cast(y!, 'int64'), options, rows);
              const [blocks, whole] = [loss(blockRows), loss(count)];
              const slopes = [gradients(blocks, [z!])[0]!, gradients(whole, [z!])[0]!] as const;
              return { valueB: blocks, valueW: whole, slopeB: slopes[0], slopeW: slopes[1] };
            });
            const close = (actual: readonly number[], expected: readonly number[]) => {
              const scale = Math.max(1e-3, ...expected.map(Math.abs));
              actual.forEach((value, at) => {
                expect(Math.abs(value - expected[at]!)).toBeLessThan(1e-4 * scale);
              });
            };
            close(found.valueB!.data, found.valueW!.data);
            close(found.slopeB!.data, found.slopeW!.data);
          },
        ),
        { numRuns: 20 },
      ),
    30_000,
  );
});

describe('the contrastive loss pair by pair', () => {
  const optionsOf = (given: Partial<ContrastOptions>): ContrastOptions => ({
    margin: 3,
    alpha: 0.5,
    gamma: -0.8,
    epsilon: 1e-6,
    stopWeightGradient: false,
    ...given,
  });

  /** Value and gradient of the graph, and of the plain loops by central differences. */
  async function both(z: readonly number[][], labels: readonly number[], options: ContrastOptions) {
    const shape = [z.length, z[0]!.length];
    const inputs = {
      z: { data: z.flat(), shape },
      labels: { data: [...labels], shape: [labels.length] },
    };
    const found = await runGraph(inputs, (_, { z: x, labels: y }) => {
      const value = contrastLoss(x!, cast(y!, 'int64'), options);
      return { value, slope: gradients(value, [x!])[0]! };
    });
    const step = 1e-5;
    const slopes = z.flatMap((row, at) =>
      row.map((value, axis) => {
        const [up, down] = [step, -step].map((by) =>
          contrastReference(
            z.map((each, index) => (index === at ? each.with(axis, value + by) : each)),
            labels,
            options,
          ),
        ) as [number, number];
        return (up - down) / (2 * step);
      }),
    );
    const { value, slope } = found;
    return {
      value: value!.data[0]!,
      slope: slope!.data,
      expected: contrastReference(z, labels, options),
      slopes,
    };
  }

  it('equals Eq. 8-17, value and gradient, for any constants', () =>
    fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 3, max: 12 }),
        fc.nat(1000),
        fc.record({
          margin: fc.double({ min: 0.5, max: 6, noNaN: true }),
          alpha: fc.double({ min: 0.1, max: 2, noNaN: true }),
          gamma: fc.constantFrom(-0.8, 0, 0.5, 1, 2),
          unattracted: fc.constantFrom(undefined, 0, 2),
        }),
        async (count, seed, given) => {
          const values = normals(seed, count * 3);
          const z = Array.from({ length: count }, (_, row) => values.slice(row * 3, row * 3 + 3));
          const labels = z.map((_, row) => (row * 5 + seed) % 3);
          const options = optionsOf(given);
          // At the margin and near 0 the slope has a corner, which differences cannot see.
          const far = z.every((one, i) =>
            z.every((other, j) => {
              const distance = Math.hypot(...one.map((value, axis) => value - other[axis]!));
              return i === j || (distance > 0.05 && Math.abs(distance - options.margin) > 0.01);
            }),
          );
          fc.pre(far);
          const { value, slope, expected, slopes } = await both(z, labels, options);
          expect(Math.abs(value - expected)).toBeLessThan(1e-5 * Math.max(1, expected));
          const scale = Math.max(1e-2, ...slopes.map(Math.abs));
          slope.forEach((each, at) => {
            expect(Math.abs(each - slopes[at]!)).toBeLessThan(2e-3 * scale);
          });
        },
      ),
      { numRuns: 40 },
    ));

  it('is the same far from 0, where squares are large', async () => {
    const near = Array.from({ length: 8 }, (_, row) => normals(row, 3));
    const labels = near.map((_, row) => row % 2);
    const there = near.map((row) => row.map((value) => 100 + value));
    const [found, moved] = [
      await both(near, labels, optionsOf({})),
      await both(there, labels, optionsOf({})),
    ];
    expect(moved.value).toBeCloseTo(found.value, 3);
    const scale = Math.max(...found.slope.map(Math.abs));
    moved.slope.forEach((slope, at) => {
      expect(Math.abs(slope - found.slope[at]!)).toBeLessThan(5e-3 * scale);
    });
  });

  it('stays finite where rows coincide and where others are just within the margin', async () => {
    const z = [
      [0.5, 0, 0],
      [0.5, 0, 0],
      [-0.5, 0, 0],
      [0.5, 2.9999, 0],
    ];
    for (const gamma of [-3, -0.8]) {
      const options = optionsOf({ gamma });
      const { value, slope, expected } = await both(z, [0, 0, 1, 1], options);
      expect(value / expected).toBeCloseTo(1, 2);
      expect(slope.every(Number.isFinite)).toBe(true);
    }
    // Rows that lie on one another have no direction to move along.
    const { slope } = await both(z.slice(0, 2), [0, 0], optionsOf({}));
    expect(slope).toEqual([0, 0, 0, 0, 0, 0]);
  });
});

describe('matching to a memory bank', () => {
  const width = 4;

  it('finds the same nearest entries, mean difference and length as a search over all', () =>
    fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 12 }),
        fc.integer({ min: 4, max: 30 }),
        fc.integer({ min: 1, max: 4 }),
        fc.boolean(),
        fc.boolean(),
        fc.nat(1000),
        async (rows, entries, neighbours, excluding, byClass, seed) => {
          const x = normals(seed, rows * width);
          const bank = normals(seed + 1, entries * width);
          const norms = Array.from({ length: entries }, (_, entry) =>
            bank.slice(entry * width, (entry + 1) * width).reduce((sum, value) => sum + value * value, 0),
          );
          // Images 0 to 3 each have some entries, so that at least `entries - ceil(entries / 4)` stay.
          const entryImages = Array.from({ length: entries }, (_, entry) => entry % 4);
          // Of the last class there is none.
          const entryClasses = entryImages.map((_, entry) => Math.floor((2 * entry) / entries));
          // Of image 4 there is no entry.
          const ownImage = seed % 5;
          const left = entryImages.filter((image) => !excluding || image !== ownImage).length;
          fc.pre(left >= neighbours);
          const found = await runGraph({ x: { data: x, shape: [rows, width] } }, (graph, inputs) => {
            const all = {
              entries: graph.constant('bank', bank, [entries, width]),
              norms: graph.constant('norms', norms, [entries]),
            };
            const own = graph.constant('own', [ownImage], [1], 'int64');
            const match = matchEntries(
              inputs.x!,
              excluding ? leaveOut(all, own, entryImages) : all,
              neighbours,
              { classes: byClass ? { of: entryClasses, count: 3 } : undefined },
            );
            return {
              difference: match.difference,
              distance: match.distance,
              ...(match.toClasses && { classes: match.toClasses }),
            };
          });
          for (let row = 0; row < rows; row++) {
            const all = entryImages
              .map((image, entry) => ({
                entry,
                image,
                values: bank.slice(entry * width, (entry + 1) * width),
              }))
              .filter(({ image }) => !excluding || image !== ownImage)
              .map((each) => ({
                ...each,
                distance: Math.hypot(...each.values.map((value, axis) => value - x[row * width + axis]!)),
              }))
              .sort((a, b) => a.distance - b.distance);
            const nearest = all.slice(0, neighbours);
            const ofClass = [0, 1].map((index) => all.find(({ entry }) => entryClasses[entry] === index));
            const toClasses = found.classes?.data.slice(row * 3, row * 3 + 3) ?? [];
            expect(toClasses).toHaveLength(byClass ? 3 : 0);
            for (const [at, value] of toClasses.entries()) {
              const away = ofClass[at]?.distance;
              if (away === undefined) expect(value).toBeGreaterThan(1e14);
              else expect(value).toBeCloseTo(away, 3);
            }
            const difference = Array.from(
              { length: width },
              (_, axis) => x[row * width + axis]! - mean(nearest.map(({ values }) => values[axis]!)),
            );
            expect(found.distance!.data[row]).toBeCloseTo(Math.hypot(...difference), 4);
            difference.forEach((value, axis) => {
              expect(found.difference!.data[row * width + axis]).toBeCloseTo(value, 4);
            });
          }
        },
      ),
      { numRuns: 25 },
    ));

  it('gives an entry itself distance 0, whatever the rounding', async () => {
    const bank = normals(3, 50 * width, 30);
    const norms = Array.from({ length: 50 }, (_, entry) =>
      bank.slice(entry * width, (entry + 1) * width).reduce((sum, value) => sum + value * value, 0),
    );
    const { distance, indices } = await runGraph(
      { x: { data: bank, shape: [50, width] } },
      (graph, inputs) => {
        const entries = graph.constant('bank', bank, [50, width]);
        return matchEntries(inputs.x!, { entries, norms: graph.constant('norms', norms, [50]) }, 1) as never;
      },
    );
    distance!.data.forEach((value, row) => {
      expect(value).toBe(0);
      expect(indices!.data[row]).toBe(row);
    });
  });
});

describe('batch norm', () => {
  const [rows, width] = [6, 3];
  const x = normals(9, rows * width, 2).map((value) => value + 1);
  const parameters = {
    weight: [1.5, -0.5, 1],
    bias: [0.1, 0.2, -0.3],
    runningMean: [0.5, 1, -1],
    runningVar: [2, 0.5, 1],
  };
  const inputs = {
    x: { data: x, shape: [rows, width] },
    ...Object.fromEntries(Object.entries(parameters).map(([name, data]) => [name, { data, shape: [width] }])),
  };
  const column = (axis: number) => x.filter((_, at) => at % width === axis);
  const variance = (values: readonly number[], divisor: number) =>
    values.reduce((sum, value) => sum + (value - mean(values)) ** 2, 0) / divisor;

  it('normalises a batch by its own mean and biased variance, and lets the statistics follow the unbiased one', async () => {
    const found = await runGraph(inputs, (_, { x: input, ...given }) => {
      const next = batchNormTraining(input!, given as never);
      return { output: next.output, nextMean: next.runningMean, nextVar: next.runningVar };
    });
    for (let axis = 0; axis < width; axis++) {
      const own = column(axis);
      own.forEach((value, row) => {
        const standard = (value - mean(own)) / Math.sqrt(variance(own, rows) + 1e-5);
        const expected = standard * parameters.weight[axis]! + parameters.bias[axis]!;
        expect(found.output!.data[row * width + axis]).toBeCloseTo(expected, 4);
      });
      expect(found.nextMean!.data[axis]).toBeCloseTo(
        0.9 * parameters.runningMean[axis]! + 0.1 * mean(own),
        4,
      );
      expect(found.nextVar!.data[axis]).toBeCloseTo(
        0.9 * parameters.runningVar[axis]! + 0.1 * variance(own, rows - 1),
        4,
      );
    }
  });

  it('normalises by the running statistics when it predicts', async () => {
    const { output } = await runGraph(inputs, (_, { x: input, ...given }) => ({
      output: batchNormInference(input!, given as never),
    }));
    x.forEach((value, at) => {
      const axis = at % width;
      const standard =
        (value - parameters.runningMean[axis]!) / Math.sqrt(parameters.runningVar[axis]! + 1e-5);
      expect(output!.data[at]).toBeCloseTo(standard * parameters.weight[axis]! + parameters.bias[axis]!, 4);
    });
  });
});

it('fusion draws each row towards the normal one by its own beta (Eq. 4)', async () => {
  const [anomalous, normal] = [normals(1, 12), normals(2, 12)];
  const beta = [0, 0.25, 0.5, 1];
  const { fused } = await runGraph(
    {
      anomalous: { data: anomalous, shape: [4, 3] },
      normal: { data: normal, shape: [4, 3] },
      beta: { data: beta, shape: [4] },
    },
    (_, inputs) => ({ fused: fuseFeatures(inputs.anomalous!, inputs.normal!, inputs.beta!) }),
  );
  anomalous.forEach((value, at) => {
    const share = beta[Math.floor(at / 3)]!;
    expect(fused!.data[at]).toBeCloseTo((1 - share) * value + share * normal[at]!, 5);
  });
});
