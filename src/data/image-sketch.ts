/**
 * @file An image as 32 x 32 grey values, blurred, and how much of one such sketch another does not explain: what is left when brightness, contrast and a small
 * shift are taken away, by least squares over the one image, its two derivatives and a constant. Photographs of one part, taken one after another, leave
 * nearly nothing of each other.
 */
import type { RgbImage } from '../image/rgb.ts';

/** Side of a sketch. */
export const sketchSide = 32;
const fineSide = 2 * sketchSide;
/** Pixels that are looked at along each side of one of the 64 x 64 cells, at most: enough to average noise away. */
const mostSamples = 16;

/** Grey values, row by row, 0..255. */
export type Sketch = Float32Array;

/** The sketch of an image of any size; the whole image fills the square. */
export function sketchOf(image: RgbImage): Sketch {
  const fine = blurred(blurred(cellMeans(image)));
  const sketch = new Float32Array(sketchSide ** 2);
  for (let y = 0; y < sketchSide; y++) {
    for (let x = 0; x < sketchSide; x++) {
      const at = 2 * (y * fineSide + x);
      sketch[y * sketchSide + x] =
        (fine[at]! + fine[at + 1]! + fine[at + fineSide]! + fine[at + fineSide + 1]!) / 4;
    }
  }
  return sketch;
}

/** Mean grey of 64 x 64 cells. */
function cellMeans({ width, height, data }: RgbImage): Float32Array {
  const [columns, rows] = [samplesOf(width), samplesOf(height)];
  const means = new Float32Array(fineSide ** 2);
  for (const [row, ys] of rows.entries()) {
    for (const [column, xs] of columns.entries()) {
      let sum = 0;
      for (const y of ys) {
        for (const x of xs) {
          const at = (y * width + x) * 3;
          sum += data[at]! + 2 * data[at + 1]! + data[at + 2]!;
        }
      }
      means[row * fineSide + column] = sum / (4 * xs.length * ys.length);
    }
  }
  return means;
}

/** Places along a side that stand for each cell. */
function samplesOf(length: number): number[][] {
  return Array.from({ length: fineSide }, (_, cell) => {
    const start = Math.floor((cell * length) / fineSide);
    const end = Math.max(start + 1, Math.floor(((cell + 1) * length) / fineSide));
    const count = Math.min(end - start, mostSamples);
    return Array.from({ length: count }, (_, k) => start + Math.floor(((k + 0.5) * (end - start)) / count));
  });
}

/** With the binomial weights 1 4 6 4 1, so that derivatives of what is left are those of the image. */
function blurred(values: Float32Array): Float32Array {
  const along = (from: Float32Array, step: number, placeOf: (at: number) => number) =>
    from.map((value, at) => {
      const place = placeOf(at);
      const near = (by: number) =>
        from[at + step * (Math.max(0, Math.min(fineSide - 1, place + by)) - place)]!;
      return (6 * value + 4 * (near(-1) + near(1)) + near(-2) + near(2)) / 16;
    });
  const rows = along(values, 1, (at) => at % fineSide);
  return along(rows, fineSide, (at) => Math.floor(at / fineSide));
}

/** Side without the border: derivatives are known there. */
export const innerSide = sketchSide - 2;

/** The values of a sketch inside its border, row by row, or those that lie so many places further. */
export function innerOf(sketch: Sketch, step = 0): Float64Array {
  const inner = new Float64Array(innerSide ** 2);
  for (let y = 0, at = 0; y < innerSide; y++) {
    const start = (y + 1) * sketchSide + 1 + step;
    for (let x = 0; x < innerSide; x++, at++) inner[at] = sketch[start + x]!;
  }
  return inner;
}

/** Unit vectors that span all that a sketch explains. */
export type Explained = readonly Float64Array[];

/** What a sketch explains inside its border: itself in any light, a little to the side. */
export function explainedBy(sketch: Sketch): Explained {
  const slope = (step: number) => {
    const before = innerOf(sketch, -step);
    return innerOf(sketch, step).map((value, at) => value - before[at]!);
  };
  const unit: Float64Array[] = [];
  for (const vector of [
    new Float64Array(innerSide ** 2).fill(1),
    innerOf(sketch),
    slope(1),
    slope(sketchSide),
  ]) {
    const left = leftOver(unit, vector);
    const length = Math.sqrt(dot(left, left));
    if (length > 1e-3) unit.push(left.map((each) => each / length));
  }
  return unit;
}

/** What is left of inner values. */
export function leftOver(explained: Explained, inner: Float64Array): Float64Array {
  const left = inner.slice();
  for (const unit of explained) {
    const along = dot(unit, left);
    for (let at = 0; at < left.length; at++) left[at]! -= along * unit[at]!;
  }
  return left;
}

/** Root mean square of what is left, grey values. */
export function unexplained(explained: Explained, inner: Float64Array): number {
  let left = dot(inner, inner);
  for (const unit of explained) left -= dot(unit, inner) ** 2;
  return Math.sqrt(Math.max(0, left) / inner.length);
}

/** The sum of products. */
export function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let at = 0; at < a.length; at++) sum += a[at]! * b[at]!;
  return sum;
}
