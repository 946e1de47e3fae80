/** @file What reducing a backbone costs and gains: how far its layers are off, and how long it takes, on drawn textures and the very engine. */
import { CladError, firstLineOf } from '../../core/errors.ts';
import { sizeOf } from '../../image/size-option.ts';
import { type Engine, floats, type Session, type TensorValue } from '../../runtime/engine.ts';
import { unsuitable } from './backbone-file.ts';
import { drawnInputs } from './drawn-inputs.ts';
import type { Backbone } from './loaded-backbone.ts';
import { usualLayers } from './usual-layers.ts';

/** As a share of how much a layer varies; more is another network. Networks that lost nothing to be measured were below a tenth. */
const mostOff = 0.5;
/** Textures that are compared; the first one is not timed. */
const textures = 5;

/** Files with one input `image` and the backbone's layers as outputs. */
interface Compared {
  readonly whole: Uint8Array;
  readonly reduced: Uint8Array;
  readonly precision: 'fp16' | 'int8';
}

/**
 * Runs both in turns.
 * @returns a sentence with the difference and the share of the time
 * @throws BACKBONE_UNSUITABLE where the reduced one does not run, or gives other numbers
 */
export async function requireAlike(
  engine: Engine,
  { card, path }: Backbone,
  { whole, reduced, precision }: Compared,
): Promise<string> {
  const names = usualLayers(card);
  const before = await engine.load(whole);
  try {
    const after = await engine.load(reduced);
    try {
      const seconds = { before: Infinity, after: Infinity };
      const sums = names.map(() => new Difference());
      let index = 0;
      for (const image of drawnInputs('backbone precision', sizeOf(card.inputSize), card, textures)) {
        const one = await timed(before, image, names);
        const other = await timed(after, image, names);
        names.forEach((name, at) => {
          sums[at]!.add(floats(one.outputs[name]), floats(other.outputs[name]));
        });
        if (index++ === 0) continue;
        // The shortest: whatever else the machine does only adds.
        seconds.before = Math.min(seconds.before, one.seconds);
        seconds.after = Math.min(seconds.after, other.seconds);
      }
      const off = Math.max(...sums.map((sum) => sum.share));
      // NaN is no number that is small.
      if (!(off <= mostOff))
        unsuitable(path, `in ${precision} its layers give other numbers (${described(off)}); use fp32`);
      const share = seconds.after / seconds.before;
      const gain = share > 0.95 ? ', so that only the file gains by it' : '';
      return `${card.name} in ${precision}: its layers are ${described(off)}; on this machine (${engine.device}) it takes ${share.toFixed(2)} of the time${gain}.`;
    } finally {
      await after.release();
    }
  } catch (error) {
    if (error instanceof CladError) throw error;
    return unsuitable(path, `in ${precision} it does not run on ${engine.device} (${firstLineOf(error)})`);
  } finally {
    await before.release();
  }
}

function described(off: number): string {
  return Number.isFinite(off) ? `off by ${(off * 100).toPrecision(2)} % of how much they vary` : 'not finite';
}

async function timed(session: Session, image: TensorValue, names: readonly string[]) {
  const started = performance.now();
  const outputs = await session.run({ image }, names);
  return { outputs, seconds: (performance.now() - started) / 1000 };
}

/** Sums of a layer over images. */
class Difference {
  #count = 0;
  #sum = 0;
  #squares = 0;
  #off = 0;

  add(before: Float32Array, after: Float32Array): void {
    for (let at = 0; at < before.length; at++) {
      const value = before[at]!;
      this.#sum += value;
      this.#squares += value * value;
      this.#off += (after[at]! - value) ** 2;
    }
    this.#count += before.length;
  }

  /** Deviation of the differences as a share of that of the values. */
  get share(): number {
    const variance = this.#squares - this.#sum ** 2 / this.#count;
    return this.#off === 0 ? 0 : Math.sqrt(this.#off / variance);
  }
}
