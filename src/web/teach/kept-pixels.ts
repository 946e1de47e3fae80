/** @file Decoded pictures that are kept for a while, since each is read several times: pixels of the latest, as many as there is room for. */
import type { ImageAccess } from '../../data/image-access.ts';
import type { RgbImage } from '../../image/rgb.ts';

/** Access that decodes a picture once as long as it is among those used last. @param most - bytes of pixels that are kept */
export function keptPixels(access: ImageAccess, most: number): ImageAccess {
  const kept = new Map<string, Promise<RgbImage>>();
  const sizes = new Map<string, number>();
  let bytes = 0;
  const forget = (key: string) => {
    kept.delete(key);
    bytes -= sizes.get(key) ?? 0;
    sizes.delete(key);
  };
  return {
    ...access,
    async decode(path, how) {
      const key = `${how?.bits ?? ''} ${path}`;
      const found = kept.get(key);
      if (found) {
        // To the end of the queue.
        kept.delete(key);
        kept.set(key, found);
        return copyOf(await found);
      }
      const decoding = access.decode(path, how);
      kept.set(key, decoding);
      try {
        const image = await decoding;
        sizes.set(key, image.data.length);
        bytes += image.data.length;
        for (const oldest of [...kept.keys()]) {
          if (bytes <= most) break;
          if (sizes.has(oldest)) forget(oldest);
        }
        return copyOf(image);
      } catch (error) {
        forget(key);
        throw error;
      }
    },
  };
}

/** Whoever is given an image may move its buffer to another thread. */
function copyOf(image: RgbImage): RgbImage {
  return { ...image, data: image.data.slice() };
}
