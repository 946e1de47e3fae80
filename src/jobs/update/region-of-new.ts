/** @file The region of interest that is given with a class that joins a finished detector. */
import { CladError } from '../../core/errors.ts';
import type { ClassMemories } from '../../detector/bank-classes.ts';
import type { DetectorMetadata } from '../../detector/metadata.ts';
import { withRegions } from '../../detector/roi/roi-graph.ts';
import type { ModelProto } from '../../graph/index.ts';
import type { RegionOfInterest } from '../../image/roi/region-of-interest.ts';
import type { Engine } from '../../runtime/engine.ts';
import { type ClassRegion, classRegion } from '../roi/class-regions.ts';
import { checkRegions, type RegionDefinitions } from '../roi/region-definition.ts';
import type { JoinedClass } from './class-name.ts';
import { type DetectorBefore, detectorBefore } from './new-images.ts';

/**
 * The region of the new class; undefined where none was given.
 * @throws ROI_CLASS where it is given for another class; ROI_INVALID
 */
export async function regionOfNew(
  given: RegionDefinitions | undefined,
  joined: JoinedClass,
  { geometry, grid, crop }: Pick<DetectorMetadata, 'geometry' | 'grid' | 'crop'>,
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
  if (first && crop)
    throw refuse(
      first[0],
      'the detector crops photographs to their part, and a shape that was drawn lies elsewhere in each crop',
      'no region, or a new training without --crop',
    );
  if (first?.[1].regions)
    throw refuse(
      first[0],
      'a class that joins a finished detector cannot have named regions: their thresholds are set in a training',
      'shapes at inside, or a new training with all classes',
    );
  return first && joined && classRegion(joined.name, first[1], { geometry, grid });
}

/** The regions of the classes that images may join. */
interface JoiningRegions {
  readonly joined: JoinedClass;
  /** Of the new class. */
  readonly region: ClassRegion | undefined;
  /** Of the detector, which has these memories. */
  readonly classes: readonly string[];
  readonly memories: ClassMemories;
}

/** The region of the class that an image may join. @param recognisedAs - where no class is given, what it joins */
export function regionToJoin(
  { joined, region, classes, memories }: JoiningRegions,
  recognisedAs = '',
): RegionOfInterest | undefined {
  if (joined?.isNew) return region?.region;
  return memories.classes[classes.indexOf(joined?.name ?? recognisedAs)]?.region;
}

/** Does work with the detector as it sees images of the class that they are to join: what is outside of its region is painted over. */
export async function seeingAsJoined<T>(
  engine: Engine,
  model: ModelProto,
  entryImages: readonly number[],
  joining: JoiningRegions,
  work: (asked: DetectorBefore) => Promise<T>,
): Promise<T> {
  const { joined, classes } = joining;
  const region = regionToJoin(joining);
  const seen = joined
    ? withRegions(
        model,
        classes.map(() => region),
      )
    : model;
  const asked = await detectorBefore(engine, seen, entryImages);
  try {
    return await work(asked);
  } finally {
    await asked.release();
  }
}
