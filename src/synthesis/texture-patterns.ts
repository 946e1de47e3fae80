/**
 * @file The patterns behind the built-in textures: each a field of values 0 .. 1, drawn at random from its family. Noise
 * warps most of them, so that none is a perfect drawing. What is not square is a part of a square of the longer side: nothing is stretched.
 *
 * Cells and their cracks: Steven Worley, "A Cellular Texture Basis Function", SIGGRAPH 1996. Marble: noise moved by
 * noise, after Perlin's "An Image Synthesizer", SIGGRAPH 1985.
 */
import type { Random } from '../core/random.ts';
import type { ImageSize } from '../image/limits.ts';
import { fractalNoise } from './gradient-noise.ts';

/** Draws a pattern: `height * width` values, 0 .. 1, row by row. */
export type Pattern = (size: ImageSize, random: Random) => Float32Array;

/** The families by name. */
export const patterns: Readonly<Record<string, Pattern>> = {
  clouds,
  stripes,
  checks,
  weave,
  cells,
  cracks,
  spots,
  fibres,
  grain,
  turbulence,
  marble,
  bricks,
  wood,
};

/** Fractal noise, often stretched along one axis. */
function clouds(size: ImageSize, random: Random): Float32Array {
  const cells = [2 ** random.integer(4), 2 ** random.integer(4)] as const;
  return stretched(fractalNoise(random, size, cells, 6, random.uniform(0.4, 0.75)));
}

/** Waves, soft or sharp, bent by noise. */
function stripes(size: ImageSize, random: Random): Float32Array {
  const count = random.uniform(3, 30);
  const sharpness = random.uniform(1, 8);
  const bend = warp(size, random, random.uniform(0, 1.2) / count);
  const turned = turn(random.uniform(0, Math.PI));
  return sampled(size, (x, y, at) => {
    const [along] = turned(x + bend[at]!, y);
    return 0.5 + 0.5 * Math.tanh(sharpness * Math.sin(2 * Math.PI * count * along));
  });
}

/** A chequerboard, its fields of slightly different tones. */
function checks(size: ImageSize, random: Random): Float32Array {
  const [columns, rows] = [random.uniform(3, 18), random.uniform(3, 18)];
  const bend = warp(size, random, random.uniform(0, 0.02));
  const turned = turn(random.uniform(0, Math.PI));
  const tone = hash(random);
  return sampled(size, (x, y, at) => {
    const [u, v] = turned(x + bend[at]!, y - bend[at]!);
    const [column, row] = [Math.floor(u * columns), Math.floor(v * rows)];
    return 0.7 * ((column + row) & 1) + 0.3 * tone(column, row);
  });
}

/** Threads over and under each other. */
function weave(size: ImageSize, random: Random): Float32Array {
  const count = random.uniform(6, 26);
  const gap = random.uniform(0.5, 0.95);
  const bend = warp(size, random, 0.15 / count);
  const turned = turn(random.uniform(0, Math.PI));
  return sampled(size, (x, y, at) => {
    const [u, v] = turned(x + bend[at]!, y + bend[at]!);
    const [column, row] = [Math.floor(u * count), Math.floor(v * count)];
    const across = u * count - column - 0.5;
    const down = v * count - row - 0.5;
    const over = ((column + row) & 1) === 0;
    const [width, length] = over ? [across, down] : [down, across];
    if (Math.abs(width) > gap / 2) return Math.abs(length) > gap / 2 ? 0 : 0.25 + 0.2 * Math.cos(2 * length);
    return (over ? 0.75 : 0.55) * Math.cos(2.2 * width) + 0.25 * Math.cos(2 * Math.PI * length) * 0.5 + 0.1;
  });
}

/** Flat cells around random points, each of its own tone. */
function cells(size: ImageSize, random: Random): Float32Array {
  const near = nearestPoints(random, random.uniform(4, 20), random.uniform(0.4, 1));
  const bend = warp(size, random, 0.02);
  const shade = random.uniform(0, 0.6);
  return sampled(size, (x, y, at) => {
    const { first, tone } = near(x + bend[at]!, y + bend[at]!);
    return tone * (1 - shade * Math.min(1, first));
  });
}

/** The borders between cells, as lines. */
function cracks(size: ImageSize, random: Random): Float32Array {
  const near = nearestPoints(random, random.uniform(3, 14), 1);
  const width = random.uniform(0.03, 0.15);
  const bend = warp(size, random, random.uniform(0.01, 0.06));
  return sampled(size, (x, y, at) => {
    const { first, second, tone } = near(x + bend[at]!, y + bend[at]!);
    return Math.min(1, (second - first) / width) * (0.75 + 0.25 * tone);
  });
}

/** Dots of different sizes on a jittered grid. */
function spots(size: ImageSize, random: Random): Float32Array {
  const near = nearestPoints(random, random.uniform(4, 24), random.uniform(0, 0.8));
  const radius = random.uniform(0.2, 0.45);
  const edge = random.uniform(4, 20);
  return sampled(size, (x, y) => {
    const { first, tone } = near(x, y);
    return 1 / (1 + Math.exp(edge * (first - radius * (0.4 + 0.6 * tone)) * 4));
  });
}

/** Scratches or hairs: many short lines, about parallel or in all directions. */
function fibres(size: ImageSize, random: Random): Float32Array {
  const { width, height } = size;
  const side = Math.max(width, height);
  const field = new Float32Array(width * height).fill(0.5);
  const direction = random.uniform(0, Math.PI);
  const disorder = random.pick([0.05, 0.3, Math.PI / 2]);
  const count = Math.round((random.uniform(150, 900) * width * height) / side ** 2);
  for (let line = 0; line < count; line++) {
    const tone = random.uniform(-0.5, 0.5);
    let angle = direction + random.uniform(-disorder, disorder);
    const curl = random.normal(0, 0.5 / side);
    const length = random.uniform(0.05, 0.5) * side;
    let [x, y] = [random.uniform(0, width), random.uniform(0, height)];
    for (let step = 0; step < length; step++) {
      if (x < 0 || y < 0 || x >= width || y >= height) break;
      const at = Math.floor(y) * width + Math.floor(x);
      field[at]! += 0.7 * (0.5 + tone - field[at]!);
      x += Math.cos(angle);
      y += Math.sin(angle);
      angle += curl;
    }
  }
  return field;
}

/** Coarse or fine grain of independent pixels, smoothed a little by clouds. */
function grain(size: ImageSize, random: Random): Float32Array {
  const coarseness = random.pick([1, 1, 2, 3, 5]);
  const side = Math.max(size.width, size.height);
  const tone = hash(random);
  const power = random.uniform(0.6, 4);
  const shade = warp(size, random, random.uniform(0, 0.3));
  return sampled(size, (x, y, at) => {
    const value = tone(Math.floor((x * side) / coarseness), Math.floor((y * side) / coarseness));
    return value ** power + shade[at]!;
  });
}

/** A gradient disturbed by folded noise, like smoke or rust. */
function turbulence(size: ImageSize, random: Random): Float32Array {
  const turned = turn(random.uniform(0, 2 * Math.PI));
  const strength = random.uniform(0.5, 3);
  const noise = fractalNoise(random, size, [2 ** random.integer(3), 2 ** random.integer(3)], 6, 0.6);
  return stretched(sampled(size, (x, y, at) => turned(x, y)[0] + strength * Math.abs(noise[at]!), false));
}

/** Veins: waves moved far by fractal noise. */
function marble(size: ImageSize, random: Random): Float32Array {
  const bend = fractalNoise(random, size, [2, 2], 6, random.uniform(0.45, 0.6));
  const count = random.uniform(2, 8);
  const strength = random.uniform(0.15, 0.6);
  const power = random.uniform(0.4, 1.5);
  const turned = turn(random.uniform(0, Math.PI));
  return sampled(size, (x, y, at) => {
    const [along] = turned(x, y);
    return Math.abs(Math.sin(Math.PI * count * (along + strength * bend[at]!))) ** power;
  });
}

/** Bricks or planks in shifted rows, with joints. */
function bricks(size: ImageSize, random: Random): Float32Array {
  const rows = random.uniform(5, 18);
  const columns = rows / random.uniform(1, 5);
  const joint = random.uniform(0.04, 0.15);
  const bend = warp(size, random, 0.1 / rows);
  const turned = turn(random.uniform(0, Math.PI));
  const tone = hash(random);
  return sampled(size, (x, y, at) => {
    const [u, v] = turned(x + bend[at]!, y + bend[at]!);
    const row = Math.floor(v * rows);
    const place = u * columns + tone(row, 7);
    const column = Math.floor(place);
    const inJoint = v * rows - row < joint || (place - column) * (rows / columns) < joint;
    return inJoint ? 0 : 0.4 + 0.6 * tone(column, row);
  });
}

/** Rings about a far point, with fine fibres along them. */
function wood(size: ImageSize, random: Random): Float32Array {
  const rings = random.uniform(6, 30);
  const [centreX, centreY] = [random.uniform(-1, 2), random.uniform(-1, 2)];
  const stretch = random.uniform(0.2, 1);
  const bend = warp(size, random, random.uniform(0.02, 0.1));
  const fine = fractalNoise(random, size, [4, 32], 3, 0.7);
  return sampled(size, (x, y, at) => {
    const radius = Math.hypot((x - centreX) * stretch, y - centreY) + bend[at]!;
    const ring = radius * rings;
    return 0.8 * (ring - Math.floor(ring)) ** 2 + 0.3 * fine[at]! + 0.1;
  });
}

/** Fills a field from a function of the place, 0 .. 1 across and down along the longer side. */
function sampled(
  { width, height }: ImageSize,
  value: (x: number, y: number, at: number) => number,
  clamped = true,
): Float32Array {
  const side = Math.max(width, height);
  const field = new Float32Array(width * height);
  for (let row = 0, at = 0; row < height; row++) {
    for (let column = 0; column < width; column++, at++) {
      const drawn = value((column + 0.5) / side, (row + 0.5) / side, at);
      field[at] = clamped ? Math.min(1, Math.max(0, drawn)) : drawn;
    }
  }
  return field;
}

/** A field stretched so that its lowest value is 0 and its highest 1. */
function stretched(field: Float32Array): Float32Array {
  const low = field.reduce((least, value) => Math.min(least, value), Infinity);
  const high = field.reduce((most, value) => Math.max(most, value), -Infinity);
  const scale = high > low ? 1 / (high - low) : 0;
  return field.map((value) => (value - low) * scale);
}

/** Displacements, as shares of the longer side: smooth noise of this height. */
function warp(size: ImageSize, random: Random, height: number): Float32Array {
  const cells = 2 ** (1 + random.integer(3));
  return fractalNoise(random, size, [cells, cells], 3).map((value) => value * height);
}

/** Coordinates along axes turned by an angle. */
function turn(angle: number): (x: number, y: number) => readonly [along: number, across: number] {
  const [cosine, sine] = [Math.cos(angle), Math.sin(angle)];
  return (x, y) => [cosine * x + sine * y, cosine * y - sine * x];
}

/** A fixed random number, 0 .. 1, for each pair of whole numbers. */
function hash(random: Random): (column: number, row: number) => number {
  const seed = random.uint32();
  return (column, row) => {
    let mixed = Math.imul(column | 0, 0x9e3779b1) ^ Math.imul(row | 0, 0x85ebca77) ^ seed;
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x2c1b3c6d);
    mixed = Math.imul(mixed ^ (mixed >>> 12), 0x297a2d39);
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 4294967296;
  };
}

interface Nearest {
  /** Distance to the nearest point, cells. */
  first: number;
  /** Distance to the second nearest. */
  second: number;
  /** The nearest point's own random number, 0 .. 1. */
  tone: number;
}

/**
 * Points on a jittered grid (Worley).
 * @param count - cells along a side
 * @param jitter - 0 leaves the grid regular
 * @returns a function of the place; its result is overwritten by the next call
 */
function nearestPoints(random: Random, count: number, jitter: number): (x: number, y: number) => Nearest {
  const [shiftX, shiftY, tone] = [hash(random), hash(random), hash(random)];
  const nearest: Nearest = { first: 0, second: 0, tone: 0 };
  return (x, y) => {
    const [column, row] = [Math.floor(x * count), Math.floor(y * count)];
    let [first, second, nearestColumn, nearestRow] = [Infinity, Infinity, 0, 0];
    for (let down = row - 1; down <= row + 1; down++) {
      for (let across = column - 1; across <= column + 1; across++) {
        const dx = x * count - across - 0.5 - jitter * (shiftX(across, down) - 0.5);
        const dy = y * count - down - 0.5 - jitter * (shiftY(across, down) - 0.5);
        const distance = dx * dx + dy * dy;
        if (distance < first) [second, first, nearestColumn, nearestRow] = [first, distance, across, down];
        else if (distance < second) second = distance;
      }
    }
    nearest.first = Math.sqrt(first);
    nearest.second = Math.sqrt(second);
    nearest.tone = tone(nearestColumn, nearestRow);
    return nearest;
  };
}
