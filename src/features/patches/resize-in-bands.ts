/**
 * @file A resize that takes a photograph in bands of rows, as nodes of a graph: only a band is there as floats at a time, four times the bytes of its
 * pixels, where the photograph may have a hundred million of them. Rows are made narrower band by band, then all of them are made fewer; ONNX Runtime
 * does the same two steps in one resize, so the numbers are those of one to the last bit.
 */
import {
  add,
  cast,
  concat,
  div,
  loop,
  maximum,
  minimum,
  mul,
  reshape,
  resizeLinear,
  sizeAlong,
  sliceBetween,
  sub,
  type Tensor,
  transpose,
} from '../../graph/index.ts';
import type { ImageSize } from '../../image/limits.ts';

/** Rows of a photograph in a band. A band of a line camera's 12 000 pixels takes 37 MB. */
const bandRows = 256;

/**
 * Resizes decoded images, antialiased.
 * @param image - uint8 [N, H, W, 3], any height and width
 * @returns float32 [N, height, width, 3], 0..255, not rounded
 */
export function resizeInBands(image: Tensor, { width, height }: ImageSize): Tensor {
  const { graph } = image;
  const images = image.shape[0] ?? 'N';
  const integer = (value: number) => graph.integers([value]);
  const rows = sizeAlong(image, 1);
  const bands = div(add(rows, integer(bandRows - 1)), integer(bandRows));
  // All bands have the same number of rows: the last one ends at the last row, and begins with rows that the one before has as well.
  const lastStart = maximum(sub(rows, integer(bandRows)), integer(0));
  const { outputs } = loop(graph, reshape(bands, []), {}, (_, turn) => {
    const start = minimum(mul(reshape(turn, [1]), integer(bandRows)), lastStart);
    const band = sliceBetween(image, 1, start, add(start, integer(bandRows)), 'band');
    return {
      state: {},
      outputs: { narrow: resizeLinear(cast(band, 'float32'), [2], [width], { antialias: true }) },
    };
  });
  // [bands, N, band, width, 3]
  const stacked = transpose(outputs.narrow as Tensor, [1, 0, 2, 3, 4]);
  const all = reshape(stacked, [images, -1, width, 3], 'rows');
  const fresh = mul(sub(bands, integer(1)), integer(bandRows));
  const before = sliceBetween(all, 1, integer(0), fresh, 'rows_before');
  const last = sliceBetween(all, 1, sub(fresh, rows), integer(Number.MAX_SAFE_INTEGER), 'rows_last');
  return resizeLinear(concat([before, last], 1), [1], [height], { antialias: true });
}
