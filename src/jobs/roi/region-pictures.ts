/** @file What a region that follows the part chose in a few good images of each class, to look at before trusting it: photograph and region side by side, `samples/regions/<class>.png`. */
import type { Storage } from '../../core/storage.ts';
import { byClass } from '../../data/dataset.ts';
import { evenly } from '../../features/patches/class-foreground.ts';
import { inputImage } from '../../features/patches/input-image.ts';
import { dimmedOutside, stacked } from '../../features/store/synthesis-images.ts';
import { sideBySide } from '../../image/overlay.ts';
import { resizePixels } from '../../image/resize.ts';
import type { RgbImage } from '../../image/rgb.ts';
import type { ReadWork } from '../train/train-request.ts';

/** Rows of a picture. */
const shown = 4;
/** Most pixels of a photograph's longer side in it. */
const widest = 400;
/** Pixels between two images. */
const gap = 4;

/** Writes them; nothing where no region follows the part. */
export async function writeRegionPictures(
  { dataset, training, regions, view, images, bits }: ReadWork,
  folder: Storage,
): Promise<void> {
  if (!regions?.seenOf) return;
  const { width, height } = view.geometry;
  const all = training.map(({ className }, id) => ({ className, id }));
  for (const [name, own] of byClass(all)) {
    if (!regions.ofClasses[dataset.classes.indexOf(name)]?.follows) continue;
    const strips: RgbImage[] = [];
    for (const { id } of evenly(own, shown)) {
      const seen = inputImage(await images.decode(training[id]!.path, { bits }), view.geometry);
      const inside = { width, height, data: regions.seenOf(id)! };
      const factor = Math.min(1, widest / Math.max(width, height));
      const small = (image: RgbImage) =>
        resizePixels(image, Math.round(width * factor), Math.round(height * factor));
      strips.push(sideBySide([small(seen), small(dimmedOutside(seen, inside))], gap));
    }
    await folder.write(`${name}.png`, await images.encodePng(stacked(strips)));
  }
}
