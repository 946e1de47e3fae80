/**
 * @file Seeded random numbers. A stream is named by a path of keys (`new Random(seed, 'mask', image)`), so any part
 * of a run can be recomputed alone, in any order, and a resumed run draws what the uninterrupted one would have.
 *
 * Generator: sfc32 (Chris Doty-Humphrey, PractRand), seeded by FNV-1a over the keys and twelve warm-up rounds.
 * Not for cryptography.
 */

/** One independent stream of random numbers. */
export class Random {
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;
  #spareNormal: number | undefined;

  /** @param keys - what names the stream; the same keys give the same numbers on every machine */
  constructor(...keys: readonly (string | number)[]) {
    const text = keys.join('\u0000');
    this.#a = fnv1a(text, 0x811c9dc5);
    this.#b = fnv1a(text, 0x9e3779b9);
    this.#c = fnv1a(text, 0x85ebca6b);
    for (let round = 0; round < 12; round++) this.uint32();
  }

  /** An integer in [0, 2^32). */
  uint32(): number {
    const result = (this.#a + this.#b + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = ((this.#c << 21) | (this.#c >>> 11)) + result;
    this.#c |= 0;
    return result >>> 0;
  }

  /** A number in [low, high), 32 bits of resolution. */
  uniform(low = 0, high = 1): number {
    return low + (this.uint32() / 4294967296) * (high - low);
  }

  /** An integer in [0, count). The bias is below count / 2^32. */
  integer(count: number): number {
    return Math.floor((this.uint32() / 4294967296) * count);
  }

  /** One element of a list that is not empty. */
  pick<T>(items: readonly T[]): T {
    return items[this.integer(items.length)] as T;
  }

  /** A draw from N(mean, deviation^2), by Box and Muller's transform. */
  normal(mean = 0, deviation = 1): number {
    if (this.#spareNormal !== undefined) {
      const spare = this.#spareNormal;
      this.#spareNormal = undefined;
      return mean + deviation * spare;
    }
    const radius = Math.sqrt(-2 * Math.log((this.uint32() + 1) / 4294967296));
    const angle = (this.uint32() / 4294967296) * 2 * Math.PI;
    this.#spareNormal = radius * Math.sin(angle);
    return mean + deviation * radius * Math.cos(angle);
  }

  /** Fills an array with draws from N(0, 1) and returns it. */
  fillNormal<T extends Float32Array | Float64Array>(target: T): T {
    for (let index = 0; index < target.length; index++) target[index] = this.normal();
    return target;
  }

  /** The numbers 0 .. count-1 in random order (Fisher and Yates). */
  permutation(count: number): Uint32Array {
    const order = new Uint32Array(count);
    for (let index = 0; index < count; index++) {
      const other = this.integer(index + 1);
      order[index] = order[other] as number;
      order[other] = index;
    }
    return order;
  }

  /** `count` different elements of a list, in random order. */
  sample<T>(items: readonly T[], count: number): T[] {
    return Array.from(this.permutation(items.length).subarray(0, count), (index) => items[index] as T);
  }
}

function fnv1a(text: string, basis: number): number {
  let hash = basis;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return hash | 0;
}
