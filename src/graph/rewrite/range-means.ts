/** @file What ranges of 8-bit values are made of: the mean over images of the smallest and of the largest number of each value. */
import type { ValueRange } from './whole-numbers.ts';

/** Mean ends of values over images, so that one odd highlight does not stretch the scale. */
export class RangeMeans {
  readonly #sums = new Map<string, { low: number; high: number; count: number }>();

  /** @param ends - of one image, as an output of `rangeModel` gives them: [2], or [turns, 2] of a value in a Loop */
  add(name: string, ends: Float32Array): void {
    const low = ends.reduce((least, end, at) => (at % 2 === 0 ? Math.min(least, end) : least), Infinity);
    const high = ends.reduce((most, end, at) => (at % 2 === 1 ? Math.max(most, end) : most), -Infinity);
    const sum = this.#sums.get(name) ?? { low: 0, high: 0, count: 0 };
    this.#sums.set(name, { low: sum.low + low, high: sum.high + high, count: sum.count + 1 });
  }

  /** Both 0 where there was no image. */
  of(name: string): ValueRange {
    const { low, high, count } = this.#sums.get(name) ?? { low: 0, high: 0, count: 1 };
    return { low: low / count, high: high / count };
  }
}
