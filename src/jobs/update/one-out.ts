/** @file A run's detector asked about its good images, each without its own entries. */
import { askedWithoutOneImage } from '../../detector/bank-entries.ts';
import { openClassInput } from '../../detector/class-input.ts';
import { encodeModel, type ModelProto } from '../../graph/index.ts';
import type { Engine } from '../../runtime/engine.ts';
import { type LeaveOneOutDetector, leaveOneOutDetector } from '../good-images/good-images.ts';

/**
 * Opens it. It takes the class that an image is judged as, where its method searches by class: a threshold is of images of its own class, also of those that are
 * taken for one that looks alike, whose memory and spread are others.
 * @param entryImages - training image of each entry
 */
export async function oneOutOf(
  engine: Engine,
  model: ModelProto,
  entryImages: readonly number[],
): Promise<LeaveOneOutDetector> {
  const bytes = encodeModel(askedWithoutOneImage(model, entryImages));
  const takesClass = openClassInput(bytes);
  return leaveOneOutDetector(engine, bytes, takesClass);
}
