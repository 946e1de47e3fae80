/** @file A run's detector asked about its good images, each without its own entries. */
import { askedWithoutOneImage } from '../../detector/bank-entries.ts';
import { openClassInput } from '../../detector/class-input.ts';
import { encodeModel, type ModelProto } from '../../graph/index.ts';
import type { Engine } from '../../runtime/engine.ts';
import { type LeaveOneOutDetector, leaveOneOutDetector } from '../good-images/good-images.ts';
import type { GoodImagesFile } from '../good-images/good-images-file.ts';

/**
 * Opens it. An image that joined a finished detector is judged as of the class it joined, where the method searches by class, also where it is taken for one that looks
 * alike, whose memory and spread are others; one of the training as the training judged it, so that its scores stay comparable.
 * @param file - the good images, and which of them each entry is from
 */
export async function oneOutOf(
  engine: Engine,
  model: ModelProto,
  { entryImages, images }: Pick<GoodImagesFile, 'entryImages' | 'images'>,
): Promise<LeaveOneOutDetector> {
  const bytes = encodeModel(askedWithoutOneImage(model, entryImages));
  const takesClass = openClassInput(bytes);
  const { predict, release } = await leaveOneOutDetector(engine, bytes, takesClass);
  return {
    predict: (id, image, ofClass) => predict(id, image, images[id]?.added ? ofClass : undefined),
    release,
  };
}
