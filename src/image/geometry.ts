/**
 * @file What a detector sees of a photograph, and the way back: one object for the graph, ground truth, regions, heat maps and the browser. Pure.
 *
 *     photograph --resize--> resized --cut the middle out--> input = anomaly map --divide evenly--> grid of patches
 *
 * All rectangles are in pixels, from the upper left corner. Nothing is square: each axis is scaled by itself.
 */
import { having, number, optional, requireArgument, wholeFrom } from '../core/arguments.ts';
import { CladError } from '../core/errors.ts';
import type { ImageSize } from './limits.ts';
import { sizeText } from './size-option.ts';

/** How a photograph of any size becomes the network's input. The anomaly map is as large as the input. */
export interface Geometry extends ImageSize {
  /**
   * What the photograph is resized to before the middle, as large as the input, is cut out (the paper, 4.1: 256 x 256, then 224 x 224). Absent:
   * the whole photograph is resized to the input, so no border is lost.
   */
  readonly resizeTo?: ImageSize | undefined;
}

/** Rows and columns of patches. */
export interface GridSize {
  readonly rows: number;
  readonly columns: number;
}

/** Patches of an input, row by row. */
export interface Grid extends GridSize {
  /** Patches of the whole input made small, which stand behind the others, where it is seen beside its tiles (tiles.ts). */
  readonly whole?: GridSize | undefined;
}

/** A part of an image, pixels. */
export interface Rectangle extends ImageSize {
  /** Left edge, from the left. */
  readonly x: number;
  /** Upper edge, from the top. */
  readonly y: number;
}

const size = { width: wholeFrom(1), height: wholeFrom(1) };
const sizeKind = having('an image, or its width and height in whole pixels', size);
const geometryKind = having("a detector's geometry, as its metadata has it", {
  ...size,
  resizeTo: optional(having('', size)),
});
const rectangleKind = having('a rectangle: x, y, width and height in pixels', {
  x: number,
  y: number,
  width: number,
  height: number,
});

/** What the photograph is resized to as a whole. */
export function resizedSize({ width, height, resizeTo }: Geometry): ImageSize {
  return resizeTo ?? { width, height };
}

/**
 * Where the input lies within the resized photograph; an odd remainder leaves one pixel more at the end.
 * @throws OPTION_INVALID where the resized photograph is smaller than the input
 */
export function cutOut(geometry: Geometry): Rectangle {
  const { width, height } = geometry;
  const resized = resizedSize(geometry);
  if (resized.width < width || resized.height < height) {
    throw new CladError('OPTION_INVALID', {
      option: 'resize',
      expected: `at least the input size ${sizeText(geometry)}`,
      actual: sizeText(resized),
    });
  }
  const x = Math.floor((resized.width - width) / 2);
  const y = Math.floor((resized.height - height) / 2);
  return { x, y, width, height };
}

/**
 * The part of a photograph that the map covers, in whole pixels of it, at least one each way: all of it, or its middle.
 * @param image - the photograph, or its size
 * @throws ARGUMENT_INVALID
 */
export function seenPart(geometry: Geometry, image: ImageSize): Rectangle {
  requireArgument('seenPart', 'geometry', geometry, geometryKind);
  requireArgument('seenPart', 'image', image, sizeKind);
  const { width, height } = image;
  const resized = resizedSize(geometry);
  const across = Math.max(1, Math.round((width * geometry.width) / resized.width));
  const down = Math.max(1, Math.round((height * geometry.height) / resized.height));
  return {
    x: Math.floor((width - across) / 2),
    y: Math.floor((height - down) / 2),
    width: across,
    height: down,
  };
}

/** Pixels of the photograph along one pixel of the map, across (`width`) and down (`height`); below 1 where the photograph is smaller. */
export function mapPixel(geometry: Geometry, image: ImageSize): ImageSize {
  const part = seenPart(geometry, image);
  return { width: part.width / geometry.width, height: part.height / geometry.height };
}

/**
 * A rectangle of the map on the photograph, in whole pixels: at least one, inside what is seen.
 * @param image - the photograph, or its size
 * @throws ARGUMENT_INVALID
 */
export function toPhotograph(geometry: Geometry, image: ImageSize, onMap: Rectangle): Rectangle {
  requireArgument('toPhotograph', 'onMap', onMap, rectangleKind);
  const part = seenPart(geometry, image);
  const pixel = mapPixel(geometry, image);
  // Of an image smaller than the map the last columns and rows lie beyond its last pixel.
  const x = Math.min(Math.round(part.x + onMap.x * pixel.width), part.x + part.width - 1);
  const y = Math.min(Math.round(part.y + onMap.y * pixel.height), part.y + part.height - 1);
  const right = Math.round(part.x + (onMap.x + onMap.width) * pixel.width);
  const bottom = Math.round(part.y + (onMap.y + onMap.height) * pixel.height);
  return { x, y, width: Math.max(1, right - x), height: Math.max(1, bottom - y) };
}

/**
 * Those pixels of the map that a rectangle of the photograph touches; undefined where it lies outside of what is seen. A pixel is a
 * rectangle of width and height 1.
 * @param image - the photograph, or its size
 * @throws ARGUMENT_INVALID
 */
export function toMap(geometry: Geometry, image: ImageSize, onPhotograph: Rectangle): Rectangle | undefined {
  requireArgument('toMap', 'onPhotograph', onPhotograph, rectangleKind);
  const part = seenPart(geometry, image);
  const across = touched(onPhotograph.x - part.x, onPhotograph.width, part.width, geometry.width);
  const down = touched(onPhotograph.y - part.y, onPhotograph.height, part.height, geometry.height);
  return across && down && { x: across.start, y: down.start, width: across.count, height: down.count };
}

/** Along one axis: the pixels of `to` that `count` pixels of `from` touch. */
function touched(first: number, count: number, from: number, to: number) {
  const start = Math.max(0, Math.floor((first * to) / from));
  const end = Math.min(to, Math.ceil(((first + count) * to) / from));
  return end > start ? { start, count: end - start } : undefined;
}

/** How many patches there are, those of the whole made small among them. */
export function patchCount({ whole, ...fine }: Grid): number {
  return mapPatches(fine) + (whole ? mapPatches(whole) : 0);
}

/** The patches that the map is made of, without those of the whole made small. */
export function mapGrid({ rows, columns }: Grid): GridSize {
  return { rows, columns };
}

/** How many patches the map is made of. */
export function mapPatches({ rows, columns }: GridSize): number {
  return rows * columns;
}

/** What one patch stands for, pixels of the input; not always whole. */
export function patchSize({ width, height }: ImageSize, { rows, columns }: Grid): ImageSize {
  return { width: width / columns, height: height / rows };
}

/** What one patch stands for, pixels of the photograph. */
export function patchOnPhotograph(geometry: Geometry, grid: Grid, image: ImageSize): ImageSize {
  const patch = patchSize(geometry, grid);
  const resized = resizedSize(geometry);
  return {
    width: image.width * (patch.width / resized.width),
    height: image.height * (patch.height / resized.height),
  };
}
