/** @file Gradients of small graphs against central differences, directly and through an ONNX file that is attached. */
import { expect } from 'vitest';
import { Random } from '../../src/core/random.ts';
import {
  type Attribute,
  add,
  attach,
  decodeModel,
  Graph,
  gradients,
  mul,
  type Operator,
  sub,
  sum,
  type Tensor,
} from '../../src/graph/index.ts';
import { inferred } from '../../src/graph/shapes/index.ts';
import { type Fed, runGraph } from './run-graph.ts';

/** What is differentiated: inputs' shapes, the range their values are drawn from, and the expression. */
export interface GradientCase {
  readonly shapes: Readonly<Record<string, readonly number[]>>;
  /** @default [-1, 1] */
  readonly range?: readonly [number, number];
  readonly build: (x: Record<string, Tensor>) => Tensor;
}

const step = 4e-3;

/** Adds a node whose shapes are worked out as those of an attached file are; all its outputs. */
export function nodes(
  operation: Operator,
  inputs: readonly (Tensor | undefined)[],
  attributes: Record<string, Attribute> = {},
  outputs = 1,
): Tensor[] {
  const { graph } = inputs.find((input) => input !== undefined)!;
  const types = inferred(operation, inputs, attributes, outputs);
  expect(types.length, `shapes of ${operation}`).toBeGreaterThanOrEqual(outputs);
  const added = graph.add(
    operation,
    inputs,
    types.slice(0, outputs).map((type) => type!),
    { attributes },
  );
  return added.map((tensor, at) => ({ ...tensor, ...(types[at]?.values && { values: types[at].values }) }));
}

/** The same with one output. */
export const node = (
  operation: Operator,
  inputs: readonly (Tensor | undefined)[],
  attributes: Record<string, Attribute> = {},
): Tensor => nodes(operation, inputs, attributes)[0]!;

/** A scalar that weighs each element differently, so that no error cancels. */
export function weighted(value: Tensor): Tensor {
  const shape = value.shape as number[];
  const count = shape.reduce((product, size) => product * size, 1);
  const weights = Array.from({ length: count }, (_, index) => Math.cos(1 + index));
  return sum(mul(value, value.graph.constant('weights', weights, shape)));
}

/** Values of their own for each name, evenly apart, so that none is within a step of another, where extrema would change. */
export function drawn(
  name: string,
  { shapes, range: [low, high] = [-1, 1] }: GradientCase,
): Record<string, Fed> {
  const counts = Object.values(shapes).map((shape) => shape.reduce((product, size) => product * size, 1));
  const total = counts.reduce((sum, count) => sum + count, 0);
  const places = Array.from(
    new Random(name).permutation(total),
    (at) => low + ((high - low) * (at + 0.3)) / total,
  );
  return Object.fromEntries(
    Object.entries(shapes).map(([input, shape], at) => [
      input,
      { shape, data: places.splice(0, counts[at]) },
    ]),
  );
}

/** The expression as an ONNX file, attached. */
export function throughFile({ shapes, build }: GradientCase): (x: Record<string, Tensor>) => Tensor {
  const file = new Graph();
  const inputs = Object.fromEntries(
    Object.entries(shapes).map(([name, shape]) => [name, file.input(name, 'float32', shape)]),
  );
  // Added to, so that no operator under test is an output, whose shape the file would declare.
  file.output('result', add(build(inputs), 0));
  const model = decodeModel(file.toBytes());
  // What the file declares of its output is left out: every shape has to be worked out.
  model.graph.output = [];
  return (x) => {
    const { graph } = Object.values(x)[0]!;
    const used = Object.fromEntries(Object.entries(x).filter(([name]) => name in shapes));
    return attach(graph, model, used, [{ name: 'result' }])[0]!;
  };
}

/** The result and its weighted gradients by input, as the graph computes them; the result's worked out shape is checked. */
export async function exactGradients(name: string, test: GradientCase) {
  const names = Object.keys(test.shapes);
  let declared: unknown;
  const { value, ...found } = await runGraph(drawn(name, test), (_, x) => {
    const value = test.build(x);
    declared = value.shape;
    const slopes = gradients(
      weighted(value),
      names.map((each) => x[each]!),
    );
    return { value, ...Object.fromEntries(names.map((each, at) => [`d ${each}`, slopes[at]!])) };
  });
  expect(value!.shape).toEqual(declared);
  return { value: value!, slopes: Object.fromEntries(names.map((each) => [each, found[`d ${each}`]!])) };
}

/** Compares the gradients of all inputs with central differences; gives what `exactGradients` does. */
export async function expectGradients(name: string, test: GradientCase, tolerance = 4e-3) {
  const inputs = drawn(name, test);
  const exact = await exactGradients(name, test);
  for (const [input, { data, shape }] of Object.entries(inputs)) {
    // All shifted copies in one graph: one run instead of two for each element.
    const differences = await runGraph(inputs, (graph, x) =>
      Object.fromEntries(
        Array.from(data, (_, index) => {
          const shift = new Float32Array(data.length);
          shift[index] = step;
          const delta = graph.constant('delta', shift, shape);
          const at = (moved: Tensor) => test.build({ ...x, [input]: moved });
          const difference = sub(at(add(x[input]!, delta)), at(sub(x[input]!, delta)));
          return [`e${index}`, mul(weighted(difference), 1 / (2 * step))];
        }),
      ),
    );
    const found = exact.slopes[input]!;
    expect(found.shape).toEqual(shape);
    const expected = found.data.map((_, index) => differences[`e${index}`]!.data[0]!);
    expect(
      expected.some((value) => Math.abs(value) > 1e-2),
      `${input} has an effect`,
    ).toBe(true);
    found.data.forEach((value, index) => {
      const off = Math.abs(value - expected[index]!);
      expect(off, `${input}[${index}] ${value} against ${expected[index]}`).toBeLessThan(
        tolerance * (1 + Math.abs(value)),
      );
    });
  }
  return exact;
}
