/**
 * @file How a training comes by the images of its samples, wherever they are: files of a disk (file-images.ts), or what a page was given
 * (web/page-images.ts). Whatever reads images for a method is given one, and so runs wherever there is one.
 */
import type { Reading } from '../image/decode.ts';
import type { Mask, RgbImage } from '../image/rgb.ts';

/** Images by the paths that samples, masks and textures have. */
export interface ImageAccess {
  /** How many images are best read at a time, at least 1. */
  readonly atOnce: number;
  /**
   * The pixels of an image.
   * @throws FILE_UNREADABLE; IMAGE_INVALID where it is broken or none; IMAGE_TOO_LONG; IMAGE_BITS for values beyond the bits
   */
  decode(path: string, how?: Reading): Promise<RgbImage>;
  /**
   * The ground truth of one photograph: a pixel is inside where it is inside any of the masks.
   * @param paths - at least one
   * @throws FILE_UNREADABLE; IMAGE_INVALID, also where sizes differ
   */
  decodeMasks(paths: readonly string[]): Promise<Mask>;
  /** Size and SHA-256 of a file's content, as `bytes:hexadecimal`: what fingerprints know it by. @throws FILE_UNREADABLE */
  contentOf(path: string): Promise<string>;
  /**
   * What was made of an image, kept while there is room: where several ask for the same. Only images that cannot change meanwhile have it.
   * @param key - of the image, and of what is made of it
   * @param bytes - about what it takes
   */
  readonly remembered?: (<T>(key: string, bytes: number, make: () => T) => T) | undefined;
  /** The PNG file of an image, 8 bits a channel. */
  encodePng(image: RgbImage): Promise<Uint8Array>;
}
