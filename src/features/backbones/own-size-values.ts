/**
 * @file What a file works out of its sizes in a way that cannot be followed: amounts of padding up to whole windows, masks that it draws place by place, and rotary tables.
 * They are found by running the file once at the size that it is made for, and are numbers then, as in other files, of which it can be told what they are for.
 */
import { constantOf, float32Constant } from '../../graph/constants.ts';
import { fileValues } from '../../graph/file-values.ts';
import { attach, declaredInputs, Graph, type ModelProto, type Tensor } from '../../graph/index.ts';
import { numbersOf } from '../../graph/shapes/known.ts';
import { dtypeCode } from '../../graph/tensor.ts';
import { type Engine, float32 } from '../../runtime/engine.ts';

/** @param model - in our operator set, with one image of one size. What cannot be found stays as it is */
export async function withOwnSizeValues(engine: Engine, model: ModelProto): Promise<ModelProto> {
  const amounts = unknownAmounts(model);
  const names = [...amounts, ...drawnTables(model)];
  const [input] = declaredInputs(model);
  const shape = input?.shape.map(Number) ?? [];
  if (names.length === 0 || !input || !shape.every((size) => size > 0)) return model;
  const graph = new Graph();
  const image = graph.input(input.name, 'float32', shape);
  const wanted = names.map((name) => ({ name }));
  attach(graph, model, { [input.name]: image }, wanted).forEach((value, at) => {
    graph.output(`value${at}`, { ...value, dtype: at < amounts.length ? 'int64' : 'float32' });
  });
  try {
    const session = await engine.load(graph.toBytes());
    try {
      const zeros = new Float32Array(shape.reduce((all, size) => all * size, 1));
      const outputs = await session.run({ [input.name]: float32(zeros, shape) });
      const known = names.flatMap((name, at) => {
        const { data, shape: dims = [] } = outputs[`value${at}`] ?? {};
        if (data instanceof BigInt64Array) return [constantOf(name, dtypeCode.int64, dims, data)];
        return data instanceof Float32Array ? [float32Constant(name, dims, data)] : [];
      });
      const found = new Set(known.map(({ name }) => name ?? ''));
      const rest = (model.graph.node ?? []).filter(({ output }) => !output?.some((name) => found.has(name)));
      const initializer = [...(model.graph.initializer ?? []), ...known];
      return { ...model, graph: { ...model.graph, node: rest, initializer } };
    } finally {
      await session.release();
    }
  } catch {
    // Then what follows says that they are not known.
    return model;
  }
}

/** Amounts that do not follow from the shapes of the file. */
function unknownAmounts(model: ModelProto): string[] {
  const scratch = new Graph();
  const inputs = declaredInputs(model).map(({ name, dtype, shape }): [string, Tensor] => [
    name,
    scratch.input(name, dtype, shape),
  ]);
  const values = fileValues(model, Object.fromEntries(inputs));
  const unknown = new Set<string>();
  for (const node of model.graph.node ?? []) {
    values.see(node);
    const amounts = node.input?.[1] ?? '';
    if (node.opType === 'Pad' && numbersOf(values.of(amounts)) === undefined) unknown.add(amounts);
  }
  unknown.delete('');
  return [...unknown];
}

/** By what makes a table of sizes: what it is then used for. A range that is added is a position, which any size may have of its own. */
const uses: Readonly<Record<string, string>> = { ScatterND: 'Add', Range: 'Mul' };

/** Values that are drawn into, or of a range, follow from sizes alone, and are used with what follows from the image; and those of them whose own sizes are asked. */
function drawnTables({ graph }: ModelProto): string[] {
  const ofSizes = new Set((graph.initializer ?? []).map(({ name }) => name ?? ''));
  const drawn = new Map<string, string>();
  const asked = new Set<string>();
  const read = new Set<string>();
  for (const { opType, input = [], output = [] } of graph.node ?? []) {
    const follows = opType === 'Shape' || input.every((name) => name === '' || ofSizes.has(name));
    const use = uses[opType] ?? input.map((name) => drawn.get(name)).find((each) => each !== undefined);
    for (const name of output) {
      if (follows) ofSizes.add(name);
      if (follows && use !== undefined && opType !== 'Shape') drawn.set(name, use);
    }
    if (opType === 'Shape') for (const name of input) if (drawn.has(name)) asked.add(name);
    if (!follows) for (const name of input) if (drawn.get(name) === opType) read.add(name);
  }
  const used = new Set([...read].map((name) => drawn.get(name)));
  return [...new Set([...read, ...[...asked].filter((name) => used.has(drawn.get(name)))])];
}
