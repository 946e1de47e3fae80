/**
 * @file The rule of each operator against central differences: of nodes that are built, and of the same nodes in an ONNX file that
 * is attached, where shapes have to be worked out as well.
 */
import { describe, expect, it } from 'vitest';
import {
  Graph,
  gather,
  gradients,
  mean,
  mul,
  type Operator,
  reduceMax,
  square,
  sum,
  type Tensor,
} from '../../../src/graph/index.ts';
import { rules } from '../../../src/graph/rules/index.ts';
import type { RuleEntry } from '../../../src/graph/rules/rule.ts';
import { float32, floats } from '../../../src/runtime/engine.ts';
import { nodeEngine } from '../../../src/runtime/node.ts';
import {
  exactGradients,
  expectGradients,
  node,
  throughFile,
  weighted,
} from '../../helpers/finite-differences.ts';
import { elementCases, int, integers } from '../../helpers/gradient-cases.ts';
import { networkCases } from '../../helpers/network-gradient-cases.ts';
import { runGraph } from '../../helpers/run-graph.ts';

const cases = { ...elementCases, ...networkCases };
describe('gradient rules against central differences', () => {
  it.each(Object.entries(cases))('%s', async (name, test) => {
    const direct = await expectGradients(name, test);
    const attached = await exactGradients(name, { ...test, build: throughFile(test) });
    const close = (found: readonly number[], expected: readonly number[], what: string) =>
      expected.forEach((value, at) => {
        expect(found[at], `${what}[${at}] through a file`).toBeCloseTo(value, 4);
      });
    close(attached.value.data, direct.value.data, 'result');
    for (const [input, { data }] of Object.entries(direct.slopes))
      close(attached.slopes[input]!.data, data, input);
  });

  it.each(Object.entries(cases))('%s: a gradient that nobody reads adds no nodes', (_, { shapes, build }) => {
    for (const target of Object.keys(shapes)) {
      const graph = new Graph();
      const inputs = Object.fromEntries(
        Object.entries(shapes).map(([name, shape]) => [name, graph.input(name, 'float32', shape)]),
      );
      const value = weighted(build(inputs));
      graph.output('slope', gradients(value, [inputs[target]!])[0]!);
      graph.output('value', value);
      const all = graph.toModel().graph;
      const used = new Set(all.output!.map(({ name }) => name));
      const idle = all.node!.toReversed().filter(({ input = [], output = [] }) => {
        if (!output.some((name) => used.has(name))) return true;
        for (const name of input) used.add(name);
        return false;
      });
      expect(idle, `by ${target}`).toEqual([]);
    }
  });

  it('there is a case for each operator that has a rule', () => {
    const graph = new Graph();
    const x = graph.input('x', 'float32', [2, 2]);
    expect(x.producer).toBeUndefined();
    const ruled = Object.entries(rules).flatMap(([name, entry]) =>
      typeof entry === 'function' ? [name] : [],
    );
    const tested = new Set(Object.keys(cases).map((name) => name.split(/[ ,]/)[0]));
    expect(ruled.filter((name) => !tested.has(name))).toEqual([]);
  });
});

describe('the table of gradient rules', () => {
  it('does not compile without an entry for an operator; at run time an unknown one is named', () => {
    const graph = new Graph();
    const x = graph.input('x', 'float32', [2, 2]);
    // @ts-expect-error no operator of the table
    const [made] = graph.add('Unheard', [x], [x]);
    // @ts-expect-error Add lacks its entry
    const incomplete: Record<Operator, RuleEntry> = { ...rules, Add: undefined };
    expect(incomplete.Add).toBeUndefined();
    expect(() => gradients(sum(made!), [x])).toThrow(
      /^Unheard\(\[2, 2\]\): no gradient: no rule is known for Unheard\.$/,
    );
  });

  it.each(['Floor', 'Ceil', 'Round', 'Sign'] as const)(
    'has zeros for %s, which is constant between jumps',
    async (operation) => {
      const { slope } = await runGraph({ x: { data: [0.3, -1.6], shape: [2] } }, (_, { x }) => ({
        slope: gradients(sum(mul(node(operation, [x]), x!)), [x!])[0]!,
      }));
      expect(slope!.data).toEqual(
        { Floor: [0, -2], Ceil: [1, -1], Round: [0, -2], Sign: [1, -1] }[operation],
      );
    },
  );
});

describe('gradients with sizes known only at run time', () => {
  const builders: Record<string, (x: Tensor) => Tensor> = {
    'mean of all': (x) => mean(square(x)),
    'mean over an axis': (x) => sum(square(mean(x, { axes: [1] }))),
    'largest over an axis': (x) => sum(square(reduceMax(x, { axes: [0] }))),
    'rows by index': (x) => sum(square(gather(x, x.graph.constant('at', [1, 0, 1], [3], 'int64')))),
    'two names in one shape': (x) =>
      sum(square(node('Squeeze', [node('Unsqueeze', [x, integers(x, 0)]), integers(x, 0)]))),
    'sizes that vanish': (x) => sum(square(node('ReduceSum', [x, integers(x, 0, 1)], { keepdims: int(0) }))),
  };
  it.each(Object.entries(builders))('%s', async (_, build) => {
    const data = [0.5, -1, 2, 0.25, 3, -0.75];
    const known = await runGraph({ x: { data, shape: [2, 3] } }, (__, { x }) => ({
      slope: gradients(build(x!), [x!])[0]!,
      none: gradients(sum(x!.graph.constant('c', [1], [1])), [x!])[0]!,
    }));
    const graph = new Graph();
    const x = graph.input('x', 'float32', ['N', 'M']);
    graph.output('slope', gradients(build(x), [x])[0]!);
    graph.output('none', gradients(sum(graph.constant('c', [1], [1])), [x])[0]!);
    const session = await (await nodeEngine({ threads: 1 })).load(graph.toBytes());
    const found = await session.run({ x: float32(Float32Array.from(data), [2, 3]) });
    await session.release();
    for (const name of ['slope', 'none'] as const) {
      expect(found[name]!.shape).toEqual([2, 3]);
      floats(found[name]).forEach((value, at) => {
        expect(value).toBeCloseTo(known[name]!.data[at]!, 6);
      });
    }
  });
});
