/** @file The images that a page was given, as a training comes by them: files by paths that the page makes up. */
import { CladError, reasonOf } from '../core/errors.ts';
import { sha256 } from '../core/sha256.ts';
import type { ImageAccess } from '../data/image-access.ts';
import type { Produce, ProducerJob } from '../features/store/producer.ts';
import { producerHandlers } from '../features/store/producer-handlers.ts';
import { produceAll } from '../features/store/producer-pool.ts';
import { maskShape } from '../image/mask-shape.ts';
import type { Mask, RgbImage } from '../image/rgb.ts';
import { wholeRange } from '../image/samples.ts';
import { uniteMasks } from '../image/unite-masks.ts';
import { memoryWorker } from '../runtime/worker/memory-port.ts';
import { hasTransparency, toRgbImage } from './decode-in-page.ts';

/**
 * Access to files. Their pixels are those that Node reads (docs/browser.md), but for 16-bit ones, of which a browser has the upper 8 bits alone: fewer
 * used bits are refused.
 * @param files - by path, as samples, masks and textures have it, e.g. `/photos/bottle/0.png`
 */
export function pageImages(files: ReadonlyMap<string, Blob>): ImageAccess {
  const fileAt = (path: string): Blob => {
    const file = files.get(path);
    if (!file) throw new CladError('FILE_UNREADABLE', { path, reason: 'the page was given no such file' });
    return file;
  };
  /** Errors name the path, not what a file was called before. */
  const decoded = (path: string) => toRgbImage(new File([fileAt(path)], path));

  return {
    // A browser decodes in threads of its own.
    atOnce: 2,

    async decode(path, { bits = wholeRange } = {}) {
      const image = await decoded(path);
      if (image.source?.depth === 16 && bits !== wholeRange)
        throw invalid(path, `a browser keeps the upper 8 of its 16 bits, and ${bits} are said to be used`);
      return image;
    },

    async decodeMasks(paths) {
      const masks: Mask[] = [];
      for (const path of paths) {
        const { width, height, data, source } = await decoded(path);
        if (source?.depth === 16) throw invalid(path, 'a browser cannot read a mask of 16 bits as it is');
        if (await hasTransparency(fileAt(path)))
          throw invalid(path, 'a browser cannot read a mask with transparency as it is');
        masks.push(maskShape({ width, height, channels: 3, data }));
      }
      return uniteMasks(masks, paths);
    },

    async contentOf(path) {
      const bytes = await fileAt(path)
        .arrayBuffer()
        .catch((error: unknown) => {
          throw new CladError('FILE_UNREADABLE', { path, reason: reasonOf(error) }, { cause: error });
        });
      return `${bytes.byteLength}:${await sha256(new Uint8Array(bytes))}`;
    },

    encodePng,
  };
}

/** Decodes and synthesises in this thread, a job at a time, while the engine's worker computes. */
export function produceInPage(images: ImageAccess): Produce {
  const start = () => {
    const { begin, produce } = producerHandlers(images);
    return memoryWorker({
      begin,
      // What the engine is to do next is sent first: until a job gives this thread back, the engine would wait.
      produce: async (job: ProducerJob) => {
        await nextTurn();
        return produce(job);
      },
    });
  };
  return (setup, jobs) => produceAll(setup, jobs, { threads: 1, start });
}

/** When this thread has sent what is to be sent; not by a timer, which browsers slow in pages that are not seen. */
function nextTurn(): Promise<void> {
  const { port1, port2 } = new MessageChannel();
  return new Promise((resolve) => {
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}

function invalid(path: string, reason: string): CladError {
  return new CladError('IMAGE_INVALID', { path, reason });
}

/** The PNG file of an image: lossless, and read back to the same bytes. */
export async function encodePng({ width, height, data }: RgbImage): Promise<Uint8Array> {
  const pixels = new ImageData(width, height);
  for (let pixel = 0; pixel < width * height; pixel++)
    pixels.data.set([data[3 * pixel]!, data[3 * pixel + 1]!, data[3 * pixel + 2]!, 255], 4 * pixel);
  const canvas = new OffscreenCanvas(width, height);
  canvas.getContext('2d')!.putImageData(pixels, 0, 0);
  const file = await canvas.convertToBlob({ type: 'image/png' });
  return new Uint8Array(await file.arrayBuffer());
}
