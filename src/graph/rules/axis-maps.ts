/**
 * @file Operators that are the same linear map along an axis wherever it is applied: resizing, mirrored borders, slices with
 * steps. Applied to the unit vectors they give their own matrix, and its transpose is the way back. So each mode has its gradient
 * exactly as the engine computes it, and the engine works the matrix out once, while loading.
 */
import { intsOf, stringOf } from '../attributes.ts';
import type { Attribute } from '../node.ts';
import { matmul } from '../ops/matmul.ts';
import { transpose } from '../ops/shape.ts';
import { type DType, knownSize, resolveAxis, type Tensor } from '../tensor.ts';
import { noGradient, type Rules, unary } from './rule.ts';

/**
 * The gradient of a map along one axis.
 * @param size - of the axis before the map
 * @param map - adds the node that maps unit vectors, [size, size], along axis 1 to [size, count]
 */
export function mappedBack(
  upstream: Tensor,
  axis: number,
  size: number,
  dtype: DType,
  map: (unit: Tensor, count: number) => readonly Tensor[],
): Tensor {
  const { graph } = upstream;
  const identity = new Float32Array(size * size);
  for (let at = 0; at < size; at++) identity[at * size + at] = 1;
  const unit = graph.constant('unit', identity, [size, size], dtype);
  const count = knownSize('gradients', upstream.shape, axis);
  const [rows] = map(unit, count) as [Tensor];
  const matrix = transpose(rows, [1, 0]);
  const last = upstream.shape.length - 1;
  if (axis === last) return matmul(upstream, matrix);
  const swapped = [...upstream.shape.keys()].map((each) =>
    each === axis ? last : each === last ? axis : each,
  );
  return transpose(matmul(transpose(upstream, swapped), matrix), swapped);
}

export const axisMapRules = {
  Resize: unary((upstream, x, _, node) => {
    const [, , scales, sizes] = node.inputs;
    const { attributes } = node;
    if (stringOf(attributes, 'coordinate_transformation_mode', 'half_pixel') === 'tf_crop_and_resize')
      noGradient(node, 'it cuts a part out');
    if (stringOf(attributes, 'keep_aspect_ratio_policy', 'stretch') !== 'stretch')
      noGradient(node, 'it keeps the aspect ratio');
    const axes = (intsOf(attributes, 'axes') ?? [...x.shape.keys()]).map((axis) =>
      resolveAxis('Resize', axis, x.shape),
    );
    const shared: Record<string, Attribute> = Object.fromEntries(
      Object.entries(attributes).filter(([name]) => name !== 'axes'),
    );
    const bySizes = sizes !== undefined;
    const factors = scales?.values;
    if (!bySizes && factors?.length !== axes.length)
      noGradient(node, 'neither its sizes nor its scales are known');
    let result = upstream;
    axes.forEach((axis, index) => {
      const factor = Number(factors?.[index] ?? 1);
      if (bySizes ? x.shape[axis] === upstream.shape[axis] : factor === 1) return;
      const size = knownSize('Resize', x.shape, axis);
      const { graph } = x;
      result = mappedBack(result, axis, size, x.dtype, (unit, count) => {
        const one = graph.constant('scales', [1, factor], [2]);
        const inputs = bySizes
          ? [unit, undefined, undefined, graph.integers([size, count])]
          : [unit, undefined, one];
        return graph.add('Resize', inputs, [{ dtype: x.dtype, shape: [size, count] }], {
          attributes: shared,
        });
      });
    });
    return result;
  }),
} satisfies Rules;
