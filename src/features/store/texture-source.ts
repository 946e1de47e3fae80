/**
 * @file Where synthetic anomalies get their textures: the user's folder of images, e.g. the Describable Textures
 * Dataset, or the built-in generator.
 */
import { CladError } from '../../core/errors.ts';
import type { Random } from '../../core/random.ts';
import type { ImageAccess } from '../../data/image-access.ts';
import type { ImageSize } from '../../image/limits.ts';
import type { RgbImage } from '../../image/rgb.ts';
import { scaleToCover } from '../../synthesis/fit-texture.ts';
import { proceduralTexture, textureFamilies } from '../../synthesis/procedural-textures.ts';

/** Gives textures at random. */
export interface TextureSource {
  /** What it is, for people and for a run's record. */
  readonly description: string;
  /**
   * Draws a texture; the same state of `random` gives the same one, whatever was drawn before.
   * @param size - what it will cover, pixels; it may be larger
   * @throws CladError `FILE_UNREADABLE` or `IMAGE_INVALID`, naming the texture's file
   */
  texture(random: Random, size: ImageSize): Promise<RgbImage>;
}

/** How textures of a folder are kept. */
export interface TextureFolderOptions {
  /**
   * Bytes of decoded textures kept in memory; those not used for longest go first. DTD at 256 px needs about 1.4 GB,
   * a few hundred textures 100 MB.
   * @default 268435456
   */
  readonly cacheBytes?: number;
}

/**
 * Textures from image files, each as likely as any other, kept in memory scaled down.
 * @param paths - at least one, e.g. from `listTextures`
 * @throws CladError `OPTION_INVALID` without paths
 */
export function textureFolder(
  paths: readonly string[],
  { decode }: Pick<ImageAccess, 'decode'>,
  options: TextureFolderOptions = {},
): TextureSource {
  if (paths.length === 0)
    throw new CladError('OPTION_INVALID', { option: 'textures', expected: 'at least one image', actual: 0 });
  const cache = new TextureCache(decode, options.cacheBytes ?? 268_435_456);
  return {
    description: paths.length === 1 ? '1 texture image' : `${paths.length} texture images`,
    texture: (random, size) => cache.get(random.pick(paths), size),
  };
}

/** Textures from the built-in generator. */
export function proceduralTextures(): TextureSource {
  return {
    description: `the built-in generator (${textureFamilies.length} families of textures)`,
    texture: async (random, size) => proceduralTexture(size, random),
  };
}

/** Decoded textures, least recently used first. */
class TextureCache {
  readonly #read: ImageAccess['decode'];
  readonly #limit: number;
  readonly #kept = new Map<string, RgbImage>();
  /** Textures being decoded, so that two who want the same one wait for one decoding. */
  readonly #coming = new Map<string, Promise<RgbImage>>();
  #bytes = 0;

  constructor(read: ImageAccess['decode'], limit: number) {
    this.#read = read;
    this.#limit = limit;
  }

  async get(path: string, size: ImageSize): Promise<RgbImage> {
    const key = `${size.width} ${size.height} ${path}`;
    const kept = this.#kept.get(key);
    if (kept) {
      this.#kept.delete(key);
      this.#kept.set(key, kept);
      return kept;
    }
    let coming = this.#coming.get(key);
    if (!coming) {
      coming = this.#decode(key, path, size).finally(() => this.#coming.delete(key));
      this.#coming.set(key, coming);
    }
    return coming;
  }

  async #decode(key: string, path: string, size: ImageSize): Promise<RgbImage> {
    const texture = scaleToCover(await this.#read(path), size);
    this.#kept.set(key, texture);
    this.#bytes += texture.data.length;
    for (const [oldest, { data }] of this.#kept) {
      if (this.#bytes <= this.#limit) break;
      this.#kept.delete(oldest);
      this.#bytes -= data.length;
    }
    return texture;
  }
}
