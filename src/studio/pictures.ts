/**
 * @file Photographs as a page shows them: small ones, made once and kept in `cache/`, and whole ones in a format that browsers know. They are decoded as everywhere
 * else, so that turned, grey and 16-bit photographs look as the network sees them.
 */
import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { asRefusal, writeFileAtomic } from '../core/files.ts';
import { decodeImage } from '../image/decode.ts';
import { decodeMask } from '../image/mask.ts';
import type { Mask } from '../image/rgb.ts';
import { shrink } from '../image/shrink.ts';
import { pictureSides } from './api.ts';
import { truthPixels } from './results-store.ts';

export type PictureSize = keyof typeof pictureSides | 'full';

/** Quality of WebP; the full size is without loss. */
const quality = 82;

/** So many photographs are decoded at once, as each may take much memory. */
const atOnce = Math.max(2, Math.min(4, availableParallelism()));

export class Pictures {
  readonly #cache: string;
  /** Under way, so that two that ask for the same wait for one. */
  readonly #making = new Map<string, Promise<Buffer>>();
  readonly #waiting: (() => void)[] = [];
  #busy = 0;

  /** @param cache - folder for pictures */
  constructor(cache: string) {
    this.#cache = cache;
  }

  /**
   * A WebP file.
   * @param path - of the photograph
   * @throws FILE_UNREADABLE, IMAGE_INVALID, FILE_REFUSED
   */
  async of(path: string, size: PictureSize): Promise<Buffer> {
    // Whole ones would fill the disk; they are looked at one by one.
    if (size === 'full') return this.#inTurn(() => whole(path));
    return this.#kept(path, size, (kept) => small(path, pictureSides[size], kept));
  }

  /**
   * Ground truth as a WebP file that is clear where there is none, to be laid over the picture of its photograph.
   * @param path - of the mask
   * @throws as `of`
   */
  async ofTruth(path: string, size: keyof typeof pictureSides): Promise<Buffer> {
    return this.#kept(path, `truth-${size}`, (kept) => truth(path, pictureSides[size], kept));
  }

  /** A picture that is kept, or made now. @param what - which of the pictures of this file */
  async #kept(path: string, what: string, make: (kept: string) => Promise<Buffer>): Promise<Buffer> {
    const found = await stat(path).catch((error: unknown) => {
      throw asRefusal(error, path);
    });
    const state = [path, found.size, found.mtimeMs, what].join('\n');
    const key = createHash('sha256').update(state).digest('hex').slice(0, 32);
    const kept = join(this.#cache, key.slice(0, 2), `${key}.webp`);
    const cached = await readFile(kept).catch(() => undefined);
    if (cached) return cached;
    const under = this.#making.get(key);
    if (under) return under;
    const making = this.#inTurn(() => make(kept)).finally(() => this.#making.delete(key));
    this.#making.set(key, making);
    return making;
  }

  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (this.#busy >= atOnce) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#busy++;
    try {
      return await work();
    } finally {
      this.#busy--;
      this.#waiting.shift()?.();
    }
  }
}

async function small(path: string, side: number, kept: string): Promise<Buffer> {
  const { width, height, data } = await shrink(await decodeImage(path), side);
  const file = await sharp(data, { raw: { width, height, channels: 3 } })
    .webp({ quality, effort: 2 })
    .toBuffer();
  await writeFileAtomic(kept, file);
  return file;
}

async function whole(path: string): Promise<Buffer> {
  const { width, height, data } = await decodeImage(path);
  return sharp(data, { raw: { width, height, channels: 3 } })
    .webp({ lossless: true, effort: 0 })
    .toBuffer();
}

async function truth(path: string, side: number, kept: string): Promise<Buffer> {
  const mask = await decodeMask(path);
  const shown = shrunkMask(mask, side);
  const { width, height } = shown;
  const file = await sharp(truthPixels(shown), { raw: { width, height, channels: 4 } })
    .webp({ lossless: true })
    .toBuffer();
  await writeFileAtomic(kept, file);
  return file;
}

/** With a longer side of so many pixels at most; inside is what any pixel of the mask is inside of, as a scratch may be one pixel wide. */
function shrunkMask(mask: Mask, side: number): Mask {
  const scale = Math.min(1, side / Math.max(mask.width, mask.height));
  if (scale === 1) return mask;
  const width = Math.max(1, Math.round(mask.width * scale));
  const height = Math.max(1, Math.round(mask.height * scale));
  const data = new Uint8Array(width * height);
  for (let row = 0; row < mask.height; row++) {
    const to = Math.floor((row * height) / mask.height) * width;
    for (let column = 0, from = row * mask.width; column < mask.width; column++, from++)
      if (mask.data[from] !== 0) data[to + Math.floor((column * width) / mask.width)] = 1;
  }
  return { width, height, data };
}
