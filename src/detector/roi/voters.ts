/**
 * @file Which patches tell an image's class within a region of interest. The class is told by features of the whole image, and what is remembered of it is of images
 * painted over outside: near the rim the two differ. So patches that lie deep inside vote, as deep as a region has enough of them.
 */
import type { Grid } from '../../image/geometry.ts';
import type { RegionOfInterest } from '../../image/roi/region-of-interest.ts';

/** Patches that a patch sees much of, to each side; beyond, little is left of the difference. */
const deepest = 4;
/** So many are to vote. */
export const enough = 12;

/** @param voters - numbers of the patches that vote anyway @returns 1 for those of them that do, 0 for others */
export function votingInside(
  { patches }: Pick<RegionOfInterest, 'patches'>,
  grid: Grid,
  voters: readonly number[],
): Uint8Array {
  const within = (mask: Uint8Array) => Uint8Array.from(voters, (patch) => mask[patch]!);
  let mask = patches;
  let voting = within(mask);
  for (let depth = 0; depth < deepest; depth++) {
    mask = withoutRim(mask, grid);
    const deeper = within(mask);
    if (deeper.reduce((sum, each) => sum + each, 0) < enough) break;
    voting = deeper;
  }
  return voting;
}

/** Without patches that have one outside beside them; beyond the image there is none. */
function withoutRim(mask: Uint8Array, { rows, columns }: Grid): Uint8Array {
  return mask.map((inside, patch) => {
    const [row, column] = [Math.floor(patch / columns), patch % columns];
    for (let y = Math.max(0, row - 1); y <= Math.min(rows - 1, row + 1); y++)
      for (let x = Math.max(0, column - 1); x <= Math.min(columns - 1, column + 1); x++)
        if (mask[y * columns + x] === 0) return 0;
    return inside;
  });
}
