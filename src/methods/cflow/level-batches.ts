/**
 * @file Batches of one level's patches out of stored maps, the same for the same seed and step: some images after others are read, and all their patches of the
 * level shuffled together, as the publication's code does it. So a step sees many images, and no image is read twice a pass.
 */
import { Random } from '../../core/random.ts';
import { int64, type TensorValue } from '../../runtime/engine.ts';
import type { BatchSpec } from '../../training/program.ts';
import type { Batches } from '../../training/stage.ts';
import type { ImagePasses } from '../shared/maps/image-passes.ts';
import { stepsOfPass } from './cflow-schedule.ts';
import { levelSpec } from './cflow-step.ts';
import type { LevelFlow } from './flow.ts';

/** Images whose patches are shuffled together, and the order of these. */
interface Group {
  readonly number: number;
  /** The level's maps of each image, halves [channels * places]. */
  readonly maps: readonly Uint16Array[];
  readonly order: Uint32Array;
}

export class LevelBatches implements Batches {
  readonly spec: BatchSpec;
  readonly stepsPerEpoch: number;
  readonly #passes: Pick<ImagePasses, 'images' | 'imageAt'>;
  readonly #flow: LevelFlow;
  readonly #start: number;
  readonly #batch: number;
  readonly #seed: number;
  /** Images of a group, and the steps that are made of it; patches that are left over are left out. */
  readonly #together: number;
  readonly #steps: number;
  #group: Group | undefined;

  /**
   * @param start - where the level's maps begin in a stored row
   * @param options.batch - patches a step
   * @param options.images - read at once, at most as many as there are, but enough for a step
   */
  constructor(
    passes: Pick<ImagePasses, 'images' | 'imageAt'>,
    flow: LevelFlow,
    start: number,
    { batch, images, seed }: { readonly batch: number; readonly images: number; readonly seed: number },
  ) {
    const places = flow.level.rows * flow.level.columns;
    this.#passes = passes;
    this.#flow = flow;
    this.#start = start;
    this.#batch = batch;
    this.#seed = seed;
    const { together, steps, perPass } = stepsOfPass(passes.images, places, { batch, images });
    this.#together = together;
    this.#steps = steps;
    this.stepsPerEpoch = perPass;
    this.spec = levelSpec(flow, batch);
  }

  async batches(from: number, steps: number): Promise<Record<string, TensorValue>> {
    const { channels, rows, columns } = this.#flow.level;
    const size = rows * columns;
    const data = new Uint16Array(steps * this.#batch * channels);
    const places = new Array<number>(steps * this.#batch);
    for (let step = 0; step < steps; step++) {
      const { maps, order } = await this.#groupOf(Math.floor((from + step) / this.#steps));
      const first = ((from + step) % this.#steps) * this.#batch;
      for (let row = 0; row < this.#batch; row++) {
        const patch = order[first + row] as number;
        const at = step * this.#batch + row;
        const [map, place] = [maps[Math.floor(patch / size)] as Uint16Array, patch % size];
        for (let channel = 0; channel < channels; channel++)
          data[at * channels + channel] = map[channel * size + place] as number;
        places[at] = place;
      }
    }
    return {
      patches: { dtype: 'float16', shape: [steps, this.#batch, channels], data },
      places: int64(places, [steps, this.#batch]),
    };
  }

  async #groupOf(number: number): Promise<Group> {
    if (this.#group?.number === number) return this.#group;
    const { name, level } = this.#flow;
    const places = level.rows * level.columns;
    const end = this.#start + level.channels * places;
    const maps: Uint16Array[] = [];
    for (let image = 0; image < this.#together; image++) {
      const row = await this.#passes.imageAt(number * this.#together + image);
      maps.push(row.slice(this.#start, end));
    }
    const order = new Random(this.#seed, 'patches', name, number).permutation(this.#together * places);
    this.#group = { number, maps, order };
    return this.#group;
  }
}
