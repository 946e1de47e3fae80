/**
 * @file A font of strokes on a grid of 4 x 6, as plotters and engraving machines have them, and lines of text drawn
 * with it.
 */
import { alongPath, type Point } from './shapes.ts';
import type { Material, Pose, Surface } from './surface.ts';

/** Strokes are separated by bars, points by spaces; each point is a column 0 .. 4 and a row 0 .. 6. */
const strokes: Readonly<Record<string, string>> = {
  A: '06 20 46|14 34',
  B: '00 06 36 45 44 33 03|33 42 41 30 00',
  C: '41 30 10 01 05 16 36 45',
  D: '00 06 26 44 42 20 00',
  E: '40 00 06 46|03 33',
  F: '40 00 06|03 33',
  G: '41 30 10 01 05 16 36 45 43 23',
  H: '00 06|40 46|03 43',
  I: '20 26|10 30|16 36',
  K: '00 06|40 03 46',
  L: '00 06 46',
  M: '06 00 23 40 46',
  N: '06 00 46 40',
  O: '10 30 41 45 36 16 05 01 10',
  P: '06 00 30 41 42 33 03',
  Q: '10 30 41 45 36 16 05 01 10|24 46',
  R: '06 00 30 41 42 33 03|23 46',
  S: '41 30 10 01 02 13 33 44 45 36 16 05',
  T: '00 40|20 26',
  U: '00 05 16 36 45 40',
  V: '00 26 40',
  W: '00 16 23 36 40',
  X: '00 46|40 06',
  Y: '00 23 40|23 26',
  Z: '00 40 06 46',
  '0': '10 30 41 45 36 16 05 01 10|15 31',
  '1': '11 20 26|16 36',
  '2': '01 10 30 41 42 06 46',
  '3': '01 10 30 41 42 33 44 45 36 16 05|23 33',
  '4': '36 30 04 44',
  '5': '40 00 02 32 43 45 36 06',
  '6': '40 10 02 05 16 36 45 44 33 03',
  '7': '00 40 16',
  '8': '13 02 01 10 30 41 42 33 13 04 05 16 36 45 44 33',
  '9': '43 13 02 01 10 30 41 44 36 06',
  '-': '13 33',
  '/': '06 40',
  ':': '21 22|24 25',
  '.': '26 26',
};

const glyphs = new Map<string, readonly (readonly Point[])[]>(
  Object.entries(strokes).map(([letter, text]) => [
    letter,
    text.split('|').map((stroke) => stroke.split(' ').map(([u, v]) => [Number(u), Number(v)] as const)),
  ]),
);

/** How a line of text is set. */
export interface TextStyle {
  /** Of a capital, units. */
  readonly height: number;
  /** Of the pen, units. */
  readonly weight: number;
  readonly material: Material;
  /** From the ground: raised print or, below 0, engraving. @default 0 */
  readonly relief?: number;
  /** How much ink a place gets, 0 .. 1, in the pose's coordinates. @default 1 everywhere */
  readonly ink?: (u: number, v: number) => number;
}

/** Width of a line, units. */
export function textWidth(text: string, height: number): number {
  return (text.length * 5.6 - 1.6) * (height / 6);
}

/** Draws a line of text, its upper left corner at a point. Letters that the font has not are left blank. */
export function drawText(
  surface: Surface,
  pose: Pose,
  [left, top]: Point,
  text: string,
  style: TextStyle,
): void {
  const { height, weight, material, relief = 0, ink } = style;
  const unit = height / 6;
  const half = weight / 2;
  for (const [index, letter] of [...text].entries()) {
    const start = left + index * 5.6 * unit;
    const paths = glyphs.get(letter);
    if (!paths) continue;
    const box = [start - weight, top - weight, start + 4 * unit + weight, top + height + weight] as const;
    surface.visit(pose, box, (at, u, v) => {
      let nearest = Number.POSITIVE_INFINITY;
      for (const path of paths)
        nearest = Math.min(nearest, alongPath((u - start) / unit, (v - top) / unit, path)[0]);
      const amount = surface.coverage(nearest * unit - half) * (ink ? ink(u, v) : 1);
      if (amount > 0) surface.paint(at, amount, material, surface.height[at]! + relief);
    });
  }
}
