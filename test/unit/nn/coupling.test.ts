/**
 * @file A block of a flow against PyTorch's numbers (tools/make-cflow-golden.py): rows, gradients, and the determinant against that of the Jacobian matrix by
 * autograd; and by its own properties: it can be undone, and images do not change each other. With it the tables of positions and the rotations it is made of.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Random } from '../../../src/core/random.ts';
import {
  add,
  concat,
  div,
  exp,
  gradients,
  matmul,
  neg,
  permuteColumns,
  slice,
  sub,
  type Tensor,
} from '../../../src/graph/index.ts';
import {
  type CouplingShape,
  couple,
  coupledHalves,
  couplingParameters,
  globalScale,
  type Mixing,
  scaleAndShift,
} from '../../../src/nn/coupling.ts';
import type { ParameterTensors } from '../../../src/nn/parameters.ts';
import { sinePositions } from '../../../src/nn/positions.ts';
import { randomRotation } from '../../../src/nn/rotation.ts';
import { weighted } from '../../helpers/finite-differences.ts';
import { fixture } from '../../helpers/fixtures.ts';
import { expectLayer, type GoldenLayer, transformerWeight, uniform } from '../../helpers/golden-weights.ts';
import { type Fed, runGraph } from '../../helpers/run-graph.ts';

interface GoldenBlock {
  readonly x: [number, number];
  readonly grid: [number, number];
  readonly condition: number;
  readonly hidden: number;
  readonly mixing: number[];
  readonly weights: Record<string, number[]>;
  readonly y: GoldenLayer;
  readonly logDeterminant: number[];
  readonly slopes: Record<string, GoldenLayer>;
}

const golden = fixture<{
  positions: { rows: number; columns: number; width: number; table: number[] };
  blocks: Record<Mixing['kind'], GoldenBlock>;
}>('cflow.json');

function mixingOf(kind: Mixing['kind'], given: readonly number[]): Mixing {
  return kind === 'hard' ? { kind, order: given } : { kind, rotation: Float32Array.from(given) };
}

describe.each(['hard', 'soft'] as const)('a coupling block, mixing %s', (kind) => {
  const { x, grid, condition, hidden, mixing, weights, y, logDeterminant, slopes } = golden.blocks[kind];
  const [rows, width] = x;
  const shape: CouplingShape = { width, condition, hidden, clamp: 1.9, mixing: mixingOf(kind, mixing) };
  const places = { rows: grid[0], columns: grid[1] };
  const inputs: Record<string, Fed> = {
    x: { shape: x, data: Float32Array.from(uniform('x', rows * width), (value) => 4 * value - 2) },
    places: {
      shape: [places.rows * places.columns, condition],
      data: sinePositions(places, condition),
    },
  };
  for (const [name, of] of Object.entries(weights))
    inputs[name] = { shape: of, data: transformerWeight(name, of).data as Float32Array };

  it("has the parameters of FrEIA's", () => {
    const made = couplingParameters('block', shape, new Random('block'));
    expect(Object.fromEntries(Object.entries(made).map(([name, each]) => [name, each.shape]))).toEqual(
      weights,
    );
  });

  it("gives PyTorch's rows, the determinant of its Jacobian matrices, and its gradients", async () => {
    const found = await runGraph(inputs, (_, tensors) => {
      const made = couple('block', tensors.x!, tensors.places!, shape, tensors);
      const names = Object.keys(slopes);
      const total = add(weighted(made.rows), weighted(made.logDeterminant));
      const back = gradients(
        total,
        names.map((name) => tensors[name]!),
      );
      return {
        y: made.rows,
        logDeterminant: made.logDeterminant,
        ...Object.fromEntries(names.map((name, at) => [`d ${name}`, back[at]!])),
      };
    });
    expectLayer(found.y!, y, 'y');
    expect(found.logDeterminant!.shape).toEqual([rows]);
    logDeterminant.forEach((value, row) => {
      expect(Math.abs(found.logDeterminant!.data[row]! - value)).toBeLessThan(1e-4 * Math.abs(value));
    });
    for (const [name, each] of Object.entries(slopes))
      expectLayer(found[`d ${name}`]!, each, `slope of ${name}`);
  });
});

/** What a block made of rows, undone. */
function undo(y: Tensor, places: Tensor, shape: CouplingShape, parameters: ParameterTensors): Tensor {
  const { width, mixing } = shape;
  const { kept } = coupledHalves(width);
  let back: number[] = [];
  if (mixing.kind === 'hard') {
    back = new Array<number>(width);
    Array.from(mixing.order).forEach((from, at) => {
      back[from] = at;
    });
  }
  const unmixed =
    mixing.kind === 'hard'
      ? permuteColumns(y, back)
      : matmul(y, y.graph.constant('rotation', mixing.rotation, [width, width]));
  const scaled = div(sub(unmixed, parameters['block.global_offset']!), globalScale('block', parameters));
  const first = slice(scaled, 1, 0, kept);
  const { logScale, shift } = scaleAndShift('block', first, places, shape, parameters);
  return concat([first, div(sub(slice(scaled, 1, kept, width), shift), exp(logScale))], 1);
}

it(
  'a coupling block can be undone, and images do not change each other, whatever its sizes',
  () =>
    fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 2, max: 9 }),
        fc.integer({ min: 1, max: 12 }),
        fc.integer({ min: 1, max: 3 }),
        fc.constantFrom('hard', 'soft'),
        fc.nat(1000),
        async (width, hidden, images, kind, seed) => {
          const random = new Random('undone', seed);
          const mixing: Mixing =
            kind === 'hard'
              ? { kind, order: random.permutation(width) }
              : { kind, rotation: randomRotation(width, random) };
          const shape: CouplingShape = { width, condition: 4, hidden, clamp: 1.9, mixing };
          const declared = couplingParameters('block', shape, random);
          const inputs: Record<string, Fed> = Object.fromEntries(
            Object.entries(declared).map(([name, { shape: of, data }]) => [
              name,
              { shape: of, data: data.map((value) => value + random.normal()) },
            ]),
          );
          const count = 3 * images;
          inputs.x = { shape: [count, width], data: random.fillNormal(new Float32Array(count * width)) };
          inputs.places = { shape: [3, 4], data: sinePositions({ rows: 1, columns: 3 }, 4) };
          const found = await runGraph(inputs, (_, tensors) => {
            const through = (x: Tensor) => couple('block', x, tensors.places!, shape, tensors);
            const all = through(tensors.x!);
            const alone = through(slice(tensors.x!, 0, count - 3, count));
            return {
              undone: undo(all.rows, tensors.places!, shape, tensors),
              last: slice(all.rows, 0, count - 3, count),
              alone: alone.rows,
              lastChange: neg(slice(all.logDeterminant, 0, count - 3, count)),
              aloneChange: neg(alone.logDeterminant),
            };
          });
          const near = (actual: readonly number[], expected: ArrayLike<number>) => {
            actual.forEach((value, at) => {
              expect(Math.abs(value - expected[at]!)).toBeLessThan(
                1e-4 * Math.max(1, Math.abs(expected[at]!)),
              );
            });
          };
          near(found.undone!.data, inputs.x.data);
          near(found.last!.data, found.alone!.data);
          near(found.lastChange!.data, found.aloneChange!.data);
        },
      ),
      { numRuns: 25 },
    ),
  30_000,
);

describe('positions', () => {
  it("are PyTorch's", () => {
    const { table, width, ...grid } = golden.positions;
    const made = sinePositions(grid, width);
    expect(made).toHaveLength(table.length);
    table.forEach((value, at) => {
      expect(made[at]).toBeCloseTo(value, 6);
    });
  });

  it('are another for each place, also of a large grid, and told by a multiple of 4 numbers', () => {
    const grid = { rows: 64, columns: 96 };
    const table = sinePositions(grid, 128);
    const rows = Array.from({ length: 64 * 96 }, (_, place) =>
      table.subarray(place * 128, (place + 1) * 128).join(),
    );
    expect(new Set(rows).size).toBe(rows.length);
    for (const width of [0, 6, 130, -4, 2.5])
      expect(() => sinePositions(grid, width)).toThrow(/multiple of 4 numbers, got/);
  });
});

describe('a rotation by chance', () => {
  it('keeps lengths and angles, with a determinant of 1', () => {
    for (let width = 1; width <= 12; width++)
      for (let seed = 0; seed < 5; seed++) {
        const matrix = randomRotation(width, new Random('rotation', width, seed));
        const row = (at: number) => Array.from(matrix.subarray(at * width, (at + 1) * width));
        for (let one = 0; one < width; one++)
          for (let other = 0; other < width; other++) {
            const product = row(one).reduce((sum, value, at) => sum + value * row(other)[at]!, 0);
            expect(product).toBeCloseTo(one === other ? 1 : 0, 5);
          }
        expect(determinant(Array.from({ length: width }, (_, at) => row(at)))).toBeCloseTo(1, 4);
      }
  });

  it('takes an axis anywhere alike', () => {
    const width = 4;
    const draws = 4000;
    const [sums, squares] = [new Float64Array(width * width), new Float64Array(width * width)];
    for (let draw = 0; draw < draws; draw++)
      randomRotation(width, new Random('alike', draw)).forEach((value, at) => {
        sums[at]! += value / draws;
        squares[at]! += value ** 2 / draws;
      });
    // Of Haar's measure every element has mean 0 and variance 1 / width; five deviations of these estimates.
    for (const value of sums) expect(Math.abs(value)).toBeLessThan(5 / Math.sqrt(width * draws));
    for (const value of squares)
      expect(Math.abs(value - 1 / width)).toBeLessThan((5 * 0.25) / Math.sqrt(draws));
  });
});

/** By elimination with the largest pivot. */
function determinant(rows: number[][]): number {
  let product = 1;
  for (let column = 0; column < rows.length; column++) {
    const rest = rows.slice(column).map((row) => Math.abs(row[column]!));
    const pivot = column + rest.indexOf(Math.max(...rest));
    if (pivot !== column) {
      [rows[column], rows[pivot]] = [rows[pivot]!, rows[column]!];
      product = -product;
    }
    const top = rows[column]!;
    product *= top[column]!;
    for (const row of rows.slice(column + 1)) {
      const factor = row[column]! / top[column]!;
      for (let at = column; at < row.length; at++) row[at]! -= factor * top[at]!;
    }
  }
  return product;
}
