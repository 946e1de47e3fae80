/** @file Patch features that are a formula of their names, as tools/make-untrained-golden.py has them, in a store. */
import { floatsToHalves, roundToHalves } from '../../src/core/half.ts';
import { fixture } from './fixtures.ts';
import { uniform } from './golden-weights.ts';
import { type MadeStore, makeStore } from './made-store.ts';

/** What the script writes. */
export const untrained = fixture<{
  classes: string[];
  images: number;
  side: number;
  widths: number[];
  explained: number;
  neighbours: number;
  radius: number;
  subspaces: Record<string, { count: number; explained: number; residuals: number[] }>;
  near: Record<string, number[]>;
  anywhere: Record<string, number[]>;
  others: number[];
}>('untrained.json');

const { classes, images, side, widths } = untrained;
export const places = side * side;
export const width = widths.reduce((sum, each) => sum + each);

/** Patch features of an image, rounded to halves, [places, width]. */
export function patchesOfImage(name: string, own: string): Float32Array {
  const drawn = uniform(name, places * width);
  const moved = uniform(`class ${own}`, width);
  const rows = Float32Array.from(
    drawn,
    (value, at) => (2 * value - 1) * 0.8 ** (at % width) + moved[at % width]!,
  );
  const token = width - widths[2]!;
  for (let at = 0; at < rows.length; at++) if (at % width >= token) rows[at] = rows[at % width]!;
  return roundToHalves(rows);
}

/** All images, classes in turn: image number `n` is the n / classes-th of class n % classes. */
export async function untrainedStore(folder: string): Promise<MadeStore> {
  return makeStore(folder, {
    width,
    gridSide: side,
    classes,
    shards: [7, images * classes.length - 7],
    rowOf: ({ id, classIndex, position }) => {
      const own = classes[classIndex]!;
      const rows = patchesOfImage(`${own} ${Math.floor(id / classes.length)}`, own);
      return rows.subarray(position * width, (position + 1) * width);
    },
  });
}

/** Halves of an image as the store has them. */
export function halvesOfImage(name: string, own: string): Uint16Array {
  return floatsToHalves(patchesOfImage(name, own));
}
