import { expect, it } from 'vitest';
import { withOwnSizeValues } from '../../../../src/features/backbones/own-size-values.ts';
import { dimsOf, float32Values, int64Values } from '../../../../src/graph/constants.ts';
import {
  cast,
  encodeModel,
  Graph,
  type ModelProto,
  type Operator,
  type Tensor,
} from '../../../../src/graph/index.ts';
import type { Attribute } from '../../../../src/graph/node.ts';
import type { TensorProto } from '../../../../src/graph/onnx.ts';
import type { DType } from '../../../../src/graph/tensor.ts';
import { float32, floats } from '../../../../src/runtime/engine.ts';
import { nodeEngine } from '../../../../src/runtime/node.ts';

const engine = await nodeEngine({ threads: 1 });

/** A map with a table that is drawn into zeros of its own size, padded by what is left over by windows of 3. */
function drawn(): ModelProto {
  const graph = new Graph();
  const image = graph.input('image', 'float32', [1, 3, 4, 5]);
  const made = (
    operation: string,
    inputs: readonly Tensor[],
    dtype: DType,
    shape: readonly number[],
    attributes: Record<string, Attribute> = {},
  ) => graph.add(operation as Operator, inputs, [{ dtype, shape }], { attributes })[0] as Tensor;
  const sizes = made('Shape', [image], 'int64', [4]);
  const zeros = made('ConstantOfShape', [sizes], 'float32', [1, 3, 4, 5]);
  const at = graph.constant('at', [0, 1, 2, 3], [1, 4], 'int64');
  const table = made('ScatterND', [zeros, at, graph.constant('drawn', [7], [1])], 'float32', [1, 3, 4, 5]);
  const sum = made('Add', [image, table], 'float32', [1, 3, 4, 5]);
  const over = made('Mod', [sizes, graph.integers([1, 3, 3, 3])], 'int64', [4]);
  // Both halves of the amounts, in a way that is not followed.
  const pairs = made(
    'Reshape',
    [made('Tile', [over, graph.integers([2])], 'int64', [8]), graph.integers([2, 4])],
    'int64',
    [2, 4],
  );
  const turned = made('Transpose', [made('Transpose', [pairs], 'int64', [4, 2])], 'int64', [2, 4]);
  const amounts = made('Reshape', [turned, graph.integers([8])], 'int64', [8]);
  graph.output('padded', made('Pad', [sum, amounts], 'float32', [1, 3, 6, 9]));
  return graph.toModel();
}

async function padded(model: ModelProto): Promise<Float32Array> {
  const session = await engine.load(encodeModel(model));
  const image = float32(
    Float32Array.from({ length: 60 }, (_, at) => at),
    [1, 3, 4, 5],
  );
  const { padded: result } = await session.run({ image });
  await session.release();
  return floats(result);
}

it('amounts of padding and drawn tables that follow from sizes are numbers at the size that a file is made for', async () => {
  const model = drawn();
  const known = await withOwnSizeValues(engine, model);
  const pad = known.graph.node?.find(({ opType }) => opType === 'Pad');
  const constant = (name: string | undefined) =>
    known.graph.initializer?.find((each) => each.name === name) as TensorProto;
  expect(int64Values(constant(pad?.input?.[1]))).toEqual([0, 0, 1, 2, 0, 0, 1, 2]);
  const add = known.graph.node?.find(({ opType }) => opType === 'Add');
  const table = constant(add?.input?.[1]);
  expect(dimsOf(table)).toEqual([1, 3, 4, 5]);
  expect(float32Values(table)?.indexOf(7)).toBe(33);
  expect(await padded(known)).toEqual(await padded(model));
});

it('so are tables of a range that are multiplied by; what is added of a range stays, as it goes on at any size', async () => {
  for (const [use, known] of [
    ['Mul', true],
    ['Add', false],
  ] as const) {
    const graph = new Graph();
    const image = graph.input('image', 'float32', [1, 3, 4, 5]);
    const made = (operation: string, inputs: readonly Tensor[], dtype: DType, shape: readonly number[]) =>
      graph.add(operation as Operator, inputs, [{ dtype, shape }])[0] as Tensor;
    const end = made(
      'Gather',
      [made('Shape', [image], 'int64', [4]), graph.constant('at', [3], [], 'int64')],
      'int64',
      [],
    );
    const [start, step] = [0, 1].map((value) => graph.constant('range', [value], [], 'int64'));
    const places = made('Range', [start!, end, step!], 'int64', [5]);
    const table = made('Cos', [cast(places, 'float32')], 'float32', [5]);
    graph.output('turned', made(use, [image, table], 'float32', [1, 3, 4, 5]));
    const model = graph.toModel();
    const found = await withOwnSizeValues(engine, model);
    if (!known) expect(found).toBe(model);
    else {
      const name = found.graph.node?.find(({ opType }) => opType === use)?.input?.[1];
      const values = float32Values(
        found.graph.initializer?.find((each) => each.name === name) as TensorProto,
      );
      expect(values?.[3]).toBeCloseTo(Math.cos(3), 6);
    }
  }
});

it('a file that has none of these stays as it is', async () => {
  const graph = new Graph();
  const image = graph.input('image', 'float32', [1, 3, 4, 5]);
  graph.output('same', graph.add('Identity', [image], [{ dtype: 'float32', shape: image.shape }])[0]!);
  const model = graph.toModel();
  expect(await withOwnSizeValues(engine, model)).toBe(model);
});
