/** @file How near the rim of an image a patch lies. Pure. */
import type { Grid, GridSize } from './geometry.ts';

/** Patches from the rim up to which it is told how near they are: as far as a network sees what is mirrored there (docs/decisions/0061-the-rim-and-the-level-of-tiles.md). */
const near = 6;

/** How many zones a grid has. */
export const rimZones = (near + 1) ** 2;
/** The zone of all patches that are not near the rim. */
export const innerZone = rimZones - 1;

/**
 * The zone of each patch of a grid, row by row: by its distance to the nearer of both rows' ends and to the nearer of both columns' ends, each up to `near`. So
 * corners are told from sides, and the four corners are one. Patches of the whole made small have zones of their own, behind the others.
 */
export function zonesOfPatches({ whole, ...fine }: Grid): number[] {
  const ofWhole = whole ? zonesOf(whole).map((zone) => rimZones + zone) : [];
  return [...zonesOf(fine), ...ofWhole];
}

function zonesOf({ rows, columns }: GridSize): number[] {
  const along = (count: number) =>
    Array.from({ length: count }, (_, at) => Math.min(at, count - 1 - at, near));
  const across = along(columns);
  return along(rows).flatMap((row) => across.map((column) => row * (near + 1) + column));
}
