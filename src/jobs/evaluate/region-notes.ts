/** @file What an evaluation says of regions of interest: which pixels it measures, and which defects nothing could find. */
import type { RegionsByClass } from '../../detector/roi/roi-metadata.ts';

/** Sentences for people. @param outside - paths of images whose defects lie outside altogether */
export function regionNotes(
  regions: RegionsByClass,
  outside: readonly string[],
  isCropped = false,
): string[] {
  if (regions.size === 0 && !isCropped) return [];
  const named = [...regions].map(([name, { follows }]) => (follows ? `${name} (around the part)` : name));
  const names = named.join(', ');
  const notes = isCropped
    ? [
        'Pixel metrics and AUPRO are computed inside the crop to the part alone, at the size of the photograph.',
      ]
    : [];
  if (regions.size > 0)
    notes.push(`Pixel metrics and AUPRO are computed inside the region of interest alone: ${names}.`);
  const [first] = outside;
  if (first !== undefined)
    notes.push(
      `Defective test images whose defects lie outside of the region of interest altogether: ${outside.length}, e.g. ${first}. They count as defective in image metrics, and no detector with this region can find them.`,
    );
  return notes;
}
