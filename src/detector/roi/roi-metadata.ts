/** @file Regions of interest in a detector's metadata: what is asked of them beside the graph, which has them as constants. */
import {
  type ClassRegions,
  type RegionOfInterest,
  regionFromRuns,
  regionRuns,
  shareInside,
} from '../../image/roi/region-of-interest.ts';
import type { DetectorMetadata } from '../metadata.ts';

type Entry = Pick<DetectorMetadata, 'regionsOfInterest'>;

/** The metadata's entry for these regions; nothing where no class has one. @param regions - of each class */
export function regionsEntry(classes: readonly string[], regions: ClassRegions | undefined): Entry {
  const entries = classes.flatMap((name, index) => {
    const region = regions?.[index];
    return region ? [[name, { share: shareInside(region), runs: regionRuns(region) }] as const] : [];
  });
  return entries.length > 0 ? { regionsOfInterest: Object.fromEntries(entries) } : {};
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
    Object.entries(regionsOfInterest).flatMap(([name, { runs }]) => {
      const region = regionFromRuns(runs, geometry, grid);
      return region ? [[name, region] as const] : [];
    }),
  );
}
