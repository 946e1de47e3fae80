/** @file A run's detector asked about its good images, each without its own entries. */
import { askedWithoutOneImage } from '../../detector/bank-entries.ts';
import { encodeModel, type ModelProto } from '../../graph/index.ts';
import type { Engine } from '../../runtime/engine.ts';
import { type LeaveOneOutDetector, leaveOneOutDetector } from '../good-images/good-images.ts';
import type { GoodImagesFile } from '../good-images/good-images-file.ts';

/**
 * Opens it.
 * @param file - which of the good images each entry is from
 */
export function oneOutOf(
  engine: Engine,
  model: ModelProto,
  { entryImages }: Pick<GoodImagesFile, 'entryImages'>,
): Promise<LeaveOneOutDetector> {
  return leaveOneOutDetector(engine, encodeModel(askedWithoutOneImage(model, entryImages)));
}
