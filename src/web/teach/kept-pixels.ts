/**
 * @file Decoded pictures that are kept for a while, since each is read several times, and what was made of them: of the latest, as much as
 * there is room for.
 */
import type { ImageAccess } from '../../data/image-access.ts';
import type { RgbImage } from '../../image/rgb.ts';

/**
 * Access that decodes a picture once as long as it is among those used last.
 * @param most - bytes that are kept, of pixels and of what was made of them together
 */
export function keptPixels(access: ImageAccess, most: number): ImageAccess {
  const kept = lastUsed(most);
  return {
    ...access,
    async decode(path, how) {
      const key = `pixels ${how?.bits ?? ''} ${path}`;
      const decoding = kept.get(key, () => access.decode(path, how)) as Promise<RgbImage>;
      try {
        const image = await decoding;
        kept.weigh(key, image.data.length);
        // Whoever is given an image may move its buffer to another thread.
        return { ...image, data: image.data.slice() };
      } catch (error) {
        kept.forget(key);
        throw error;
      }
    },
    remembered<T>(key: string, bytes: number, make: () => T): T {
      const made = kept.get(`made ${key}`, make) as T;
      kept.weigh(`made ${key}`, bytes);
      return made;
    },
  };
}

/** Values by keys, of which those that were used longest ago go once all have more bytes than `most`. */
function lastUsed(most: number) {
  const values = new Map<string, unknown>();
  const sizes = new Map<string, number>();
  let bytes = 0;
  const forget = (key: string) => {
    values.delete(key);
    bytes -= sizes.get(key) ?? 0;
    sizes.delete(key);
  };
  return {
    get(key: string, make: () => unknown): unknown {
      const value = values.has(key) ? values.get(key) : make();
      // To the end of the queue.
      values.delete(key);
      values.set(key, value);
      return value;
    },
    /** Says what a value takes, once that is known; until then it stays. */
    weigh(key: string, size: number): void {
      if (!values.has(key) || sizes.has(key)) return;
      sizes.set(key, size);
      bytes += size;
      for (const oldest of [...values.keys()]) {
        if (bytes <= most) break;
        if (sizes.has(oldest)) forget(oldest);
      }
    },
    forget,
  };
}
