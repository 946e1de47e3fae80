/**
 * @file Light on a surface: a lamp from one side with the shadows it throws, the room all around, darker in corners,
 * highlights on what is glossy, and the room's mirror image in what is metal. Slopes come from the height.
 */

import type { ImageSize } from '../image/limits.ts';
import { smooth } from '../synthesis/oklab.ts';
import type { PaintColour, Surface } from './surface.ts';

/** The lamp and the room. */
export interface Light {
  /** Where the lamp stands, radians, 0 to the right and growing clockwise. */
  readonly azimuth: number;
  /** How high it stands, radians above the table. */
  readonly elevation: number;
  /** Strength of the lamp. */
  readonly key: number;
  /** Strength of the room. */
  readonly fill: number;
  /** Colour of both. */
  readonly tint: PaintColour;
}

/** Linear light of every pixel. */
export interface Radiance extends ImageSize {
  readonly planes: readonly [red: Float32Array, green: Float32Array, blue: Float32Array];
}

/** How far a shadow is looked for, units. */
const shadowSteps = [1.2, 2.5, 4, 6, 8.5, 12, 16, 21, 27];

/** Lights a surface. */
export function lit(surface: Surface, light: Light): Radiance {
  const { pixel, height } = surface;
  const { width, height: rows } = surface.frame;
  const planes = [0, 1, 2].map(() => new Float32Array(width * rows)) as unknown as Radiance['planes'];
  const lamp = lampDirection(light);
  const shadow = shadowOf(surface, lamp);
  const around = smooth(height, width, rows, Math.max(1, Math.round(3 / pixel)));
  // The direction half-way between lamp and camera, for highlights.
  const halfLength = Math.hypot(lamp[0], lamp[1], lamp[2] + 1);
  const half = [lamp[0] / halfLength, lamp[1] / halfLength, (lamp[2] + 1) / halfLength];
  const { key, fill, tint } = light;
  for (let row = 0, at = 0; row < rows; row++) {
    const up = row > 0 ? width : 0;
    const down = row < rows - 1 ? width : 0;
    for (let column = 0; column < width; column++, at++) {
      const before = column > 0 ? 1 : 0;
      const after = column < width - 1 ? 1 : 0;
      const slopeX = (height[at + after]! - height[at - before]!) / ((before + after) * pixel);
      const slopeY = (height[at + down]! - height[at - up]!) / (((up + down) / width) * pixel);
      const normalZ = 1 / Math.sqrt(slopeX * slopeX + slopeY * slopeY + 1);
      const normalX = -slopeX * normalZ;
      const normalY = -slopeY * normalZ;
      const open = 1 - Math.min(0.55, Math.max(0, (around[at]! - height[at]!) * 0.09));
      const unshadowed = 1 - shadow[at]!;
      const facing = normalX * lamp[0] + normalY * lamp[1] + normalZ * lamp[2];
      const diffuse = key * Math.max(0, facing) * unshadowed + fill * open * (0.6 + 0.4 * normalZ);
      const gloss = surface.gloss[at]!;
      let highlight = surface.glare[at]!;
      if (gloss > 0.01) {
        const aligned = Math.max(0, normalX * half[0]! + normalY * half[1]! + normalZ * half[2]!);
        // Below that the power is nothing.
        if (aligned > 0.7)
          highlight += gloss * key * 0.9 * unshadowed * aligned ** (22 + 110 * gloss * gloss);
      }
      let matt = diffuse;
      const metal = surface.metal[at]!;
      if (metal > 0) {
        // The mirrored line of sight.
        const mirrorX = 2 * normalZ * normalX;
        const mirrorY = 2 * normalZ * normalY;
        const mirrorZ = 2 * normalZ * normalZ - 1;
        const toLamp = Math.max(0, mirrorX * lamp[0] + mirrorY * lamp[1] + mirrorZ * lamp[2]);
        const softbox = toLamp * toLamp * toLamp * toLamp * toLamp;
        const sky = 0.3 + 0.45 * Math.max(0, mirrorZ) - 0.12 * mirrorY;
        const mirrored = fill * open * sky * 1.5 + key * softbox * (0.35 + 0.65 * unshadowed);
        matt = diffuse * (1 - metal) + metal * (0.2 * diffuse + mirrored);
      }
      planes[0][at] = (surface.red[at]! * matt + highlight) * tint[0];
      planes[1][at] = (surface.green[at]! * matt + highlight) * tint[1];
      planes[2][at] = (surface.blue[at]! * matt + highlight) * tint[2];
    }
  }
  return { width, height: rows, planes };
}

/** The unit vector to the lamp; x to the right, y down, z to the camera. */
export function lampDirection({ azimuth, elevation }: Light): readonly [number, number, number] {
  const flat = Math.cos(elevation);
  return [flat * Math.cos(azimuth), flat * Math.sin(azimuth), Math.sin(elevation)];
}

/** How much of the lamp each pixel misses, 0 .. 1, with soft edges. */
function shadowOf(
  { frame: { width, height: lines }, pixel, height }: Surface,
  lamp: readonly [number, number, number],
): Float32Array {
  const shadow = new Float32Array(width * lines);
  const highest = height.reduce((most, value) => Math.max(most, value), 0);
  const flat = Math.hypot(lamp[0], lamp[1]);
  const rise = lamp[2] / flat;
  const [across, down] = [lamp[0] / flat, lamp[1] / flat];
  const steps = shadowSteps.filter((step) => step * rise < highest);
  for (const step of steps) {
    const columns = Math.round((across * step) / pixel);
    const rows = Math.round((down * step) / pixel);
    const lift = step * rise;
    const soft = 1 / (0.6 + 0.22 * step);
    for (let row = Math.max(0, -rows); row < Math.min(lines, lines - rows); row++) {
      const from = Math.max(0, -columns);
      const to = Math.min(width, width - columns);
      let at = row * width + from;
      let toward = (row + rows) * width + from + columns;
      for (let column = from; column < to; column++, at++, toward++) {
        const blocked = (height[toward]! - height[at]! - lift) * soft;
        if (blocked > shadow[at]!) shadow[at] = Math.min(1, blocked);
      }
    }
  }
  return steps.length === 0 ? shadow : smooth(shadow, width, lines, Math.max(1, Math.round(0.7 / pixel)));
}
