/** @file A region of interest drawn at the size of the anomaly map, with everything that can be wrong with it said in a sentence. */
import { signedArea } from '../../core/contours.ts';
import { CladError } from '../../core/errors.ts';
import { fillCentres } from '../../core/polygons.ts';
import { decodeImage } from '../../image/decode.ts';
import { cutOut, type Geometry, resizedSize } from '../../image/geometry.ts';
import type { ImageSize } from '../../image/limits.ts';
import { decodeMaskSamples } from '../../image/mask.ts';
import { maskShape, shareOfShades } from '../../image/mask-shape.ts';
import { crop, resizeNearest } from '../../image/resize.ts';
import type { Mask } from '../../image/rgb.ts';
import type { NamedMask } from '../../image/roi/named-region.ts';
import { crossingOf, type Point } from '../../image/roi/polygon.ts';
import { sizeOf, sizeText } from '../../image/size-option.ts';
import {
  fractions,
  isPath,
  type NamedDefinition,
  type RegionDefinition,
  type RegionShape,
  sizeWritten,
} from './region-definition.ts';
import { cornersOf } from './shape-corners.ts';

/** A drawn region. */
export interface DrawnRegion {
  /** Of the anomaly map's size, with at least one pixel inside. */
  readonly mask: Mask;
  /** Size of what it was drawn on; undefined where that was given in fractions. */
  readonly reference: ImageSize | undefined;
  /** What it is made up of, where that has names: of the same size, each with at least one pixel inside, and none of them in two. */
  readonly named?: readonly NamedMask[];
}

/** Refuses it. */
type Refuse = (where: string, reason: string, expected: string) => CladError;

/**
 * Draws the region of a class.
 * @throws ROI_INVALID, FILE_UNREADABLE, IMAGE_INVALID
 */
export async function drawRegion(
  name: string,
  definition: RegionDefinition,
  geometry: Geometry,
): Promise<DrawnRegion> {
  const refuse: Refuse = (where, reason, expected) =>
    new CladError('ROI_INVALID', { name, where, reason, expected });
  const lists = listsOf(definition, refuse);
  const shapes = lists.flatMap((each) => [...each.inside, ...each.ignore]);
  const masks = await readMasks(shapes, refuse);
  const reference = await referenceOf(definition.reference, shapes, masks, refuse);
  const size = resizedSize(geometry);
  const drawn = lists.map(({ inside, ignore, own, isWhole, where }) => {
    const data = new Uint8Array(size.width * size.height).fill(isWhole ? 1 : 0);
    for (const { shapes: some, value, list } of [
      { shapes: inside, value: 1, list: 'inside' },
      { shapes: ignore, value: 0, list: 'ignore' },
    ] as const)
      for (const [at, shape] of some.entries()) {
        const mask = 'mask' in shape ? masks.get(shape.mask) : undefined;
        if (mask) drawMask(data, resizeNearest(mask, size.width, size.height), value);
        else {
          const isShared = value === 0 && at >= own;
          const place = isShared ? `ignore[${at - own}]` : `${where}${list}[${at}]`;
          const points = pointsOn(shape, place, reference, size, refuse);
          fillCentres(data, size.width, size.height, [points], value);
        }
      }
    return data;
  });
  if (definition.regions) requireApart(definition.regions, drawn, refuse);
  const seen = drawn.map((data, at) => seenOf(data, lists[at]!.said, size, geometry, refuse));
  const [first] = seen as [Mask, ...Mask[]];
  const on = reference === fractions ? undefined : reference;
  if (!definition.regions) return { mask: first, reference: on };
  const data = new Uint8Array(first.data.length);
  for (const each of seen) drawMask(data, each, 1);
  const named = definition.regions.map(({ name: of }, at) => ({ name: of, data: seen[at]!.data }));
  return { mask: { ...first, data }, reference: on, named };
}

/** What is drawn by itself: all of the region, or each of its named ones. */
interface ShapeList {
  readonly inside: readonly RegionShape[];
  readonly ignore: readonly RegionShape[];
  /** How many of `ignore` are its own; those behind them are the class's. */
  readonly own: number;
  /** All of the image is inside but what is ignored. */
  readonly isWhole: boolean;
  /** Begins the names of its shapes. */
  readonly where: string;
  /** What it is called as a whole. */
  readonly said: string;
}

/** @throws ROI_INVALID for two regions of one name */
function listsOf({ inside, ignore = [], regions }: RegionDefinition, refuse: Refuse): ShapeList[] {
  if (!regions)
    return [
      {
        ...{ inside: inside ?? [], ignore, own: ignore.length, isWhole: !inside },
        ...{ where: '', said: 'inside and ignore together' },
      },
    ];
  const names = new Set<string>();
  return regions.map(({ name, inside: own, ignore: less = [] }, at) => {
    if (names.has(name))
      throw refuse(`regions[${at}]`, `the name ${name} is given twice`, 'names that differ');
    names.add(name);
    // What the class ignores, none of its regions sees.
    const all = [...less, ...ignore];
    const where = `regions[${at}] (${name})`;
    return {
      ...{ inside: own, ignore: all, own: less.length, isWhole: false },
      ...{ where: `${where}.`, said: where },
    };
  });
}

/** Of the shared pixels nobody could say which threshold they go by. @throws ROI_INVALID */
function requireApart(
  regions: readonly NamedDefinition[],
  drawn: readonly Uint8Array[],
  refuse: Refuse,
): void {
  for (const [one, first] of drawn.entries())
    for (const [other, second] of drawn.entries()) {
      if (other <= one) continue;
      let [shared, whole] = [0, 0];
      for (let pixel = 0; pixel < second.length; pixel++) {
        if (second[pixel] === 0) continue;
        whole++;
        if (first[pixel] !== 0) shared++;
      }
      if (shared === 0) continue;
      const [a, b] = [regions[one]!.name, regions[other]!.name];
      throw refuse(
        `regions[${one}] and regions[${other}]`,
        `${a} and ${b} overlap, in ${Number(((100 * shared) / whole).toPrecision(2))} % of ${b}`,
        `regions beside each other, as each pixel goes by one threshold: give the shapes of one to the other at ignore`,
      );
    }
}

/** What the detector sees of a mask. @throws ROI_INVALID where that is nothing */
function seenOf(data: Uint8Array, where: string, size: ImageSize, geometry: Geometry, refuse: Refuse): Mask {
  if (!data.includes(1))
    throw refuse(
      where,
      'no pixel is inside',
      'shapes that leave something inside, of a pixel of the input at least',
    );
  const mask = crop({ ...size, data }, cutOut(geometry));
  if (mask.data.includes(1)) return mask;
  throw refuse(
    where,
    `all of it lies where the photograph is cut off (features.resizeTo ${sizeText(size)}, of which the middle ${sizeText(geometry)} is seen)`,
    'a region within the middle, or a training without features.resizeTo',
  );
}

/** Masks of eleven classes have at most .05 as JPEG and .22 with very soft edges, photographs of ten of them .30 and more. */
const mostShades = 0.25;

async function readMasks(shapes: readonly RegionShape[], refuse: Refuse): Promise<Map<string, Mask>> {
  const masks = new Map<string, Mask>();
  for (const shape of shapes) {
    if (!('mask' in shape) || masks.has(shape.mask)) continue;
    const samples = await decodeMaskSamples(shape.mask);
    const shades = shareOfShades(samples);
    if (shades > mostShades)
      throw refuse(
        shape.mask,
        `this is no mask but a photograph or a gradient: ${Math.round(100 * shades)} % of its pixels are shades between`,
        'an image of two values, white where parts are judged and black elsewhere',
      );
    const mask = maskShape(samples);
    if (!mask.data.some((value) => value !== 0))
      throw refuse(
        shape.mask,
        'no pixel of this mask is inside: it is black, or all of one colour',
        'an image that is white where parts are judged and black elsewhere',
      );
    masks.set(shape.mask, mask);
  }
  return masks;
}

/** What the shapes are drawn on. */
async function referenceOf(
  reference: RegionDefinition['reference'],
  shapes: readonly RegionShape[],
  masks: ReadonlyMap<string, Mask>,
  refuse: Refuse,
): Promise<ImageSize | typeof fractions> {
  const [first] = masks;
  const drawn = shapes.some((shape) => !('mask' in shape));
  if (reference === undefined && (drawn || !first))
    throw refuse(
      'reference',
      'it is missing, so nobody knows what the coordinates are of',
      'the size of the image that it was drawn on (reference: 2000x1500), that image (reference: photo.png), or reference: fractions',
    );
  if (reference === fractions) return fractions;
  const size = reference === undefined ? first![1] : await sizeGiven(reference);
  for (const [path, mask] of masks)
    if (mask.width !== size.width || mask.height !== size.height)
      throw refuse(
        path,
        `this mask is of ${said(mask)} pixels, and the reference of ${said(size)}`,
        'masks as large as the reference',
      );
  return size;
}

async function sizeGiven(reference: string | number): Promise<ImageSize> {
  if (isPath(reference)) {
    const { width, height } = await decodeImage(reference);
    return { width, height };
  }
  return sizeWritten(reference) ?? sizeOf(reference);
}

/** Width x height, of a square as well: people compare the two. */
export function said({ width, height }: ImageSize): string {
  return `${width}x${height}`;
}

function drawMask(data: Uint8Array, mask: Mask, value: 0 | 1): void {
  for (let pixel = 0; pixel < data.length; pixel++) if (mask.data[pixel] !== 0) data[pixel] = value;
}

/** The corners of a shape in pixels of what is drawn on. @throws ROI_INVALID */
function pointsOn(
  shape: RegionShape,
  where: string,
  reference: ImageSize | typeof fractions,
  size: ImageSize,
  refuse: Refuse,
): Point[] {
  const on = reference === fractions ? { width: 1, height: 1 } : reference;
  const points = cornersOf(shape);
  const limits = reference === fractions ? 'fractions from 0 to 1' : `the reference, ${said(on)} pixels`;
  const outside = points.find(([x, y]) => x < 0 || y < 0 || x > on.width || y > on.height);
  if (outside)
    throw refuse(
      where,
      `its corner (${outside.join(', ')}) lies outside of ${limits}`,
      `corners within ${limits}`,
    );
  const crossing = 'polygon' in shape ? crossingOf(points) : undefined;
  if (crossing)
    throw refuse(
      where,
      `the polygon crosses itself at or near (${crossing.join(', ')})`,
      'a polygon whose sides meet at their ends alone; draw two polygons for two parts',
    );
  const isTurned = 'rectangle' in shape && (shape.rectangle[2] < 0 || shape.rectangle[3] < 0);
  if (isTurned || signedArea(points) === 0)
    throw refuse(
      where,
      isTurned ? 'its width or height is below 0' : 'it has no area',
      'a width and a height above 0, and corners that are not all on one line',
    );
  return points.map(([x, y]) => [(x * size.width) / on.width, (y * size.height) / on.height]);
}
