/** @file `--roi CLASS=auto` for a class that joins a finished detector: what finds its part is learnt from its good images, as in a training, before they join. */
import { CladError } from '../../core/errors.ts';
import type { ProgressListener } from '../../core/progress.ts';
import { fileImages } from '../../data/file-images.ts';
import { bitsOf } from '../../detector/camera/camera.ts';
import { crops } from '../../detector/crop/crop-graph.ts';
import type { DetectorMetadata } from '../../detector/metadata.ts';
import { findsParts, hasRegions } from '../../detector/roi/roi-constants.ts';
import type { ModelProto } from '../../graph/index.ts';
import type { Engine } from '../../runtime/engine.ts';
import { Cropper } from '../crop/cropper.ts';
import { decodeOrError } from '../predict.ts';
import type { ClassRegion } from '../roi/class-regions.ts';
import { type AskedFollowing, followParts } from '../roi/follow-parts.ts';
import type { JoinedClass } from './class-name.ts';

/** Of a new class: its region, how much of an image that is in the mean, and sentences on it. */
export interface FollowedNew extends ClassRegion {
  readonly share: number;
  readonly notes: readonly string[];
}

/**
 * Refuses what cannot be, before anything takes long.
 * @param drawn - whether a region was drawn as well
 * @throws ROI_CLASS
 */
export function requireFollowableNew(
  asked: AskedFollowing | undefined,
  joined: JoinedClass,
  model: ModelProto,
  drawn: boolean,
): void {
  if (!asked) return;
  const refuse = (name: string, reason: string, expected: string) => {
    throw new CladError('ROI_CLASS', { name, reason, expected });
  };
  const again = 'a new training with all classes and --roi auto';
  const name = asked.classes === 'all' ? (joined?.name ?? 'auto') : asked.classes[0]!;
  if (!joined?.isNew)
    refuse(
      name,
      'what the detector remembers of its classes, and their thresholds, are of the regions that it was trained with',
      'auto for a new class, with --class',
    );
  else if (asked.classes !== 'all' && asked.classes.some((each) => each.normalize('NFC') !== joined.name))
    refuse(name, `the images join class ${joined.name}`, `${joined.name}=auto`);
  else if (drawn)
    refuse(
      name,
      'a class that joins a finished detector has a region that is drawn or one that follows its part, not one within the other',
      `${joined.name}=auto or ${joined.name}=FILE`,
    );
  else if (hasRegions(model) && !findsParts(model))
    refuse(name, "the detector's regions are fixed ones, and its file has nothing that finds parts", again);
  else if (crops(model) && !findsParts(model))
    refuse(
      name,
      'the detector crops photographs, and its file has nothing that finds parts in the crop',
      again,
    );
}

/**
 * Learns it.
 * @param paths - of the images that are to join; broken ones are left out
 * @throws ROI_CLASS where no part is found alike in them
 */
export async function followNew(
  engine: Engine,
  metadata: DetectorMetadata,
  name: string,
  paths: readonly string[],
  asked: AskedFollowing,
  onProgress: ProgressListener = () => {},
): Promise<FollowedNew> {
  const bits = bitsOf(metadata);
  const whole: string[] = [];
  for (const path of paths)
    if (!((await decodeOrError(path, { bits })) instanceof CladError)) whole.push(path);
  const notes: string[] = [];
  const cropper = await Cropper.create(engine, metadata);
  try {
    const { regions, notFollowed } = await followParts(
      { ...asked, classes: [name] },
      {
        engine,
        view: metadata,
        classes: [name],
        training: whole.map((path) => ({
          path,
          className: name,
          split: 'train',
          anomalous: false,
          defect: 'good',
        })),
        images: cropper?.images(fileImages) ?? fileImages,
        bits,
        drawn: undefined,
        note: (text) => notes.push(text),
        onProgress,
      },
    );
    const region = regions?.ofClasses[0];
    if (region) return { name, region, reference: undefined, share: regions?.shareOf?.(0) ?? 1, notes };
    throw new CladError('ROI_CLASS', {
      name,
      reason: `its part is not found alike in its good images: ${notFollowed[name]}`,
      expected: 'a region that is drawn, or none',
    });
  } finally {
    await cropper?.release();
  }
}
