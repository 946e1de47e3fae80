/**
 * @file Which pixels of a ground-truth image are inside. Pure; nothing is decoded here.
 *
 * People make masks with many tools, so the convention "above 0 is inside" is not enough:
 * - Labels (0, 1, 2, 3, or a colour a kind of defect) are kept whole: every one above the outside's is inside.
 * - Soft edges (drawn with smoothing, resized, saved as JPEG) are cut at half of the range; above 0, the shape would grow by its edge.
 * - A shape in the alpha channel, its colour everywhere the same, is read from there. Alpha that is everywhere the same says nothing.
 * - Where no pixel is black, the commonest colour along the border is outside.
 *
 * Labels and soft edges are told apart by where the values between lie: those of an edge have a lower and a higher one beside them.
 */
import type { Mask } from './rgb.ts';

/** Decoded samples at the file's own depth. */
export interface MaskSamples {
  readonly width: number;
  readonly height: number;
  /** Samples a pixel: red, green, blue, and alpha where there is a fourth. */
  readonly channels: number;
  /** `height * width * channels`, row by row. */
  readonly data: Uint8Array | Uint16Array;
}

/** A mask with what was found in reading it. */
export interface MaskReading extends Mask {
  /** What was taken for outside: black, the colour of the border where nothing is black, or what is transparent. */
  readonly outside: 'black' | 'border' | 'transparent';
  /** Whether it was cut at half of its range. */
  readonly soft: boolean;
  /** Share of its pixels that are clearly neither outside nor inside; 0 unless `soft`. */
  readonly between: number;
}

/** Differences up to this share of the range are noise, as a lossy format leaves it. */
const noise = 1 / 8;
/** Up to this share of what the depth can hold (31 of 255), values are labels rather than shades. */
const labelsUpTo = 1 / 8;
/** Edges have at least so many values between: where values are shades, and where they are labels. */
const fewestEdgeValues = { shades: 3, labels: 8 };
/** Share of what is above the least value that a label has, to be told from chance among soft edges. */
const smallestLabel = 0.01;
/** How far around a pixel the lower and the higher value of a slope are looked for, pixels. */
const reach = 2;

/** One value a pixel. */
type Plane = Uint8Array | Uint16Array;

/** Reads the shape. */
export function maskShape(samples: MaskSamples): MaskReading {
  const { width, height } = samples;
  const { plane, outside } = chosenPlane(samples);
  const { least, most, distinct } = rangeOf(plane);
  if (least === most) return flat(samples, outside, least > 0);
  const cut = distinct > 2 ? edgeCut(plane, width, least, most) : undefined;
  const above = cut ?? least + 1;
  const data = new Uint8Array(plane.length);
  for (let at = 0; at < plane.length; at++) data[at] = plane[at]! >= above ? 1 : 0;
  const soft = cut !== undefined;
  return { width, height, data, outside, soft, between: soft ? shareBetween(plane, least, most) : 0 };
}

/** Values that a mask has most of its pixels in: outside, inside, and a few labels. */
const levels = 8;

/**
 * Share of an image's pixels that have none of its eight commonest values, 0 .. 1, in the colour where that is most. Of a mask that is its soft edges and what a lossy
 * format left around them; of a photograph or a gradient it is most of the image.
 */
export function shareOfShades(samples: MaskSamples): number {
  const { plane, outside } = chosenPlane(samples);
  if (outside === 'transparent') return shadesOf(plane);
  return Math.max(...[0, 1, 2].map((colour) => shadesOf(channel(samples, colour))));
}

function shadesOf(plane: Plane): number {
  const counts = new Uint32Array(fullScale(plane) + 1);
  for (const value of plane) counts[value]! += 1;
  const common = counts
    .sort()
    .subarray(-levels)
    .reduce((sum, count) => sum + count, 0);
  return 1 - common / plane.length;
}

/** An image of one value: whole, or empty. */
function flat({ width, height }: MaskSamples, outside: MaskReading['outside'], inside: boolean): MaskReading {
  const data = new Uint8Array(width * height).fill(inside ? 1 : 0);
  return { width, height, data, outside, soft: false, between: 0 };
}

/** The plane that holds the shape. */
function chosenPlane(samples: MaskSamples): { plane: Plane; outside: MaskReading['outside'] } {
  const full = fullScale(samples.data);
  const colour = brightest(samples);
  if (samples.channels === 4) {
    const alpha = channel(samples, 3);
    const { least, most } = rangeOf(alpha);
    if (most - least > full * noise) {
      const opaque = alpha.map((value) => (value >= (least + most) / 2 ? 1 : 0));
      if (isOneColour(samples, opaque, full)) return { plane: alpha, outside: 'transparent' };
      // What cannot be seen was not drawn.
      const seen = colour.map((value, at) => (opaque[at] ? value : 0));
      return { plane: seen, outside: 'black' };
    }
    // A layer on which nothing was drawn.
    if (most === 0 && isOneColour(samples, undefined, 0)) return { plane: alpha, outside: 'transparent' };
  }
  const { least, most } = rangeOf(colour);
  if (least <= most * noise || isOneColour(samples, undefined, 0)) return { plane: colour, outside: 'black' };
  return { plane: distanceFromBorder(samples), outside: 'border' };
}

function channel({ channels, data }: MaskSamples, index: number): Plane {
  const plane = planeLike(data, data.length / channels);
  for (let at = 0; at < plane.length; at++) plane[at] = data[at * channels + index]!;
  return plane;
}

function fullScale(plane: Plane): number {
  return plane instanceof Uint16Array ? 65_535 : 255;
}

function planeLike(data: Plane, length: number): Plane {
  return data instanceof Uint16Array ? new Uint16Array(length) : new Uint8Array(length);
}

/** The highest of the three colours. */
function brightest({ channels, data }: MaskSamples): Plane {
  const plane = planeLike(data, data.length / channels);
  for (let at = 0, from = 0; at < plane.length; at++, from += channels)
    plane[at] = Math.max(data[from]!, data[from + 1]!, data[from + 2]!);
  return plane;
}

/** @param within - only where this is 1; everywhere where absent */
function isOneColour({ channels, data }: MaskSamples, within: Plane | undefined, full: number): boolean {
  const least = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  const most = [0, 0, 0];
  for (let at = 0, from = 0; from < data.length; at++, from += channels) {
    if (within && within[at] === 0) continue;
    for (let colour = 0; colour < 3; colour++) {
      const value = data[from + colour]!;
      if (value < least[colour]!) least[colour] = value;
      if (value > most[colour]!) most[colour] = value;
    }
  }
  return most.every((value, colour) => value - least[colour]! <= full * noise);
}

/** How far each pixel's colour is from the commonest one along the border. */
function distanceFromBorder(samples: MaskSamples): Plane {
  const { channels, data } = samples;
  const plane = planeLike(data, data.length / channels);
  const [red, green, blue] = borderColour(samples);
  for (let at = 0, from = 0; at < plane.length; at++, from += channels) {
    const distances = [data[from]! - red, data[from + 1]! - green, data[from + 2]! - blue];
    plane[at] = Math.max(...distances.map(Math.abs));
  }
  return plane;
}

function borderColour({ width, height, channels, data }: MaskSamples): readonly [number, number, number] {
  const counts = new Map<number, number>();
  let commonest = 0;
  for (const at of borderPixels(width, height)) {
    const from = at * channels;
    const colour = (data[from]! * 65_536 + data[from + 1]!) * 65_536 + data[from + 2]!;
    const count = (counts.get(colour) ?? 0) + 1;
    counts.set(colour, count);
    if (count > (counts.get(commonest) ?? 0)) commonest = colour;
  }
  const rest = Math.floor(commonest / 65_536);
  return [Math.floor(rest / 65_536), rest % 65_536, commonest % 65_536];
}

/** Places of the outermost pixels, each once. */
export function* borderPixels(width: number, height: number): Generator<number> {
  for (let row = 0; row < height; row++) {
    const step = row === 0 || row === height - 1 ? 1 : Math.max(1, width - 1);
    for (let column = 0; column < width; column += step) yield row * width + column;
  }
}

function rangeOf(plane: Plane): { least: number; most: number; distinct: number } {
  const seen = new Uint8Array(fullScale(plane) + 1);
  for (let at = 0; at < plane.length; at++) seen[plane[at]!] = 1;
  return {
    least: Math.max(0, seen.indexOf(1)),
    most: Math.max(0, seen.lastIndexOf(1)),
    distinct: seen.reduce((sum, value) => sum + value, 0),
  };
}

/**
 * Where soft edges are cut; undefined where there are none, and every value above the least counts.
 *
 * Where most values well inside the range lie on slopes, it is one shape with soft edges. Where there are none such, those near the low end decide:
 * noise of a lossy format, or labels. Otherwise these are labels; where many values lie on slopes all the same, their edges are soft, and the lowest
 * label is what outside is told from. Few values between may always be labels: a rim of doubt around a defect is one.
 */
function edgeCut(plane: Plane, width: number, least: number, most: number): number | undefined {
  const margin = (most - least) * noise;
  const { counts, slopes } = tally(plane, width, least, most);
  const share = (low: number, high: number): number | undefined => {
    let between = 0;
    let sloping = 0;
    for (let value = Math.floor(low) + 1; value < high; value++) {
      between += counts[value]!;
      sloping += slopes[value]!;
    }
    return between === 0 ? undefined : sloping / between;
  };
  const sloping = share(least + margin, most - margin) ?? share(least, least + margin) ?? 0;
  const edgeValues = counts.reduce((sum, count, value) => sum + (slopes[value]! * 2 > count ? 1 : 0), 0);
  const dark = most <= fullScale(plane) * labelsUpTo;
  if (edgeValues < fewestEdgeValues[dark ? 'labels' : 'shades']) return undefined;
  if (sloping >= 0.5) return (least + most) / 2;
  if (edgeValues < fewestEdgeValues.labels) return undefined;
  const inside = plane.length - counts[least]!;
  const isLabel = (value: number) => counts[value]! - slopes[value]! >= inside * smallestLabel;
  let lowest = Math.ceil(least + margin);
  while (lowest < most && !isLabel(lowest)) lowest++;
  return (least + lowest) / 2;
}

/** By value, how many pixels have it, and how many of these lie on a slope. */
function tally(plane: Plane, width: number, least: number, most: number) {
  const counts = new Uint32Array(most + 1);
  const slopes = new Uint32Array(most + 1);
  for (let at = 0; at < plane.length; at++) {
    const value = plane[at]!;
    counts[value]! += 1;
    if (value > least && value < most && isOnSlope(plane, width, at)) slopes[value]! += 1;
  }
  return { counts, slopes };
}

/** Whether there are both a lower and a higher value around a pixel. */
function isOnSlope(plane: Plane, width: number, at: number): boolean {
  const value = plane[at]!;
  const height = plane.length / width;
  const row = Math.floor(at / width);
  const column = at % width;
  let lower = false;
  let higher = false;
  for (let y = Math.max(0, row - reach); y <= Math.min(height - 1, row + reach); y++) {
    for (let x = Math.max(0, column - reach); x <= Math.min(width - 1, column + reach); x++) {
      const other = plane[y * width + x]!;
      lower ||= other < value;
      higher ||= other > value;
    }
  }
  return lower && higher;
}

function shareBetween(plane: Plane, least: number, most: number): number {
  const margin = (most - least) * noise * 2;
  let between = 0;
  for (let at = 0; at < plane.length; at++)
    if (plane[at]! > least + margin && plane[at]! < most - margin) between++;
  return between / plane.length;
}
