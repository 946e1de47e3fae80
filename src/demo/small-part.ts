/**
 * @file A part with a small defect, in a photograph that may be large: drawn and lit as a whole once. The defect is added to the part as it lies there, and light
 * and lens are worked out anew around it alone.
 */
import type { Rectangle } from '../image/geometry.ts';
import type { Mask } from '../image/rgb.ts';
import { type Camera, type Exposure, exposed } from './camera.ts';
import { differenceOf } from './difference.ts';
import { type Light, lit } from './light.ts';
import type { Flaw } from './product.ts';
import { drawSmall, largest, type SmallPlace, smallest, smallPlace } from './small-flaws.ts';
import type { Surface } from './surface.ts';

/** How far a shadow, the room's light and the lens reach together, units: what lies farther away changes no pixel. */
const reach = 32;
/** How far a small defect changes what is around it, units. */
const influence = 12;

/** The defect, as the lens has it, and its mask over the whole image. */
export interface SmallDefect {
  readonly flawed: Exposure;
  readonly mask: Mask;
  /** Mean difference over the mask, levels of 255. */
  readonly contrast: number;
}

/**
 * Adds a small defect.
 * @param surface - the part without it
 * @param without - the same as the lens has it
 * @returns undefined where the part has no room for it, or its mask is not between 20 and 60 pixels long
 */
export function withSmallDefect(
  surface: Surface,
  without: Exposure,
  { light, camera }: { readonly light: Light; readonly camera: Camera },
  flaw: Flaw,
): SmallDefect | undefined {
  const place = smallPlace(surface, flaw);
  if (!place) return undefined;
  const { width, height } = surface.frame;
  const around = windowAround(surface, place, influence + reach);
  const view = { whole: { width, height }, at: around };
  const part = surface.cutOut(around);
  const before = exposed(lit(part, light), camera, view);
  drawSmall(part, place, flaw);
  const after = exposed(lit(part, light), camera, view);
  const { mask, contrast } = differenceOf(after, before, 2);
  const length = lengthOf(mask);
  if (length < smallest || length > largest) return undefined;
  const inner = windowAround(surface, place, influence);
  const planes = without.planes.map((plane, channel) => {
    const whole = plane.slice();
    copyRows(after.planes[channel]!, around, whole, width, inner);
    return whole;
  }) as unknown as Exposure['planes'];
  const data = new Uint8Array(width * height);
  copyRows(mask.data, around, data, width, around);
  return { flawed: { width, height, planes }, mask: { width, height, data }, contrast };
}

/** Pixels around a place, as far as the image goes. */
function windowAround({ frame, pixel }: Surface, { centre, length }: SmallPlace, margin: number): Rectangle {
  const half = length + margin;
  const from = (place: number, start: number) => Math.max(0, Math.floor((place - half - start) / pixel));
  const to = (place: number, start: number, most: number) =>
    Math.min(most, Math.ceil((place + half - start) / pixel));
  const [x, y] = [from(centre[0], frame.left), from(centre[1], frame.top)];
  return {
    x,
    y,
    width: to(centre[0], frame.left, frame.width) - x,
    height: to(centre[1], frame.top, frame.height) - y,
  };
}

/** Copies the rows of `wanted` from a plane of a part of the image into one of the whole. */
function copyRows(
  from: Float32Array | Uint8Array,
  place: Rectangle,
  into: Float32Array | Uint8Array,
  width: number,
  wanted: Rectangle,
): void {
  for (let row = wanted.y; row < wanted.y + wanted.height; row++) {
    const start = (row - place.y) * place.width + wanted.x - place.x;
    into.set(from.subarray(start, start + wanted.width), row * width + wanted.x);
  }
}

/** The longer side of the box around a mask, pixels; 0 where it is empty. */
export function lengthOf({ width, data }: Mask): number {
  let [left, right, top, bottom] = [width, -1, data.length, -1];
  for (const [at, inside] of data.entries()) {
    if (inside === 0) continue;
    const [row, column] = [Math.floor(at / width), at % width];
    left = Math.min(left, column);
    right = Math.max(right, column);
    top = Math.min(top, row);
    bottom = Math.max(bottom, row);
  }
  return right < 0 ? 0 : Math.max(right - left, bottom - top) + 1;
}
