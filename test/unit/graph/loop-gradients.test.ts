/** @file Gradients and Loops: inside a body they are right; where turns would have to be gone back through, they are refused. */
import { describe, expect, it } from 'vitest';
import {
  add,
  exp,
  Graph,
  gather,
  gradients,
  loop,
  mul,
  square,
  stopGradient,
  sum,
  type Tensor,
  withGradient,
} from '../../../src/graph/index.ts';
import { runGraph } from '../../helpers/run-graph.ts';

const turns = (graph: Graph, count: number) => graph.constant('turns', [count], [], 'int64');
const x = { data: [1, 2], shape: [2] };

/** A Loop whose state is doubled and added to by a captured value; gives the state behind it. */
function accumulated(graph: Graph, initial: Tensor, captured: Tensor): Tensor {
  return loop(graph, turns(graph, 3), { state: initial }, (_, __, { state }) => ({
    state: { state: add(mul(state, 2), captured) },
    outputs: {},
  })).state.state;
}

describe("the gradient of a Loop's output", () => {
  const graph = new Graph();
  const a = graph.input('a', 'float32', [2]);
  const w = graph.input('w', 'float32', [2]);
  const unused = graph.input('unused', 'float32', [2]);
  const zeros = () => graph.constant('start', [0, 0], [2]);
  const refused = /^Loop\(.*no gradient: its turns are not kept/;

  it('is refused with respect to the first state', () => {
    expect(() => gradients(sum(accumulated(graph, a, zeros())), [a])).toThrow(refused);
  });

  it('is refused with respect to what the body reads from outside, an input, a result or a constant', () => {
    const constant = graph.constant('constant', [1, 2], [2]);
    for (const [captured, target] of [
      [w, w],
      [exp(w), w],
      [constant, constant],
    ] as const)
      expect(() => gradients(sum(accumulated(graph, zeros(), captured)), [target])).toThrow(refused);
  });

  it('is refused where the value was captured by a Loop in the body', () => {
    const { state } = loop(graph, turns(graph, 2), { total: zeros() }, (body, _, { total }) => ({
      state: { total: add(total, accumulated(body, total, w)) },
      outputs: {},
    }));
    expect(() => gradients(sum(state.total), [w])).toThrow(refused);
  });

  it('is refused where it was captured by what is stacked, or given out as it is', () => {
    const stacked = loop(graph, turns(graph, 2), { state: zeros() }, (_, __, { state }) => ({
      state: { state },
      outputs: { squares: square(w), itself: w },
    })).outputs;
    for (const value of [stacked.squares!, stacked.itself!])
      expect(() => gradients(sum(gather(value, graph.constant('at', [0], [1], 'int64'))), [w])).toThrow(
        refused,
      );
  });

  it('is zero with respect to what it does not depend on, and to what the body stops at', async () => {
    const found = await runGraph({ x }, (own, { x: read }) => {
      const value = sum(accumulated(own, own.constant('start', [1, 1], [2]), stopGradient(read!)));
      return { stopped: gradients(value, [read!])[0]! };
    });
    expect(found.stopped!.data).toEqual([0, 0]);
    expect(gradients(sum(accumulated(graph, a, w)), [unused])[0]!.shape).toEqual([2]);
  });

  it('is a gradient given by hand where there is one', async () => {
    const found = await runGraph({ x }, (own, { x: read }) => {
      const total = sum(accumulated(own, own.constant('start', [0, 0], [2]), read!));
      return {
        slope: gradients(withGradient(total, read!, own.constant('by hand', [7, 7], [2])), [read!])[0]!,
      };
    });
    expect(found.slope!.data).toEqual([7, 7]);
  });
});

describe("the gradient of a value in a Loop's body", () => {
  /** Sums over three turns the gradient that the body finds of a value, with respect to one of these. */
  const summed = (find: (parts: { body: Graph; outer: Tensor; made: Tensor; state: Tensor }) => Tensor) =>
    runGraph({ x }, (graph, { x: outer }) => {
      const made = exp(outer!);
      const { total } = loop(
        graph,
        turns(graph, 3),
        { total: graph.constant('zero', [0, 0], [2]), state: graph.constant('one', [1, 1], [2]) },
        (body, _, { total, state }) => ({
          state: { total: add(total, find({ body, outer: outer!, made, state })), state: mul(state, 2) },
          outputs: {},
        }),
      ).state;
      return { total };
    });

  it('is found with respect to the state', async () => {
    const { total } = await summed(
      ({ state, outer }) => gradients(sum(mul(square(state), outer)), [state])[0]!,
    );
    // 2 state x at states 1, 2 and 4.
    expect(total!.data).toEqual([14, 28]);
  });

  it('is found with respect to a value outside that it reads', async () => {
    const { total } = await summed(({ outer }) => gradients(sum(square(outer)), [outer])[0]!);
    expect(total!.data).toEqual([6, 12]);
  });

  it('is found with respect to a value outside through another one outside', async () => {
    const { total } = await summed(({ made, outer }) => gradients(sum(square(made)), [outer])[0]!);
    [1, 2].forEach((value, at) => {
      expect(total!.data[at]! / (6 * Math.exp(2 * value))).toBeCloseTo(1, 5);
    });
  });

  it('is found with respect to a value outside and the stopped state', async () => {
    const { total } = await summed(
      ({ outer, state }) => gradients(sum(mul(square(outer), stopGradient(state))), [outer])[0]!,
    );
    // 2 x state.
    expect(total!.data).toEqual([14, 28]);
  });

  it('is refused with respect to a value outside that an earlier turn may have carried into the state', () => {
    const graph = new Graph();
    const outer = graph.input('x', 'float32', [2]);
    const build = (targets: (state: Tensor) => Tensor[]) => () =>
      loop(graph, turns(graph, 2), { state: outer }, (_, __, { state }) => {
        const [slope] = gradients(sum(mul(state, outer)), targets(state));
        return { state: { state: add(state, outer) }, outputs: { slope: slope! } };
      });
    const refused =
      /^Loop with the state state_in: no gradient: a value outside was asked for.*use stopGradient/;
    expect(build(() => [outer])).toThrow(refused);
    expect(build((state) => [state, outer])).toThrow(/a value outside was asked for/);
    expect(build((state) => [state])).not.toThrow();
  });

  it('is refused with respect to it from outside the body, or from another graph', () => {
    const graph = new Graph();
    const outer = graph.input('x', 'float32', [2]);
    let inside: Tensor | undefined;
    loop(graph, turns(graph, 2), { state: outer }, (_, __, { state }) => {
      inside = mul(state, 2);
      return { state: { state: inside }, outputs: {} };
    });
    expect(() => gradients(sum(outer), [inside!])).toThrow(
      /^gradients by Mul.*: no gradient: it lies in a Loop's body/,
    );
    expect(() => gradients(sum(outer), [new Graph().input('z', 'float32', [2])])).toThrow(
      /z belongs to another graph/,
    );
    expect(() => gradients(sum(outer), [graph.input('i', 'int64', [2])])).toThrow(/i is of type int64/);
  });
});

describe('values under several names of sizes', () => {
  it('are one value: the gradients that arrive at each are added', async () => {
    const found = await runGraph({ x: { data: [1, 2], shape: [1, 2] } }, (_, { x: read }) => {
      const doubled = mul(read!, 2);
      const renamed = { ...doubled, shape: ['N', 2] };
      const value = add(sum(square(doubled)), sum(renamed));
      return { slope: gradients(value, [read!])[0]! };
    });
    expect(found.slope!.data).toEqual([10, 18]);
  });
});
