/**
 * @file What a part looks like before it is lit: an image of material and height, drawn shape by shape. Shapes
 * are signed distance functions (negative inside), and a pixel at an edge is covered by the share that the distance
 * tells, so edges are smooth without supersampling.
 *
 * Lengths are units of 1/256 of the image's shorter side, at every size in pixels; an image of another size shows the same.
 */
import type { Rectangle } from '../image/geometry.ts';
import type { ImageSize } from '../image/limits.ts';

/** Red, green and blue in linear light, 0 .. 1. */
export type PaintColour = readonly [red: number, green: number, blue: number];

/** What a shape is made of. */
export interface Material {
  /** Share of light sent back; of a metal, what its mirror image is multiplied by. */
  readonly colour: PaintColour;
  /** 0 for paint and plastic, 1 for bare metal. @default 0 */
  readonly metal?: number;
  /** Strength of highlights, 0 (chalk) .. 1 (lacquer). @default 0 */
  readonly gloss?: number;
}

/** A box in a pose's own coordinates. */
export type Box = readonly [left: number, top: number, right: number, bottom: number];

/** Shorter side of every image, units. Parts lie about the middle of a square of it. */
export const side = 256;

/** What of the table an image shows. */
export interface Frame extends ImageSize {
  /** Units a pixel. */
  readonly pixel: number;
  /** Place of the upper left corner, units. */
  readonly left: number;
  readonly top: number;
}

/**
 * The frame of an image: the square that parts lie in, and what is left beside it along the longer side.
 * @param shift - how far along the longer side that square lies from the middle, as a share of what is left, -1 .. 1
 */
export function frameOf({ width, height }: ImageSize, shift = 0): Frame {
  const pixel = side / Math.min(width, height);
  const before = (length: number) => (-(length * pixel - side) / 2) * (1 + shift);
  return {
    width,
    height,
    pixel,
    left: width > height ? before(width) : 0,
    top: height > width ? before(height) : 0,
  };
}

/** A colour as style sheets write it, `#rrggbb`, in linear light. */
export function srgb(hex: string): PaintColour {
  const channel = (at: number) => {
    const value = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return [channel(1), channel(3), channel(5)];
}

/** A colour as much lighter or darker. */
export function scaled([red, green, blue]: PaintColour, factor: number): PaintColour {
  return [red * factor, green * factor, blue * factor];
}

/** The value `share` of the way from `low` to `high`. */
export function mix(low: number, high: number, share: number): number {
  return low + (high - low) * share;
}

/** The colour `share` of the way from one to the other. */
export function mixed(from: PaintColour, to: PaintColour, share: number): PaintColour {
  return [mix(from[0], to[0], share), mix(from[1], to[1], share), mix(from[2], to[2], share)];
}

/** 0 up to `from`, 1 beyond `to`, smooth between; `from` may be the larger. */
export function ramp(from: number, to: number, value: number): number {
  const share = Math.min(1, Math.max(0, (value - from) / (to - from)));
  return share * share * (3 - 2 * share);
}

/** Where something lies: its centre in the image, its turn in radians, its size. */
export class Pose {
  readonly x: number;
  readonly y: number;
  readonly angle: number;
  readonly scale: number;
  readonly cos: number;
  readonly sin: number;

  constructor(x: number, y: number, angle = 0, scale = 1) {
    this.x = x;
    this.y = y;
    this.angle = angle;
    this.scale = scale;
    this.cos = Math.cos(angle) * scale;
    this.sin = Math.sin(angle) * scale;
  }

  /** The pose of something that lies at a point of this one, turned further. */
  at(u: number, v: number, angle = 0, scale = 1): Pose {
    return new Pose(
      this.x + u * this.cos - v * this.sin,
      this.y + u * this.sin + v * this.cos,
      this.angle + angle,
      this.scale * scale,
    );
  }
}

const planeNames = ['red', 'green', 'blue', 'metal', 'gloss', 'height', 'glare', 'covered'] as const;

/** Material and height of every pixel, row by row. */
export class Surface {
  readonly frame: Frame;
  /** Units a pixel. */
  readonly pixel: number;
  readonly red: Float32Array;
  readonly green: Float32Array;
  readonly blue: Float32Array;
  readonly metal: Float32Array;
  readonly gloss: Float32Array;
  /** Units above the table, towards the camera. */
  readonly height: Float32Array;
  /** Light added on top, e.g. highlights of something clear above the part. */
  readonly glare: Float32Array;
  /** 1 where something lies on the ground. */
  readonly covered: Uint8Array;

  constructor(frame: Frame) {
    this.frame = frame;
    this.pixel = frame.pixel;
    const plane = () => new Float32Array(frame.width * frame.height);
    this.red = plane();
    this.green = plane();
    this.blue = plane();
    this.metal = plane();
    this.gloss = plane();
    this.height = plane();
    this.glare = plane();
    this.covered = new Uint8Array(frame.width * frame.height);
  }

  /** A box around the middle that holds the whole image, however the part lies in it: for a part without an end. */
  endless(): Box {
    const { width, height, pixel, left, top } = this.frame;
    const away = (from: number, length: number) =>
      Math.max(side / 2 - from, from + length * pixel - side / 2);
    const reach = Math.hypot(away(left, width), away(top, height)) + 40;
    return [-reach, -reach, reach, reach];
  }

  /** Share of a pixel inside a shape's edge at a distance. */
  coverage(distance: number): number {
    return Math.min(1, Math.max(0, 0.5 - distance / this.pixel));
  }

  /** Calls `each` with the index and the pose's coordinates of every pixel that may lie in a box. */
  visit(pose: Pose, [left, top, right, bottom]: Box, each: (at: number, u: number, v: number) => void): void {
    const { pixel } = this;
    const { width, height } = this.frame;
    // The pose's place as seen from the image's corner.
    const [x, y] = [pose.x - this.frame.left, pose.y - this.frame.top];
    const { cos, sin, scale } = pose;
    const corners = [
      [left, top],
      [right, top],
      [left, bottom],
      [right, bottom],
    ] as const;
    const across = corners.map(([u, v]) => x + u * cos - v * sin);
    const down = corners.map(([u, v]) => y + u * sin + v * cos);
    const first = Math.max(0, Math.floor(Math.min(...across) / pixel) - 1);
    const last = Math.min(width - 1, Math.ceil(Math.max(...across) / pixel) + 1);
    const upper = Math.max(0, Math.floor(Math.min(...down) / pixel) - 1);
    const lower = Math.min(height - 1, Math.ceil(Math.max(...down) / pixel) + 1);
    const square = scale * scale;
    const margin = (2 * pixel) / scale;
    for (let row = upper; row <= lower; row++) {
      const dy = (row + 0.5) * pixel - y;
      for (let column = first; column <= last; column++) {
        const dx = (column + 0.5) * pixel - x;
        const u = (dx * cos + dy * sin) / square;
        const v = (dy * cos - dx * sin) / square;
        if (u < left - margin || u > right + margin || v < top - margin || v > bottom + margin) continue;
        each(row * width + column, u, v);
      }
    }
  }

  /** Calls `each` with every pixel's index and place in the image. */
  everywhere(each: (at: number, x: number, y: number) => void): void {
    const { width, height, pixel, left, top } = this.frame;
    for (let row = 0, at = 0; row < height; row++)
      for (let column = 0; column < width; column++, at++)
        each(at, (column + 0.5) * pixel + left, (row + 0.5) * pixel + top);
  }

  /** Index of the pixel at a place; undefined beyond the image. */
  indexAt(x: number, y: number): number | undefined {
    const { width, height, left, top } = this.frame;
    const [column, row] = [Math.floor((x - left) / this.pixel), Math.floor((y - top) / this.pixel)];
    return column >= 0 && row >= 0 && column < width && row < height ? row * width + column : undefined;
  }

  /** A copy of some of it, in pixels. */
  cutOut({ x, y, width, height }: Rectangle): Surface {
    const { frame, pixel } = this;
    const cut = new Surface({
      width,
      height,
      pixel,
      left: frame.left + x * pixel,
      top: frame.top + y * pixel,
    });
    for (const name of planeNames) {
      for (let row = 0; row < height; row++) {
        const start = (y + row) * frame.width + x;
        cut[name].set(this[name].subarray(start, start + width), row * width);
      }
    }
    return cut;
  }

  /** Lays a material over a pixel, `amount` of it, at a height; without one the height stays. */
  paint(at: number, amount: number, { colour, metal = 0, gloss = 0 }: Material, height?: number): void {
    if (amount <= 0) return;
    if (amount >= 0.5) this.covered[at] = 1;
    this.red[at]! += (colour[0] - this.red[at]!) * amount;
    this.green[at]! += (colour[1] - this.green[at]!) * amount;
    this.blue[at]! += (colour[2] - this.blue[at]!) * amount;
    this.metal[at]! += (metal - this.metal[at]!) * amount;
    this.gloss[at]! += (gloss - this.gloss[at]!) * amount;
    if (height !== undefined) this.height[at]! += (height - this.height[at]!) * amount;
  }

  /** Makes a pixel's colour as much lighter or darker. */
  tone(at: number, factor: number): void {
    this.red[at]! *= factor;
    this.green[at]! *= factor;
    this.blue[at]! *= factor;
  }

  /**
   * Fills a shape.
   * @param distance - its signed distance function, in the pose's coordinates
   * @param height - of its top; may depend on the place and on the depth below the edge (0 at the edge, growing inwards)
   */
  fill(
    pose: Pose,
    box: Box,
    distance: (u: number, v: number) => number,
    material: Material,
    height?: number | ((u: number, v: number, depth: number) => number),
  ): void {
    this.visit(pose, box, (at, u, v) => {
      const away = distance(u, v) * pose.scale;
      const amount = this.coverage(away);
      if (amount <= 0) return;
      const top = typeof height === 'function' ? height(u, v, Math.max(0, -away)) : height;
      this.paint(at, amount, material, top);
    });
  }
}
