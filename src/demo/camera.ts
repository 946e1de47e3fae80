/**
 * @file The camera: light falls off to the corners, the lens blurs a little, the exposure and the colours are never
 * quite the same, the sensor adds noise (more where there is more light), and the image is stored as 8-bit sRGB.
 */
import type { Random } from '../core/random.ts';
import type { Rectangle } from '../image/geometry.ts';
import type { ImageSize } from '../image/limits.ts';
import type { RgbImage } from '../image/rgb.ts';
import type { Radiance } from './light.ts';
import type { PaintColour } from './surface.ts';
import { side } from './surface.ts';

/** The camera's state for one image. */
export interface Camera {
  /** Factor of all light. */
  readonly exposure: number;
  /** Factor of each channel. */
  readonly balance: PaintColour;
  /** Deviation of the lens's blur, units. */
  readonly blur: number;
  /** Light lost in the corners, 0 .. 1. */
  readonly vignette: number;
  /** Deviation of the sensor's noise at middle grey, levels of 255. */
  readonly noise: number;
}

/** sRGB levels 0 .. 255 as numbers, before noise and rounding; three planes. */
export interface Exposure extends ImageSize {
  readonly planes: readonly [red: Float32Array, green: Float32Array, blue: Float32Array];
}

/**
 * What the lens brings to the sensor, as sRGB levels.
 * @param view - of which image the light is a part, and where it lies there, pixels; the whole of one where absent
 */
export function exposed(
  { width, height, planes }: Radiance,
  camera: Camera,
  view: { readonly whole: ImageSize; readonly at: Rectangle } = {
    whole: { width, height },
    at: { x: 0, y: 0, width, height },
  },
): Exposure {
  const { whole, at: place } = view;
  const weights = blurWeights((camera.blur * Math.min(whole.width, whole.height)) / side);
  const levels = planes.map((plane, channel) => {
    const gain = camera.exposure * camera.balance[channel]!;
    const blurred = blurredPlane(plane, { width, height }, weights);
    for (let row = 0, at = 0; row < height; row++) {
      const y = (place.y + row + 0.5) / whole.height - 0.5;
      for (let column = 0; column < width; column++, at++) {
        const x = (place.x + column + 0.5) / whole.width - 0.5;
        blurred[at] = level(blurred[at]! * gain * (1 - 2 * camera.vignette * (x * x + y * y)));
      }
    }
    return blurred;
  });
  return { width, height, planes: levels as unknown as Exposure['planes'] };
}

/** Adds the sensor's noise and rounds. The same stream adds the same noise. */
export function developed({ width, height, planes }: Exposure, { noise }: Camera, random: Random): RgbImage {
  const data = new Uint8Array(width * height * 3);
  for (let pixel = 0, at = 0; pixel < width * height; pixel++) {
    // Neighbouring channels share some of it, as they do after the colour filter is interpolated.
    const common = 0.6 * bell(random);
    for (let channel = 0; channel < 3; channel++, at++) {
      const value = planes[channel]![pixel]!;
      const noisy = value + noise * (0.7 + value / 430) * (common + 0.8 * bell(random));
      data[at] = noisy < 0 ? 0 : noisy > 255 ? 255 : noisy + 0.5;
    }
  }
  return { width, height, data };
}

/** Close to N(0, 1), at the price of one draw: the sum of four bytes. */
function bell(random: Random): number {
  const bits = random.uint32();
  const sum = (bits & 255) + ((bits >>> 8) & 255) + ((bits >>> 16) & 255) + (bits >>> 24);
  return (sum - 510) / 147.8;
}

/** sRGB levels of linear light in 1/2048, to 1.25 where the sensor is long full; a shoulder keeps highlights soft. */
const curve = Float32Array.from({ length: 2561 }, (_, index) => {
  const light = index / 2048;
  const soft = light < 0.8 ? light : 0.8 + 0.2 * (1 - Math.exp((0.8 - light) / 0.2));
  return 255 * (soft <= 0.0031308 ? 12.92 * soft : 1.055 * soft ** (1 / 2.4) - 0.055);
});

function level(light: number): number {
  const place = Math.min(2559.99, Math.max(0, light * 2048));
  const index = Math.floor(place);
  return curve[index]! + (curve[index + 1]! - curve[index]!) * (place - index);
}

function blurWeights(deviation: number): Float64Array {
  const radius = Math.max(1, Math.ceil(deviation * 2.5));
  const weights = Float64Array.from({ length: 2 * radius + 1 }, (_, index) =>
    Math.exp(-((index - radius) ** 2) / (2 * deviation * deviation)),
  );
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => weight / sum);
}

/** Gaussian blur across, then down; the edge goes on beyond itself. */
function blurredPlane(
  plane: Float32Array,
  { width, height }: ImageSize,
  weights: Float64Array,
): Float32Array {
  const radius = (weights.length - 1) / 2;
  const across = new Float32Array(plane.length);
  const line = new Float32Array(width + 2 * radius);
  for (let row = 0; row < height; row++) {
    const start = row * width;
    line.fill(plane[start]!, 0, radius);
    line.set(plane.subarray(start, start + width), radius);
    line.fill(plane[start + width - 1]!, radius + width);
    for (let column = 0; column < width; column++) {
      let sum = 0;
      for (let tap = 0; tap < weights.length; tap++) sum += weights[tap]! * line[column + tap]!;
      across[start + column] = sum;
    }
  }
  const blurred = new Float32Array(plane.length);
  for (let row = 0; row < height; row++) {
    const start = row * width;
    for (let tap = 0; tap < weights.length; tap++) {
      const from = Math.min(height - 1, Math.max(0, row + tap - radius)) * width;
      const weight = weights[tap]!;
      for (let column = 0; column < width; column++)
        blurred[start + column]! += weight * across[from + column]!;
    }
  }
  return blurred;
}
