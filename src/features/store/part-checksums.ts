/**
 * @file Checksums of a part of a store and of each of its images, taken in one pass. The part's own is compared with the one that was written; so those of its
 * images can be trusted as long as the process lasts, and an image that is read alone later is compared with its own.
 */
import { checksumText, crc32 } from '../../core/crc32.ts';

export class PartChecksums {
  readonly #images: Uint32Array;
  readonly #imageBytes: number;
  #whole = 0;
  #seen = 0;

  /** @param imageBytes - of each of the images, which come first */
  constructor(images: number, imageBytes: number) {
    this.#images = new Uint32Array(images);
    this.#imageBytes = imageBytes;
  }

  /** The next bytes of the file. */
  add(bytes: Uint8Array): void {
    this.#whole = crc32(bytes, this.#whole);
    let at = 0;
    while (at < bytes.length) {
      const image = Math.floor(this.#seen / this.#imageBytes);
      if (image >= this.#images.length) return;
      const end = Math.min(bytes.length, at + (image + 1) * this.#imageBytes - this.#seen);
      this.#images[image] = crc32(bytes.subarray(at, end), this.#images[image]);
      this.#seen += end - at;
      at = end;
    }
  }

  /** Of all bytes, as files have it. */
  get whole(): string {
    return checksumText(this.#whole);
  }

  /** Of each image's bytes. */
  get images(): Uint32Array {
    return this.#images;
  }
}
