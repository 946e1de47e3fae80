/** @file Batches of images' feature maps out of a store, the same for the same seed and step: one shuffled pass over the images follows another. */
import type { MadeStore } from '../../../features/store/made-once.ts';
import type { TensorValue } from '../../../runtime/engine.ts';
import type { BatchSpec } from '../../../training/program.ts';
import type { Batches } from '../../../training/stage.ts';
import { ImagePasses } from './image-passes.ts';

export class MapBatches implements Batches {
  readonly spec: BatchSpec;
  readonly stepsPerEpoch: number;
  readonly #passes: ImagePasses;
  readonly #batch: number;
  readonly #width: number;

  /**
   * @param ids - numbers of the images to learn from; at least one
   * @param batch - images a step
   */
  constructor(made: Pick<MadeStore, 'store' | 'index'>, ids: Iterable<number>, batch: number, seed: number) {
    const { width } = made.index;
    this.#passes = new ImagePasses(made, ids, seed);
    this.#batch = batch;
    this.#width = width;
    this.spec = { maps: { dtype: 'float16', shape: [batch, width] } };
    this.stepsPerEpoch = Math.max(1, Math.round(this.#passes.images / batch));
  }

  async batches(from: number, steps: number): Promise<Record<string, TensorValue>> {
    const count = steps * this.#batch;
    const data = new Uint16Array(count * this.#width);
    for (let at = 0; at < count; at++)
      data.set(await this.#passes.imageAt(from * this.#batch + at), at * this.#width);
    return { maps: { dtype: 'float16', shape: [steps, this.#batch, this.#width], data } };
  }
}
