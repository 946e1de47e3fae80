/**
 * @file Built-in textures for local anomalies where no texture folder is given: a drawn pattern (`texture-patterns`),
 * coloured by a drawn ramp, with some light across it and some grain. Seeded, without data, and varied: thirteen
 * families, each with several random parameters, times the colours.
 */
import type { Random } from '../core/random.ts';
import type { ImageSize } from '../image/limits.ts';
import type { RgbImage } from '../image/rgb.ts';
import { fractalNoise } from './gradient-noise.ts';
import { patterns } from './texture-patterns.ts';

/** Names of the families, for images and tests. */
export const textureFamilies: readonly string[] = Object.keys(patterns);

/**
 * Draws a texture.
 * @param family - one of `textureFamilies`; drawn when not given
 */
export function proceduralTexture(
  size: ImageSize,
  random: Random,
  family: string = random.pick(textureFamilies),
): RgbImage {
  const pattern = patterns[family];
  if (!pattern) throw new RangeError(`no texture family is called ${family}`);
  const field = pattern(size, random);
  const ramp = drawRamp(random);
  const shade = shading(size, random);
  const grain = random.pick([0, 0, 4, 10, 20]);
  const data = new Uint8ClampedArray(field.length * 3);
  for (let pixel = 0, at = 0; pixel < field.length; pixel++, at += 3) {
    const step = Math.round(Math.min(1, Math.max(0, field[pixel]!)) * 255) * 3;
    const noise = grain === 0 ? 0 : grain * (random.uniform() + random.uniform() - 1);
    const light = shade ? 1 + shade[pixel]! : 1;
    data[at] = ramp[step]! * light + noise;
    data[at + 1] = ramp[step + 1]! * light + noise;
    data[at + 2] = ramp[step + 2]! * light + noise;
  }
  return { width: size.width, height: size.height, data: new Uint8Array(data.buffer) };
}

/** 256 colours through two to five drawn ones: of any hue, of neighbouring hues, or greys. */
function drawRamp(random: Random): Float32Array {
  const scheme = random.pick(['any', 'neighbours', 'neighbours', 'grey'] as const);
  const hue = random.uniform(0, 6);
  const stops = Array.from({ length: 2 + random.integer(4) }, (_, index) => {
    const turned = scheme === 'any' ? random.uniform(0, 6) : hue + random.uniform(-0.6, 0.6);
    const saturation = scheme === 'grey' ? random.uniform(0, 0.12) : random.uniform(0.15, 0.95);
    // Dark and light alternate, so that the pattern shows.
    const value = index % 2 === 0 ? random.uniform(0.05, 0.6) : random.uniform(0.45, 1);
    return hsvColour((turned + 6) % 6, saturation, value);
  });
  if (random.uniform() < 0.5) stops.reverse();
  const ramp = new Float32Array(256 * 3);
  for (let step = 0; step < 256; step++) {
    const place = (step / 255) * (stops.length - 1);
    const from = Math.min(stops.length - 2, Math.floor(place));
    for (let channel = 0; channel < 3; channel++) {
      const start = stops[from]![channel]!;
      ramp[step * 3 + channel] = start + (stops[from + 1]![channel]! - start) * (place - from);
    }
  }
  return ramp;
}

/** Uneven light, as shares of the brightness; half of the textures have none. */
function shading(size: ImageSize, random: Random): Float32Array | undefined {
  if (random.uniform() < 0.5) return undefined;
  const height = random.uniform(0.1, 0.5);
  return fractalNoise(random, size, [1 + random.integer(3), 1 + random.integer(3)], 2).map(
    (value) => value * height,
  );
}

/** @param hue - 0 .. 6; @param saturation, value - 0 .. 1; @returns red, green, blue, 0 .. 255 */
function hsvColour(hue: number, saturation: number, value: number): readonly [number, number, number] {
  const channel = (turn: number) => {
    const place = (turn + hue) % 6;
    return 255 * value * (1 - saturation * Math.max(0, Math.min(place, 4 - place, 1)));
  };
  return [channel(5), channel(3), channel(1)];
}
