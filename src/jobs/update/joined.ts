/** @file What a detector says of itself once images have joined it, and what is to be told of them. */
import { type CameraProfile, cameraProfile, widenedCamera } from '../../detector/camera/camera.ts';
import type { DetectorMetadata } from '../../detector/metadata.ts';
import { regionsEntry } from '../../detector/roi/roi-metadata.ts';
import type { RegionOfInterest } from '../../image/roi/region-of-interest.ts';
import { type ClassRegion, describeRegions } from '../roi/class-regions.ts';
import { usualShare } from '../train/made-defects.ts';
import type { JoinedClass } from './class-name.ts';
import type { FollowedNew } from './follow-new.ts';
import type { NewEntries } from './new-entries.ts';
import type { NewImage } from './new-images.ts';
import type { PredictedAgain } from './predict-again.ts';

/** Images that join, by class. */
export type Joining = ReadonlyMap<string, readonly NewImage[]>;

/**
 * The metadata with the classes that are new and what the photographs look like; thresholds and counts are set afterwards.
 * @param region - of interest, of the new class
 */
export function joinedMetadata(
  before: DetectorMetadata,
  joining: Joining,
  region?: { readonly region: RegionOfInterest; readonly share?: number },
): DetectorMetadata {
  const fresh = [...joining.keys()].filter((name) => !before.classes.includes(name));
  const { camera, regions } = before;
  const images = new Map([...joining].map(([name, own]) => [name, own.map(({ image }) => image)]));
  const profiles: Record<string, CameraProfile> = {};
  for (const name of fresh) profiles[name] = cameraProfile(images.get(name)!);
  const shares = Object.fromEntries(fresh.map((name) => [name, usualShare]));
  const { regionsOfInterest } = regionsEntry(
    fresh,
    region && { ofClasses: [region.region], shareOf: () => region.share },
  );
  const wider = camera && widenedCamera(camera, images);
  return {
    ...before,
    classes: [...before.classes, ...fresh],
    ...(wider && { camera: { ...wider, classes: { ...wider.classes, ...profiles } } }),
    ...(regions && { regions: { ...regions, share: { ...regions.share, ...shares } } }),
    ...(regionsOfInterest && {
      regionsOfInterest: { ...before.regionsOfInterest, ...regionsOfInterest },
    }),
  };
}

/** Classes whose thresholds had been lowered for missed defects, and are set anew by what good images there are now. */
function loweredBefore(before: DetectorMetadata, joining: Joining): string[] {
  return [...joining.keys()].flatMap((name) => {
    const last = before.history?.findLast((each) => each.classes[name] !== undefined);
    if (last?.action !== 'missed') return [];
    return [
      `The threshold of ${name} had been lowered for a missed defect (version ${last.version}) and was set anew by all good images: look whether that defect is still caught, else repeat --missed.`,
    ];
  });
}

/** A new class so often taken for one that there is may be that one. */
const likeShare = 0.5;

/** What a user should know, in sentences. */
export function notesOnJoined({
  before,
  joined,
  joining,
  otherwise,
  predicted: { missing, recorded },
  grown,
  region,
}: {
  readonly before: DetectorMetadata;
  readonly joined: JoinedClass;
  readonly joining: Joining;
  readonly otherwise: readonly NewImage[];
  readonly predicted: Pick<PredictedAgain, 'missing' | 'recorded'>;
  readonly grown: ReadonlyMap<string, NewEntries>;
  /** Of interest, of the new class. */
  readonly region?: (ClassRegion & Partial<FollowedNew>) | undefined;
}): string[] {
  const drawn = region && !region.notes ? describeRegions([region.name], [region.region], before.grid) : [];
  const notes = [...drawn, ...(region?.notes ?? [])];
  const alarms = [...joining].flatMap(([name, own]) =>
    own.filter(({ score }) => score > (before.thresholds[name]?.threshold ?? Infinity)),
  );
  if (alarms[0])
    notes.push(
      `Of the images that joined, ${alarms.length} had been anomalous to the detector, e.g. ${alarms[0].path}; it takes them and their like for good now. If one is not, leave it out: clad update --exclude FILE.`,
    );
  if (otherwise[0])
    notes.push(
      `Images that are recognised as another class than the one they joined: ${otherwise.length}, e.g. ${otherwise[0].path} as ${otherwise[0].recognisedAs}. What a class is recognised by has not changed, so others like them will be taken for that class too; train again to change that.`,
    );
  notes.push(...loweredBefore(before, joining));
  if (missing[0])
    notes.push(
      `Good images whose photographs are not there any more: ${missing.length}, ${missing[0].path} among them. Their scores count as they were recorded, and colours come from the others alone.`,
    );
  if (recorded > 0)
    notes.push(
      `Good images of before that were not looked at again: ${recorded}. Their scores count as they were recorded; those with the highest were looked at.`,
    );
  for (const [name, { images }] of grown)
    if (images.length === 0)
      notes.push(
        `The memory of ${name} covers what the new images show already: nothing joined it, and they count for the threshold alone.`,
      );
  if (joined?.isNew) notes.push(...likeOthers(joined.name, joining.get(joined.name) ?? [], before));
  return notes;
}

/** Where a new class looks like good parts of one that there is. */
function likeOthers(name: string, images: readonly NewImage[], { thresholds }: DetectorMetadata): string[] {
  const like = images.filter(
    ({ recognisedAs, score }) => score <= (thresholds[recognisedAs]?.threshold ?? -Infinity),
  );
  const [first] = like;
  if (!first || like.length <= likeShare * images.length) return [];
  return [
    `${like.length} of ${images.length} images of ${name} had been normal to the detector before, e.g. ${first.path} as ${first.recognisedAs}: if they show the same kind of part, they should join that class (--class ${first.recognisedAs}) in the place of a new one.`,
  ];
}
