/** @file Large products written in blocks of rows: the same numbers, bit by bit, as in one. */
import { describe, expect, it } from 'vitest';
import { Random } from '../../../src/core/random.ts';
import { Graph, linear, matmul, type Tensor } from '../../../src/graph/index.ts';
import { float32, floats } from '../../../src/runtime/engine.ts';
import { nodeEngine } from '../../../src/runtime/node.ts';

const [rows, inner, columns] = [2100, 512, 513];

type Product = (a: Tensor, b: Tensor, bias: Tensor) => Tensor;

function graphOf(product: Product, count: number | string, transposed: boolean): Graph {
  const graph = new Graph();
  const a = graph.input('a', 'float32', [count, inner]);
  const b = graph.input('b', 'float32', transposed ? [columns, inner] : [inner, columns]);
  const bias = graph.input('bias', 'float32', [columns]);
  graph.output('c', product(a, b, bias));
  return graph;
}

const operations = (graph: Graph) => graph.toModel().graph?.node?.map(({ opType }) => opType) ?? [];

describe('a large product', () => {
  it.each<[string, Product, boolean]>([
    ['of two matrices', (a, b) => matmul(a, b), false],
    ['with a transposed operand', (a, b) => matmul(a, b, { transB: true }), true],
    ['of a linear layer', (a, b, bias) => linear(a, b, bias), true],
  ])('%s has the same bits in blocks', async (_, product, transposed) => {
    const random = new Random('row blocks');
    const drawn = (...shape: [number] | [number, number]) =>
      float32(random.fillNormal(new Float32Array(shape.reduce((all, size) => all * size, 1))), shape);
    const b = transposed ? drawn(columns, inner) : drawn(inner, columns);
    const feeds = { a: drawn(rows, inner), b, bias: drawn(columns) };
    const [whole, blocks] = [graphOf(product, 'N', transposed), graphOf(product, rows, transposed)];
    expect(operations(whole)).not.toContain('Split');
    expect(operations(blocks).filter((name) => name === 'Gemm' || name === 'MatMul')).toHaveLength(5);
    const engine = await nodeEngine({ threads: 2 });
    const results: Float32Array[] = [];
    for (const graph of [whole, blocks]) {
      const session = await engine.load(graph.toBytes());
      results.push(floats((await session.run(feeds)).c));
      await session.release();
    }
    expect(results[0]).toHaveLength(rows * columns);
    expect(Buffer.from(results[1]!.buffer).equals(Buffer.from(results[0]!.buffer))).toBe(true);
  });

  it.each<[string, Product, number | string]>([
    ['few rows', (a, b) => matmul(a, b), 2047],
    ['so many that their copies would count', (a, b) => matmul(a, b), 16_385],
    ['rows that are not known', (a, b) => matmul(a, b), 'N'],
  ])('is written as one with %s', (_, product, count) => {
    expect(operations(graphOf(product, count, false))).toEqual(['MatMul', 'Identity']);
  });
});
