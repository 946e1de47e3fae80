/** @file The region of interest that is given with a class that joins a finished detector. */
import { CladError } from '../../core/errors.ts';
import type { ClassMemories } from '../../detector/bank-classes.ts';
import type { DetectorMetadata } from '../../detector/metadata.ts';
import type { RegionOfInterest } from '../../image/roi/region-of-interest.ts';
import type { JoinedClass } from '../update/class-name.ts';
import { type ClassRegion, classRegion } from './class-regions.ts';
import { checkRegions, type RegionDefinitions } from './region-definition.ts';

/**
 * The region of the new class; undefined where none was given.
 * @throws ROI_CLASS where it is given for another class; ROI_INVALID
 */
export async function regionOfNew(
  given: RegionDefinitions | undefined,
  joined: JoinedClass,
  { geometry, grid }: Pick<DetectorMetadata, 'geometry' | 'grid'>,
): Promise<ClassRegion | undefined> {
  const regions = Object.entries(checkRegions(given ?? {}));
  const refuse = (name: string, reason: string, expected: string) =>
    new CladError('ROI_CLASS', { name, reason, expected });
  for (const [name] of regions) {
    if (joined?.name === name.normalize('NFC') && joined.isNew) continue;
    if (joined?.isNew)
      throw refuse(name, `the images join class ${joined.name}`, `a region of ${joined.name}`);
    throw refuse(
      name,
      'what the detector remembers of its classes, and their thresholds, are of the regions that it was trained with',
      'a region of a new class, with --class; for one that there is, train again with --roi',
    );
  }
  const [first] = regions;
  return first && joined && classRegion(joined.name, first[1], { geometry, grid });
}

/**
 * The region of the class that an image may join, by what it is recognised as.
 * @param joined - undefined where each joins the class that it is recognised as
 * @param region - of the new class
 * @param classes - of the detector, which has these memories
 */
export function regionToJoin(
  joined: JoinedClass,
  region: ClassRegion | undefined,
  classes: readonly string[],
  memories: ClassMemories,
): (recognisedAs: string) => RegionOfInterest | undefined {
  return (recognisedAs) =>
    joined?.isNew ? region?.region : memories.classes[classes.indexOf(joined?.name ?? recognisedAs)]?.region;
}
