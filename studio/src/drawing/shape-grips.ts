/** @file Where a shape can be taken hold of, and what it is once it was pulled: by a corner, or as a whole. Pure. */
import { cornersOf } from '../../../src/jobs/roi/shape-corners.ts';
import type { DrawnShape } from '../../../src/studio/api.ts';
import { polygonOf, rectangleOf } from './shape-forms.ts';
import type { Point, Size } from './view.ts';

type Shape = DrawnShape['shape'];

/** What is held. */
export interface Grip {
  /** Place of the shape. */
  readonly shape: number;
  /** Place of the corner; undefined for the whole shape. */
  readonly corner: number | undefined;
}

/** Pixels of the page around a corner: a finger is no needle. */
const reach = 16;

/**
 * What lies at a point: the nearest corner within reach, else the shape around it; of several, the one that was drawn last, as it is seen above the others.
 * @param scale - pixels of the page for each of the photograph
 */
export function gripAt(shapes: readonly DrawnShape[], [x, y]: Point, scale: number): Grip | undefined {
  let found: Grip | undefined;
  let nearest = reach;
  for (const [shape, corner, at] of allCorners(shapes)) {
    const distance = Math.hypot(at[0] - x, at[1] - y) * scale;
    if (distance > nearest) continue;
    nearest = distance;
    found = { shape, corner };
  }
  if (found) return found;
  const shape = shapes.findLastIndex((each) => isAround(cornersOf(each.shape), [x, y]));
  return shape < 0 ? undefined : { shape, corner: undefined };
}

/** The corner after one, or before it, over all shapes; the first or the last one where none is held. */
export function nextCorner(
  shapes: readonly DrawnShape[],
  grip: Grip | undefined,
  step: 1 | -1,
): { readonly grip: Grip; readonly at: Point } | undefined {
  const all = allCorners(shapes);
  const now = all.findIndex(([shape, corner]) => shape === grip?.shape && corner === (grip.corner ?? 0));
  const found = all.at(now < 0 ? Math.min(0, step) : (now + step) % all.length);
  return found && { grip: { shape: found[0], corner: found[1] }, at: found[2] };
}

/**
 * A shape after it was pulled, in whole pixels and within the photograph.
 * @param corner - as of a grip @param by - pixels of the photograph
 * @returns the shape as it was where it would have no area
 */
export function pulledShape(shape: Shape, corner: number | undefined, by: Point, image: Size): Shape {
  const corners = cornersOf(shape);
  if (corner === undefined) {
    const [x, y] = ([0, 1] as const).map((axis) => {
      const values = corners.map((each) => each[axis]);
      const room = axis === 0 ? image.width : image.height;
      const [least, most] = [Math.ceil(-Math.min(...values)), Math.floor(room - Math.max(...values))];
      return Math.min(most, Math.max(least, Math.round(by[axis])));
    }) as [number, number];
    if ('rectangle' in shape) {
      const [left, top, width, height] = shape.rectangle;
      return { rectangle: [left + x, top + y, width, height] };
    }
    return { polygon: corners.map(([left, top]): [number, number] => [left + x, top + y]) };
  }
  const [fromX = 0, fromY = 0] = corners[corner] ?? [];
  const to: Point = [inside(fromX + by[0], image.width), inside(fromY + by[1], image.height)];
  const pulled =
    'rectangle' in shape
      ? rectangleOf(corners[(corner + 2) % 4] as Point, to)
      : polygonOf(corners.with(corner, to));
  return pulled ?? shape;
}

function inside(value: number, room: number): number {
  return Math.min(room, Math.max(0, Math.round(value)));
}

function allCorners(shapes: readonly DrawnShape[]) {
  return shapes.flatMap(({ shape }, place) =>
    cornersOf(shape).map((at, corner) => [place, corner, at] as const),
  );
}

/** By the parity of crossings of a ray. */
function isAround(corners: readonly Point[], [x, y]: Point): boolean {
  let around = false;
  for (const [at, [x1, y1]] of corners.entries()) {
    const [x2, y2] = corners[(at + 1) % corners.length] as Point;
    if (y1 > y !== y2 > y && x < x1 + ((y - y1) / (y2 - y1)) * (x2 - x1)) around = !around;
  }
  return around;
}
