import { expect, it } from 'vitest';
import { Graph, relu } from '../../../../src/graph/index.ts';
import { inPrecision } from '../../../../src/jobs/export/precision.ts';
import { nodeEngine } from '../../../../src/runtime/node.ts';

it('a network without convolutions is not written in 8 bits, and a sentence says why', async () => {
  const graph = new Graph();
  graph.output('y', relu(graph.input('image', 'float32', ['N', 3, 'H', 'W'])));
  const engine = await nodeEngine({ threads: 1 });
  const made = inPrecision(graph.toModel(), 'int8', ['x.png'], engine, {});
  await expect(made).rejects.toMatchObject({ code: 'OPTION_INVALID' });
  await expect(made).rejects.toThrow('--precision to be fp32 or fp16, as the backbone has no convolutions');
});
