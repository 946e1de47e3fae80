/**
 * @file Sorting scores once, so that no metric has to loop over thresholds. A score becomes an unsigned integer key
 * whose ascending order is the score's descending order (the bits of an IEEE 754 float are ordered but for the sign),
 * and keys are sorted by least-significant-digit radix sort (Knuth, TAOCP vol. 3, 5.2.5): three passes of 11, 11 and
 * 10 bits, linear in the number of scores.
 *
 * Limits: scores are compared in single precision, which is what a detector writes; -0 equals 0; not-a-number is
 * refused. Sorting n keys takes 4n bytes beside them, 8n where each carries a payload.
 */
import { CladError } from '../core/errors.ts';

const digits = [
  { shift: 0, mask: 0x7ff },
  { shift: 11, mask: 0x7ff },
  { shift: 22, mask: 0x3ff },
] as const;

/**
 * The keys of scores: `key(a) < key(b)` exactly where `a > b`.
 * @param scores - any numbers, infinite ones too; rounded to single precision
 * @param what - what the scores are, for the error's sentence
 * @throws CladError METRIC_INPUT where a score is not a number
 */
export function scoreKeys(scores: ArrayLike<number>, what: string): Uint32Array {
  const floats = scores instanceof Float32Array ? scores : Float32Array.from(scores);
  const bits = new Uint32Array(floats.buffer, floats.byteOffset, floats.length);
  const keys = new Uint32Array(floats.length);
  for (let index = 0; index < bits.length; index++) {
    const value = bits[index] as number;
    const magnitude = value & 0x7fffffff;
    if (magnitude > 0x7f800000) {
      throw new CladError('METRIC_INPUT', { what, reason: `value ${index} is not a number` });
    }
    keys[index] = value !== magnitude && magnitude > 0 ? value : 0x7fffffff - magnitude;
  }
  return keys;
}

/** The score a key stands for. */
export function scoreOfKey(key: number): number {
  const bits = new Uint32Array([key > 0x7fffffff ? key : 0x7fffffff - key]);
  return new Float32Array(bits.buffer)[0] as number;
}

/** Keys in ascending order (scores in descending order) and, in the same order, what each carried. */
export interface SortedKeys {
  readonly keys: Uint32Array;
  readonly payload: Uint32Array;
}

/** Sorts keys ascending. The argument serves as working space: its content is lost, use the result. */
export function sortKeys(keys: Uint32Array): Uint32Array {
  let from = keys;
  let to: Uint32Array = new Uint32Array(keys.length);
  for (const { shift, mask } of digits) {
    const next = firstPlaces(from, shift, mask);
    if (!next) continue;
    for (let index = 0; index < from.length; index++) {
      const key = from[index] as number;
      const digit = (key >>> shift) & mask;
      const place = next[digit] as number;
      to[place] = key;
      next[digit] = place + 1;
    }
    [from, to] = [to, from];
  }
  return from;
}

/** Sorts keys ascending, each with its payload; equal keys keep their order. Both arguments' content is lost. */
export function sortKeysWith(keys: Uint32Array, payload: Uint32Array): SortedKeys {
  let from: SortedKeys = { keys, payload };
  let to: SortedKeys = { keys: new Uint32Array(keys.length), payload: new Uint32Array(keys.length) };
  for (const { shift, mask } of digits) {
    const next = firstPlaces(from.keys, shift, mask);
    if (!next) continue;
    for (let index = 0; index < keys.length; index++) {
      const key = from.keys[index] as number;
      const digit = (key >>> shift) & mask;
      const place = next[digit] as number;
      to.keys[place] = key;
      to.payload[place] = from.payload[index] as number;
      next[digit] = place + 1;
    }
    [from, to] = [to, from];
  }
  return from;
}

/** Where the first key of each digit goes; nothing where all keys share the digit, so the pass can be left out. */
function firstPlaces(keys: Uint32Array, shift: number, mask: number): Uint32Array | undefined {
  const places = new Uint32Array(mask + 1);
  for (let index = 0; index < keys.length; index++) {
    const digit = ((keys[index] as number) >>> shift) & mask;
    places[digit] = (places[digit] as number) + 1;
  }
  let sum = 0;
  for (let digit = 0; digit <= mask; digit++) {
    const count = places[digit] as number;
    if (count === keys.length) return undefined;
    places[digit] = sum;
    sum += count;
  }
  return places;
}
