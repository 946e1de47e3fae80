/** @file The regions of interest that were asked for, drawn for the classes there are and held against their photographs. */
import { CladError } from '../../core/errors.ts';
import type { Sample } from '../../data/dataset.ts';
import { type Geometry, type Grid, mapPatches } from '../../image/geometry.ts';
import type { ImageSize } from '../../image/limits.ts';
import { type NamedMask, namedRegion } from '../../image/roi/named-region.ts';
import {
  type ClassRegions,
  type RegionOfInterest,
  regionOfInterest,
  shareInside,
} from '../../image/roi/region-of-interest.ts';
import type { CommonOptions, Method } from '../../methods/contract.ts';
import { votersOf } from '../../methods/shared/network-input/network-input.ts';
import { drawRegion, said } from './draw-region.ts';
import type { RegionDefinition, RegionDefinitions } from './region-definition.ts';

/** What a detector sees. */
interface Seen {
  readonly geometry: Geometry;
  readonly grid: Grid;
}

/** Sides may differ so much from those of the reference: cameras and programs round. */
const sameShape = 0.01;

/** A photograph and its size in pixels, where that is known. */
export interface SizedPhotograph {
  readonly path: string;
  readonly size: ImageSize | undefined;
}

/**
 * The region of each class, in the order of the classes; undefined where none was given to any.
 * @throws ROI_INVALID
 */
export async function classRegions(
  given: RegionDefinitions,
  classes: readonly string[],
  training: readonly Sample[],
  sizes: ReadonlyMap<string, ImageSize>,
  seen: Seen,
): Promise<ClassRegions | undefined> {
  const names = Object.keys(given);
  if (names.length === 0) return undefined;
  const place = new Map(names.map((name) => [name.normalize('NFC'), name]));
  const regions: (RegionOfInterest | undefined)[] = [];
  for (const name of classes) {
    const key = place.get(name);
    const photographs = training
      .filter(({ className }) => className === name)
      .map(({ path }) => ({ path, size: sizes.get(path) }));
    if (key === undefined) {
      regions.push(undefined);
      continue;
    }
    const drawn = await classRegion(name, given[key]!, seen);
    requireSameShape(drawn, photographs);
    regions.push(drawn.region);
  }
  return regions;
}

/** The region of one class, and what it was drawn on. */
export interface ClassRegion {
  readonly name: string;
  readonly region: RegionOfInterest;
  /** Undefined where it was drawn in fractions. */
  readonly reference: ImageSize | undefined;
}

/** Draws the region of one class. @throws ROI_INVALID, FILE_UNREADABLE, IMAGE_INVALID */
export async function classRegion(
  name: string,
  definition: RegionDefinition,
  { geometry, grid }: Seen,
): Promise<ClassRegion> {
  const { mask, reference, named } = await drawRegion(name, definition, geometry);
  if (named) requirePatch(name, named, geometry, grid);
  const region = named ? namedRegion(named, mask, grid) : regionOfInterest(mask, grid);
  const voters = votersOf(mapPatches(grid)).filter((patch) => region.patches[patch] !== 0);
  if (voters.length > 0) return { name, region, reference };
  throw new CladError('ROI_INVALID', {
    name,
    where: 'inside and ignore together',
    reason: `only ${ofMap(region, grid)} of ${mapPatches(grid)} patches are inside, too few to recognise the class by`,
    expected: 'a larger region, or a larger input (--input-size), whose patches are smaller',
  });
}

/** Refuses named regions so small that their scores would be of what lies around them. @throws ROI_INVALID */
function requirePatch(name: string, named: readonly NamedMask[], size: ImageSize, grid: Grid): void {
  const patch = { width: size.width / grid.columns, height: size.height / grid.rows };
  for (const [at, { name: of, data }] of named.entries()) {
    const pixels = data.reduce((sum, each) => sum + each, 0);
    if (pixels >= patch.width * patch.height) continue;
    throw new CladError('ROI_INVALID', {
      name,
      where: `regions[${at}] (${of})`,
      reason: `it is smaller than a patch: ${pixels} pixels of the input, and a patch has ${Math.round(patch.width * patch.height)}`,
      expected: 'a larger region, or a larger input (--input-size, --tiles), whose patches are smaller',
    });
  }
}

/** Refuses photographs of other proportions than the reference: what was drawn would lie elsewhere on them. @throws ROI_INVALID */
export function requireSameShape(
  { name, reference }: ClassRegion,
  photographs: readonly SizedPhotograph[],
): void {
  if (!reference) return;
  const other = photographs.find(({ size }) => size && !isOfShape(size, reference));
  if (!other?.size) return;
  throw new CladError('ROI_INVALID', {
    name,
    where: `reference ${said(reference)}`,
    reason: `its photograph ${other.path} is of other proportions, ${said(other.size)} pixels, so what was drawn would lie elsewhere on it`,
    expected: 'a region drawn on a photograph of the same camera and crop, or reference: fractions',
  });
}

/** Large enough that what leaves no pixel of it leaves none of an input. */
const fineGeometry = { width: 2048, height: 2048 };

/**
 * Refuses what can be told to be wrong before anything takes long, as reading all photographs does.
 * @throws ROI_UNSUITABLE, ROI_NAMED_UNSUITABLE, ROI_CLASS for a class that there is not, ROI_INVALID, FILE_UNREADABLE, IMAGE_INVALID
 */
export async function requireDrawable(
  given: RegionDefinitions,
  classes: readonly string[],
  method: Method,
  options: CommonOptions,
): Promise<void> {
  for (const [name, definition] of Object.entries(given)) {
    requireTakesRegions(method, options);
    if (definition.regions) requireTakesNamed(method, options);
    if (!classes.includes(name.normalize('NFC')))
      throw new CladError('ROI_CLASS', {
        name,
        reason: 'the data set has no such class',
        expected: `one of ${classes.join(', ')}`,
      });
    await requireDrawn(name, definition);
  }
}

/** Refuses shapes that no training could use, whatever its input. @throws ROI_INVALID, FILE_UNREADABLE, IMAGE_INVALID */
export async function requireDrawn(name: string, definition: RegionDefinition): Promise<void> {
  await drawRegion(name, definition, fineGeometry);
}

/** @throws ROI_UNSUITABLE for a method, or options of it, that takes no regions */
export function requireTakesRegions(method: Method, options: CommonOptions): void {
  const reason = method.refusesRegions
    ? method.refusesRegions(options)
    : 'nothing keeps what it learns to a part of the image';
  if (reason !== undefined) throw new CladError('ROI_UNSUITABLE', { what: `Method ${method.name}`, reason });
}

/** @throws ROI_NAMED_UNSUITABLE */
function requireTakesNamed(method: Method, options: CommonOptions): void {
  const reason = method.refusesNamedRegions?.(options);
  if (reason === undefined) return;
  throw new CladError('ROI_NAMED_UNSUITABLE', { method: method.name, reason });
}

/** A region that follows the part lies elsewhere in each image, and so would its named ones. @throws ROI_INVALID */
export function requireNotFollowed(
  given: RegionDefinitions,
  follow: { readonly classes: 'all' | readonly string[] } | undefined,
): void {
  if (!follow) return;
  for (const [name, { regions }] of Object.entries(given)) {
    const isFollowed =
      follow.classes === 'all' || follow.classes.some((each) => each.normalize('NFC') === name);
    if (!regions || !isFollowed) continue;
    throw new CladError('ROI_INVALID', {
      name,
      where: 'regions',
      reason:
        'named regions lie where they are drawn, and --roi auto asks for a region that follows the part',
      expected: 'one of the two: --roi CLASS=auto for classes without named regions',
    });
  }
}

/** Whether an image has the proportions of what a region was drawn on. */
export function isOfShape(size: ImageSize, reference: ImageSize): boolean {
  const ratio = (size.width * reference.height) / (size.height * reference.width);
  return Math.abs(ratio - 1) <= sameShape;
}

/** A sentence for people on each region. */
export function describeRegions(
  classes: readonly string[],
  regions: ClassRegions | undefined,
  grid: Grid,
): string[] {
  return (regions ?? []).flatMap((region, index) =>
    region
      ? [
          `Region of interest of ${classes[index]}: ${percent(shareInside(region))} of the image, ${ofMap(region, grid)} of ${mapPatches(grid)} patches. Nothing outside it is learnt, scored or measured.${tooSmall(ofMap(region, grid))}${namedParts(region)}`,
        ]
      : [],
  );
}

/** How many patches of the map are inside. */
function ofMap({ positions }: RegionOfInterest, grid: Grid): number {
  return positions.filter((patch) => patch < mapPatches(grid)).length;
}

/** Patches, below which a region is said to be small: its scores rest on few values, and its class on fewer votes. */
const few = 12;

function tooSmall(patches: number): string {
  if (patches >= few) return '';
  const size = patches === 1 ? 'one patch' : `${patches} patches`;
  return ` With ${size} it is very small: scores rest on few values, and the class may not be recognised. Draw it larger, or take a larger input (--input-size), whose patches are smaller.`;
}

/** What its named regions are, each with how many patches its score comes from. */
function namedParts({ named }: RegionOfInterest): string {
  if (!named) return '';
  const parts = named.map(({ name, patches }) => {
    const count = patches.reduce((sum, each) => sum + each, 0);
    return `${name} (${count} ${count === 1 ? 'patch' : 'patches'}${count < few ? ', very small' : ''})`;
  });
  return ` Regions with thresholds of their own: ${parts.join(', ')}.`;
}

function percent(share: number): string {
  return `${Number((100 * share).toPrecision(2))} %`;
}
