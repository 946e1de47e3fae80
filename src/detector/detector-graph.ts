/** @file The detector as one graph: decoded bytes of any size in; anomaly map, score and class out. */
import { CladError } from '../core/errors.ts';
import { add, type DType, Graph, mul, reshape, type Tensor } from '../graph/index.ts';
import type { ImageSize } from '../image/limits.ts';

/** What the graph is made of: a fitted method. */
export interface GraphSource {
  graph(graph: Graph, image: Tensor, own?: Tensor): Said;
}

interface Said {
  readonly map: Tensor;
  readonly score: Tensor;
  readonly shares?: Tensor;
}

/**
 * Builds the graph of `model.onnx`. Input `image` uint8 [N, H, W, 3], RGB as decoded; outputs `anomaly_map` [N, H', W'],
 * `score` [N] (higher is more anomalous), `class_share` [N, classes] (each class's share of the patches' votes).
 * @param options - `leaveOneOut`: for calibration, one image at a time: a second input `training_image` int64 [1] says which training image it is,
 *   and the memory bank is asked without what it holds of that image
 * @throws OPTION_INVALID where the method tells no classes apart, and there are several
 */
export function detectorGraph(
  source: GraphSource,
  classes: readonly string[],
  options: { readonly leaveOneOut?: boolean; readonly size?: ImageSize } = {},
): Graph {
  const graph = new Graph();
  const image = graph.input('image', 'uint8', ['N', 'H', 'W', 3]);
  const own = options.leaveOneOut ? graph.input('training_image', 'int64', [1]) : undefined;
  return withOutputs(graph, source.graph(graph, image, own), classes, options.size);
}

/** The same of what a method has stored of a training image. */
export interface StoredSource {
  readonly input: { readonly dtype: DType; readonly shape: readonly number[] };
  graph(graph: Graph, stored: Tensor, own: Tensor): Said;
}

/**
 * The graph that sets thresholds by what is stored of training images: that of `detectorGraph` with `leaveOneOut`, the input `stored` in the place of `image`.
 * @throws OPTION_INVALID as `detectorGraph`
 */
export function storedGraph(source: StoredSource, classes: readonly string[], size: ImageSize): Graph {
  const graph = new Graph();
  const { dtype, shape } = source.input;
  const stored = graph.input('stored', dtype, [...shape]);
  const own = graph.input('training_image', 'int64', [1]);
  return withOutputs(graph, source.graph(graph, stored, own), classes, size);
}

function withOutputs(
  graph: Graph,
  said: Said,
  classes: readonly string[],
  size: ImageSize | undefined,
): Graph {
  const { map, score, shares } = (said as Partial<Said> | undefined) ?? {};
  requireShape('map', map, [undefined, size?.height, size?.width]);
  requireShape('score', score, [undefined]);
  if (shares !== undefined) requireShape('shares', shares, [undefined, classes.length]);
  graph.output('anomaly_map', map);
  graph.output('score', score);
  graph.output('class_share', shares ?? onlyClass(score, classes));
  return graph;
}

/** All of it is the one class's. */
function onlyClass(score: Tensor, classes: readonly string[]): Tensor {
  if (classes.length !== 1) {
    throw new CladError('OPTION_INVALID', {
      option: 'the data set',
      expected: 'of one class, since the method does not tell classes apart',
      actual: classes.join(', '),
    });
  }
  return add(mul(reshape(score, [-1, 1], 'N'), 0), 1);
}

/** What a method from a file gives may have any shape. @param sizes - of each axis, where they are known */
function requireShape(
  name: string,
  tensor: Tensor | undefined,
  sizes: readonly (number | undefined)[],
): asserts tensor is Tensor {
  const text = (shape: readonly (number | string | undefined)[]) =>
    `[${shape.map((size, axis) => size ?? (axis === 0 ? 'N' : 'S')).join(', ')}]`;
  const { shape, dtype } = tensor ?? {};
  const fits =
    Array.isArray(shape) &&
    shape.length === sizes.length &&
    sizes.every(
      (size, axis) => size === undefined || typeof shape[axis] === 'string' || shape[axis] === size,
    );
  if (fits && dtype === 'float32') return;
  const found = Array.isArray(shape) ? `${dtype} ${text(shape)}` : 'none';
  throw new TypeError(`its graph gave as ${name} ${found}, and float32 ${text(sizes)} was expected`);
}
