/** @file Nodes that stay on the CPU: by what they take, and under names of their own, those in a Loop's body too. */
import { describe, expect, it } from 'vitest';
import { cpuNodes } from '../../../src/graph/cpu-node.ts';
import { attach, cast, encodeModel, Graph, gather, loop, reshape } from '../../../src/graph/index.ts';
import type { NodeProto } from '../../../src/graph/onnx.ts';
import { float32, floats } from '../../../src/runtime/engine.ts';
import { nodeEngine } from '../../../src/runtime/node.ts';

/** Halves gathered outside of a Loop and, turn by turn, inside. */
function halvesInLoop() {
  const graph = new Graph();
  const x = graph.input('x', 'float32', [2]);
  const halves = graph.constant('halves', [1, 2, 3], [3], 'float16');
  const outside = cast(gather(halves, graph.integers([2, 0])), 'float32');
  const { outputs } = loop(graph, graph.integers([2]), {}, (_, turn) => ({
    state: {},
    outputs: { y: cast(gather(halves, reshape(turn, [1])), 'float32') },
  }));
  graph.output('outside', outside);
  graph.output('inside', reshape(outputs.y!, [2]));
  graph.output('same', gather(x, graph.integers([0, 1])));
  return graph.toModel();
}

function namesOf(nodes: readonly NodeProto[]): string[] {
  return nodes.flatMap(({ name = '', attribute = [] }) => [
    ...(name === '' ? [] : [name]),
    ...attribute.flatMap(({ g }) => namesOf(g?.node ?? [])),
  ]);
}

describe('nodes that stay on the CPU', () => {
  it('are those that take halves, each under a name of its own', () => {
    expect(namesOf(halvesInLoop().graph.node ?? [])).toEqual(cpuNodes.slice(0, 4));
  });

  it('keep names of their own where a model is attached twice, and it runs', async () => {
    const model = halvesInLoop();
    const graph = new Graph();
    const x = graph.input('x', 'float32', [2]);
    for (const which of ['first', 'second']) {
      const [inside] = attach(graph, model, { x }, [{ name: 'inside', shape: [2] }]);
      graph.output(which, inside!);
    }
    const made = graph.toModel();
    const names = namesOf(made.graph.node ?? []);
    expect(names.length).toBeGreaterThanOrEqual(4);
    expect(new Set(names).size).toBe(names.length);
    const session = await (await nodeEngine({ threads: 1 })).load(encodeModel(made));
    const { first, second } = await session.run({ x: float32(Float32Array.of(5, 6), [2]) });
    expect([[...floats(first)], [...floats(second)]]).toEqual([
      [1, 2],
      [1, 2],
    ]);
    await session.release();
  });
});
