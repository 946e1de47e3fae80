/** @file Stored images one after another without an end: one shuffled pass over them follows another, the same for the same seed. */
import { Random } from '../../../core/random.ts';
import type { MadeStore } from '../../../features/store/made-once.ts';
import { imageReader } from '../../../features/store/stored-image.ts';

export class ImagePasses {
  readonly #read: (id: number) => Promise<Uint16Array>;
  readonly #ids: readonly number[];
  readonly #seed: number;
  /** The order of one pass. */
  #pass: { readonly number: number; readonly order: Uint32Array } | undefined;

  /** @param ids - numbers of the images to learn from; at least one */
  constructor({ store, index }: Pick<MadeStore, 'store' | 'index'>, ids: Iterable<number>, seed: number) {
    this.#read = imageReader(store, index);
    this.#ids = [...ids].sort((a, b) => a - b);
    this.#seed = seed;
  }

  /** Images of a pass. */
  get images(): number {
    return this.#ids.length;
  }

  /** What is stored of the image at a place of all passes, one behind another. @throws STORE_DAMAGED */
  imageAt(place: number): Promise<Uint16Array> {
    const { images } = this;
    const number = Math.floor(place / images);
    if (this.#pass?.number !== number)
      this.#pass = { number, order: new Random(this.#seed, 'pass over images', number).permutation(images) };
    return this.#read(this.#ids[this.#pass.order[place % images] as number] as number);
  }
}
