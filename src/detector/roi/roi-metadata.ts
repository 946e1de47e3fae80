/** @file Regions of interest in a detector's metadata: what is asked of them beside the graph, which has them as constants. */
import { mapGrid } from '../../image/geometry.ts';
import {
  type NamedRegion,
  type RegionOfInterest,
  type Regions,
  regionFromRuns,
  regionRuns,
  shareInside,
} from '../../image/roi/region-of-interest.ts';
import type { DetectorMetadata } from '../metadata.ts';

type Entry = Pick<DetectorMetadata, 'regionsOfInterest'>;

/** The metadata's entry for these regions; nothing where no class has one. @param regions - of each class */
export function regionsEntry(classes: readonly string[], regions: Regions | undefined): Entry {
  const entries = classes.flatMap((name, index) => {
    const region = regions?.ofClasses[index];
    if (!region) return [];
    const { follows } = region;
    const share = regions?.shareOf?.(index) ?? shareInside(region);
    const named = region.named?.map((each) => ({
      name: each.name,
      share: shareInside(each),
      runs: regionRuns(each),
      offset: each.offset,
    }));
    return [
      [
        name,
        { share, runs: regionRuns(region), ...(follows && { follows }), ...(named && { named }) },
      ] as const,
    ];
  });
  return entries.length > 0 ? { regionsOfInterest: Object.fromEntries(entries) } : {};
}

/** Likewise for classes whose part is not followed although that was asked for. @param reasons - by class */
export function notFollowedEntry(
  reasons: Readonly<Record<string, string>>,
): Pick<DetectorMetadata, 'notFollowed'> {
  return Object.keys(reasons).length > 0 ? { notFollowed: { ...reasons } } : {};
}

/** Regions by class; of a class without one there is none. */
export type RegionsByClass = ReadonlyMap<string, RegionOfInterest>;

/** The regions that a detector's metadata says. */
export function regionsByClass({
  regionsOfInterest = {},
  geometry,
  grid,
}: Pick<DetectorMetadata, 'regionsOfInterest' | 'geometry' | 'grid'>): RegionsByClass {
  return new Map(
    Object.entries(regionsOfInterest).flatMap(([name, { runs, follows, named }]) => {
      const region = regionFromRuns(runs, geometry, grid);
      const parts = named?.flatMap((each): NamedRegion[] => {
        const { name: of, offset } = each;
        const drawn = regionFromRuns(each.runs, geometry, mapGrid(grid));
        return drawn ? [{ name: of, offset, pixels: drawn.pixels, patches: drawn.patches }] : [];
      });
      return region ? [[name, { ...region, follows, ...(parts && { named: parts }) }] as const] : [];
    }),
  );
}

/** Whether any class of a detector has named regions. */
export function hasNamedRegions({
  regionsOfInterest = {},
}: Pick<DetectorMetadata, 'regionsOfInterest'>): boolean {
  return mostNamedRegions({ regionsOfInterest }) > 0;
}

/** How many the class with the most has: columns of `region_score`. */
export function mostNamedRegions({
  regionsOfInterest = {},
}: Pick<DetectorMetadata, 'regionsOfInterest'>): number {
  return Math.max(0, ...Object.values(regionsOfInterest).map(({ named }) => named?.length ?? 0));
}
