/** @file Photographs of a training as boxes of them, wherever they are decoded: what comes behind sees these as its photographs. */
import type { ImageAccess } from '../../data/image-access.ts';
import type { Produce } from '../../features/store/producer.ts';
import type { Rectangle } from '../../image/geometry.ts';
import { crop } from '../../image/resize.ts';

/** Images of which some are seen cropped. */
export function croppedImages(images: ImageAccess, boxes: ReadonlyMap<string, Rectangle>): ImageAccess {
  return {
    ...images,
    // That was of the whole photographs.
    remembered: undefined,
    decode: async (path, how) => {
      const image = await images.decode(path, how);
      const box = boxes.get(path);
      return box ? crop(image, box) : image;
    },
  };
}

/** Likewise where they are decoded elsewhere. */
export function croppedProduce(produce: Produce, boxes: ReadonlyMap<string, Rectangle>): Produce {
  return (setup, jobs) =>
    produce(
      setup,
      jobs.map((job) => ({ ...job, box: boxes.get(job.path) })),
    );
}
