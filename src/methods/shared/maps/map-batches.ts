/** @file Batches of images' feature maps out of a store, the same for the same seed and step: one shuffled pass over the images follows another. */
import { Random } from '../../../core/random.ts';
import type { MadeStore } from '../../../features/store/made-once.ts';
import { imageReader } from '../../../features/store/stored-image.ts';
import type { TensorValue } from '../../../runtime/engine.ts';
import type { BatchSpec } from '../../../training/program.ts';
import type { Batches } from '../../../training/stage.ts';

export class MapBatches implements Batches {
  readonly spec: BatchSpec;
  readonly stepsPerEpoch: number;
  readonly #read: (id: number) => Promise<Uint16Array>;
  readonly #ids: readonly number[];
  readonly #batch: number;
  readonly #width: number;
  readonly #seed: number;
  /** The order of one pass. */
  #pass: { readonly number: number; readonly order: Uint32Array } | undefined;

  /**
   * @param ids - numbers of the images to learn from; at least one
   * @param batch - images a step
   */
  constructor(
    { store, index }: Pick<MadeStore, 'store' | 'index'>,
    ids: Iterable<number>,
    batch: number,
    seed: number,
  ) {
    this.#read = imageReader(store, index);
    this.#ids = [...ids].sort((a, b) => a - b);
    this.#batch = batch;
    this.#width = index.width;
    this.#seed = seed;
    this.spec = { maps: { dtype: 'float16', shape: [batch, index.width] } };
    this.stepsPerEpoch = Math.max(1, Math.round(this.#ids.length / batch));
  }

  async batches(from: number, steps: number): Promise<Record<string, TensorValue>> {
    const count = steps * this.#batch;
    const data = new Uint16Array(count * this.#width);
    for (let at = 0; at < count; at++)
      data.set(await this.#read(this.#imageAt(from * this.#batch + at)), at * this.#width);
    return { maps: { dtype: 'float16', shape: [steps, this.#batch, this.#width], data } };
  }

  /** The image at a place of all passes, one behind another. */
  #imageAt(place: number): number {
    const images = this.#ids.length;
    const number = Math.floor(place / images);
    if (this.#pass?.number !== number)
      this.#pass = { number, order: new Random(this.#seed, 'pass over images', number).permutation(images) };
    return this.#ids[this.#pass.order[place % images] as number] as number;
  }
}
