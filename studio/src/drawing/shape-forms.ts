/** @file Shapes from corners that were drawn. Pure. */
import type { DrawnShape } from '../../../src/studio/api.ts';
import type { Point } from './view.ts';

/** The rectangle between two opposite corners, in whole pixels; undefined where it has no area. */
export function rectangleOf([x1, y1]: Point, [x2, y2]: Point): DrawnShape['shape'] | undefined {
  const [left, right] = [Math.round(Math.min(x1, x2)), Math.round(Math.max(x1, x2))];
  const [top, bottom] = [Math.round(Math.min(y1, y2)), Math.round(Math.max(y1, y2))];
  if (right <= left || bottom <= top) return undefined;
  return { rectangle: [left, top, right - left, bottom - top] };
}

/** A polygon with its corners in whole pixels, each once; undefined where there are fewer than three. */
export function polygonOf(corners: readonly Point[]): DrawnShape['shape'] | undefined {
  const whole = corners.map(([x, y]): [number, number] => [Math.round(x), Math.round(y)]);
  const polygon = whole.filter(([x, y], at) => {
    const [nextX, nextY] = whole[(at + 1) % whole.length] as [number, number];
    return x !== nextX || y !== nextY;
  });
  return polygon.length < 3 ? undefined : { polygon };
}
