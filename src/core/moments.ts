/** @file Mean and standard deviation of many values, in one pass and double precision. */

/** Sums of values that come in pieces. */
export class RunningMoments {
  #count = 0;
  #sum = 0;
  #squares = 0;

  add(values: Float32Array): void {
    for (const value of values) {
      this.#sum += value;
      this.#squares += value * value;
    }
    this.#count += values.length;
  }

  /** Whether there were none. */
  get isEmpty(): boolean {
    return this.#count === 0;
  }

  /** The deviation is at least a millionth, so that it can be divided by. */
  spread(): { readonly mean: number; readonly deviation: number } {
    const mean = this.#sum / this.#count;
    const variance = Math.max(0, this.#squares / this.#count - mean * mean);
    return { mean, deviation: Math.max(Math.sqrt(variance), 1e-6) };
  }
}
