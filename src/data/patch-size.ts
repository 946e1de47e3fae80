/**
 * @file How much of a photograph one patch covers. Photographs are shrunk to the network's input, so on large ones a patch covers many pixels, and
 * a defect much smaller than a patch hardly moves its features.
 */
import { type Geometry, type Grid, patchOnPhotograph } from '../image/geometry.ts';
import type { ImageSize } from '../image/limits.ts';
import { byClass, type Sample } from './dataset.ts';

/** What decides it. */
export interface PatchGeometry {
  readonly geometry: Geometry;
  readonly grid: Grid;
}

/** The default preset's, which training takes where nothing else is asked for. */
export const defaultPatches: PatchGeometry = {
  geometry: { width: 320, height: 320 },
  grid: { rows: 40, columns: 40 },
};

/** Photograph pixels along a patch from which it is worth a word; MVTec AD, whose largest photographs have 1024, stays below. */
const mentioned = 40;
/** Classes that are named in one sentence. */
const mostNamed = 3;
const remedy =
  'crop to the part, or train with --tiles auto (--smallest-defect PIXELS says how small they may be)';

/** A class whose patches are large. */
export interface LargePatches {
  readonly className: string;
  /** A sentence without its end. */
  readonly message: string;
}

/**
 * The classes whose patches cover much, those of the largest patches first.
 * @param sizes - of the photographs, by path; those of others are not looked at
 * @param ofCrops - whether these are the sizes of what is cut out of photographs
 */
export function largePatches(
  samples: readonly Sample[],
  sizes: ReadonlyMap<string, ImageSize>,
  { geometry, grid }: PatchGeometry,
  ofCrops = false,
): LargePatches[] {
  const found: (LargePatches & { readonly side: number })[] = [];
  for (const [className, own] of byClass(samples)) {
    const known = own.flatMap(({ path }) => sizes.get(path) ?? []);
    const longer = (each: ImageSize) => Math.max(each.width, each.height);
    const largest = known.toSorted((first, second) => longer(second) - longer(first))[0];
    if (largest === undefined) continue;
    const patch = patchOnPhotograph(geometry, grid, largest);
    if (longer(patch) <= mentioned) continue;
    const covered = `${Math.round(patch.width)} x ${Math.round(patch.height)}`;
    const size = `${largest.width} x ${largest.height}`;
    const shown = ofCrops
      ? `a patch covers up to ${covered} pixels of a crop of ${size}`
      : `a patch covers up to ${covered} pixels of a photograph of ${size}`;
    const message = `${shown}, and much smaller defects are lost: ${remedy}`;
    found.push({ className, message, side: longer(largest) });
  }
  return found
    .toSorted((first, second) => second.side - first.side)
    .map(({ className, message }) => ({ className, message }));
}

/** The same in one sentence for all classes; undefined where patches are small. */
export function largePatchesNote(large: readonly LargePatches[]): string | undefined {
  const [first] = large;
  if (first === undefined) return undefined;
  const names = large.slice(0, mostNamed).map(({ className }) => className);
  const more = large.length > names.length ? ` and ${large.length - names.length} more` : '';
  return `${names.join(', ')}${more}: ${first.message}.`;
}
