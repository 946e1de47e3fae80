/** @file Resizing a map to sizes that are known when the graph runs, and the names of nodes that stay on the CPU. */
import { describe, expect, it } from 'vitest';
import { Random } from '../../../src/core/random.ts';
import { attach, cpuNodes, decodeModel, Graph, resizeLinear, resizeMap } from '../../../src/graph/index.ts';
import { float32, floats } from '../../../src/runtime/engine.ts';
import { nodeEngine } from '../../../src/runtime/node.ts';

const engine = await nodeEngine({ threads: 1 });

function noise(...shape: number[]) {
  const count = shape.reduce((product, size) => product * size, 1);
  return float32(new Random('map', count).fillNormal(new Float32Array(count)), shape);
}

/** `small` as high and wide as `other`, and at 5 x 9. */
function resizing(): Graph {
  const graph = new Graph();
  const map = graph.input('map', 'float32', ['N', 2, 'h', 'w']);
  const other = graph.input('other', 'float32', ['N', 3, 'H', 'W']);
  graph.output('like', resizeMap(map, other));
  graph.output('known', resizeMap(map, [5, 9]));
  return graph;
}

describe('resizing a map', () => {
  it.each([
    ['to a smaller one', 4, 6],
    ['to a larger one', 20, 17],
    ['to one lower and wider', 5, 30],
  ])('%s is the antialiased resize to its sizes', async (_, rows, columns) => {
    const fixed = new Graph();
    const small = fixed.input('map', 'float32', [2, 2, 12, 10]);
    fixed.output('like', resizeLinear(small, [2, 3], [rows, columns], { antialias: true }));
    fixed.output('known', resizeLinear(small, [2, 3], [5, 9], { antialias: true }));
    const map = noise(2, 2, 12, 10);
    const [expected, actual] = [
      await (await engine.load(fixed.toBytes())).run({ map }),
      await (await engine.load(resizing().toBytes())).run({ map, other: noise(2, 3, rows, columns) }),
    ];
    for (const name of ['like', 'known']) {
      expect(actual[name]?.shape).toEqual(expected[name]?.shape);
      expect([...floats(actual[name])]).toEqual([...floats(expected[name])]);
    }
  });
});

describe('nodes that stay on the CPU', () => {
  it('have names of their own, also those of an attached file', async () => {
    const graph = new Graph();
    const map = graph.input('map', 'float32', ['N', 2, 'h', 'w']);
    const own = resizeLinear(map, [2, 3], [8, 8], { antialias: true });
    const attached = attach(graph, decodeModel(resizing().toBytes()), { map: own, other: own }, [
      { name: 'like', shape: ['N', 2, 8, 8] },
      { name: 'known', shape: ['N', 2, 5, 9] },
    ]);
    attached.forEach((value, index) => {
      graph.output(`out${index}`, value);
    });
    const bytes = graph.toBytes();
    const named = (decodeModel(bytes).graph.node ?? []).flatMap(({ name, opType }) =>
      name ? [[opType, name]] : [],
    );
    expect(named).toEqual(cpuNodes.slice(0, 3).map((name) => ['Resize', name]));
    const { out1 } = await (await engine.load(bytes)).run({ map: noise(1, 2, 16, 16) });
    expect(out1?.shape).toEqual([1, 2, 5, 9]);
  });
});
