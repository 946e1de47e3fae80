/**
 * @file Constants that a file computes out of constants, a table of positions that it resizes itself perhaps, worked out once: by the engine, as it would do it
 * on loading. So they are numbers of the file as all others.
 */

import { float32Constant } from '../../graph/constants.ts';
import { attach, Graph, type ModelProto, type Tensor } from '../../graph/index.ts';
import { type Engine, floats } from '../../runtime/engine.ts';

/** @param model - in our operator set. What cannot be computed stays as it is */
export async function withFoldedConstants(engine: Engine, model: ModelProto): Promise<ModelProto> {
  const nodes = model.graph.node ?? [];
  const names = foldedNames(model);
  if (names.length === 0) return model;
  const graph = new Graph();
  const unused: Record<string, Tensor> = {};
  const inputs = (model.graph.input ?? []).map(({ name }) => name);
  for (const name of inputs) unused[name] = graph.constant('unused', [0], [1]);
  const values = attach(
    graph,
    model,
    unused,
    names.map((name) => ({ name })),
  );
  values.forEach((value, at) => {
    graph.output(`folded${at}`, value);
  });
  try {
    const session = await engine.load(graph.toBytes());
    try {
      const outputs = await session.run({});
      const made = names.flatMap((name, at) => {
        const value = outputs[`folded${at}`];
        return value?.dtype === 'float32' ? [float32Constant(name, value.shape, floats(value))] : [];
      });
      const folded = new Set(made.map(({ name }) => name ?? ''));
      return {
        ...model,
        graph: {
          ...model.graph,
          node: nodes.filter(({ output }) => !output?.some((name) => folded.has(name))),
          initializer: [...(model.graph.initializer ?? []), ...made],
        },
      };
    } finally {
      await session.release();
    }
  } catch {
    // The file may still be one that does not need them.
    return model;
  }
}

/** Values of floating type that follow from constants alone, and are read beside the image. */
function foldedNames({ graph }: ModelProto): string[] {
  const constant = new Set((graph.initializer ?? []).map(({ name }) => name ?? ''));
  const computed = new Set<string>();
  const read = new Set<string>();
  for (const { opType, input = [], output = [] } of graph.node ?? []) {
    const follows = input.every((name) => name === '' || constant.has(name));
    if (follows) for (const name of output) constant.add(name);
    if (follows && opType !== 'Constant') for (const name of output) computed.add(name);
    if (!follows) for (const name of input) if (computed.has(name)) read.add(name);
  }
  return [...read];
}
