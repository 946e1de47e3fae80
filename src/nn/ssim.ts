/**
 * @file Structural similarity (Wang et al. 2004) as a value of a graph, with a gradient: how alike two images are around each pixel in brightness, contrast and
 * pattern, by means under a Gaussian window of 11 x 11 pixels with a deviation of 1.5.
 *
 * The window's values are products of one for the row and one for the column, so a mean is M_h X M_w with a band matrix for each side. Beyond the border are zeros,
 * as in the PyTorch code that most others copy.
 */
import {
  add,
  concat,
  div,
  type Graph,
  matmul,
  mean,
  mul,
  reshape,
  slice,
  square,
  sub,
  type Tensor,
  transpose,
} from '../graph/index.ts';

const [windowSize, windowDeviation] = [11, 1.5];
/** What keeps quotients of dark and of even places from growing, for values of 0 to 1. */
const [ofBrightness, ofContrast] = [0.01 ** 2, 0.03 ** 2];

/** The matrix that takes a line of `size` pixels to their means under the window, [size, size] row-major and symmetric. */
export function windowMatrix(size: number): Float32Array {
  const reach = (windowSize - 1) / 2;
  const weights = Array.from({ length: windowSize }, (_, tap) =>
    Math.exp(-((tap - reach) ** 2) / (2 * windowDeviation ** 2)),
  );
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const matrix = new Float32Array(size * size);
  for (let pixel = 0; pixel < size; pixel++)
    for (let at = Math.max(0, pixel - reach); at <= Math.min(size - 1, pixel + reach); at++)
      matrix[pixel * size + at] = (weights[at - pixel + reach] as number) / total;
  return matrix;
}

/**
 * Mean structural similarity over all pixels, channels and images: 1 where both are the same.
 * @param a - [N, channels, height, width], known sizes, values of about 0 to 1
 * @param b - the same shape
 */
export function structuralSimilarity(a: Tensor, b: Tensor): Tensor {
  const [images, channels, height, width] = a.shape as [number, number, number, number];
  const planes = images * channels;
  const [x, y] = [a, b].map((each) => reshape(each, [planes, height, width])) as [Tensor, Tensor];
  const averaged = windowed(a.graph, concat([x, y, square(x), square(y), mul(x, y)], 0), height, width);
  const [meanX, meanY, squareX, squareY, product] = Array.from({ length: 5 }, (_, at) =>
    slice(averaged, 0, at * planes, (at + 1) * planes),
  ) as [Tensor, Tensor, Tensor, Tensor, Tensor];
  const means = mul(meanX, meanY);
  const squares = add(square(meanX), square(meanY));
  const covariance = sub(product, means);
  const variances = sub(add(squareX, squareY), squares);
  const above = mul(add(mul(means, 2), ofBrightness), add(mul(covariance, 2), ofContrast));
  const below = mul(add(squares, ofBrightness), add(variances, ofContrast));
  return mean(div(above, below));
}

/** Means under the window of planes [count, height, width]. */
function windowed(graph: Graph, planes: Tensor, height: number, width: number): Tensor {
  const across = graph.constant('window', windowMatrix(width), [width, width]);
  const down = height === width ? across : graph.constant('window', windowMatrix(height), [height, height]);
  // Along the rows first; turned, the columns are rows too.
  const turned = transpose(matmul(planes, across), [0, 2, 1]);
  return transpose(matmul(turned, down), [0, 2, 1]);
}
