/** @file Typed arrays put together, and rows picked out of them; lists in groups and in order; the middle of values. */

/** The kinds of array that hold numbers here. */
export type NumberArray = Float32Array | Int8Array | Uint8Array | Uint16Array | Uint32Array;

type MakerOf<T> = new (length: number) => T;

/** Arrays one after another, in one. @param kind - which array to make, e.g. `Uint16Array` */
export function joined<T extends NumberArray>(kind: MakerOf<T>, parts: readonly T[]): T {
  const whole = new kind(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** Numbers made of others; `kind.from(values, make)` takes some thirty times as long. @param kind - which array to make */
export function mapped<T extends NumberArray | Float64Array>(
  kind: MakerOf<T>,
  values: ArrayLike<number>,
  make: (value: number, at: number) => number,
): T {
  const made = new kind(values.length);
  for (let at = 0; at < values.length; at++) made[at] = make(values[at]!, at);
  return made;
}

/** Whole numbers as 64-bit ones. @throws RangeError for one that is not whole */
export function wholeNumbers(values: ArrayLike<number>): BigInt64Array {
  const whole = new BigInt64Array(values.length);
  for (let at = 0; at < values.length; at++) whole[at] = BigInt(values[at]!);
  return whole;
}

/** 0, 1, 2 and so on, up to a count. */
export function counted(count: number): Uint32Array {
  const numbers = new Uint32Array(count);
  for (let at = 0; at < count; at++) numbers[at] = at;
  return numbers;
}

/** Chosen rows of a matrix [rows, width], in the order given. @param kind - which array to make */
export function pickRows<T extends NumberArray>(
  kind: MakerOf<T>,
  matrix: T,
  width: number,
  rows: ArrayLike<number>,
): T {
  return copyRows(matrix, width, rows, new kind(rows.length * width));
}

/** The same, into the beginning of an array that there is already. @returns that beginning */
export function copyRows<T extends NumberArray>(
  matrix: T,
  width: number,
  rows: ArrayLike<number>,
  target: T,
): T {
  for (let slot = 0; slot < rows.length; slot++)
    target.set(matrix.subarray(rows[slot]! * width, (rows[slot]! + 1) * width), slot * width);
  return target.subarray(0, rows.length * width) as T;
}

/**
 * Memory that is used again and again, as such that is new each time takes longer to be had than to be filled.
 * @returns what gives it, with so many numbers at least and whatever is in them; grown where it has to be
 */
export function reusedFloats(): (length: number) => Float32Array {
  let room = new Float32Array(0);
  return (length) => {
    if (room.length < length) room = new Float32Array(length);
    return room;
  };
}

/** The middle value; of an even count the mean of the two in the middle. @param values - at least one */
export function median(values: ArrayLike<number>): number {
  const sorted = Float64Array.from(values).sort();
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** The value at a rank, 0 .. 1, of the sorted list (nearest rank). @param values - at least one */
export function quantile(values: ArrayLike<number>, rank: number): number {
  return Float64Array.from(values).sort()[Math.round(rank * (values.length - 1))]!;
}

/**
 * Values at ranks of the sorted list, without sorting it: numbers of one sign and size, by the upper half of their bits, are counted, and only those are
 * sorted among which a rank lies.
 * @param parts - the list, in parts; finite values, at least one
 * @param ranks - whole numbers, 0 for the least
 */
export function valuesAtRanks(parts: readonly Float32Array[], ranks: readonly number[]): number[] {
  const counts = new Uint32Array(1 << 16);
  for (const part of parts) for (const bits of bitsOf(part)) counts[orderOf(bits)]!++;
  const wanted = ranks.map((rank) => {
    let [bin, before] = [0, 0];
    while (before + counts[bin]! <= rank) before += counts[bin++]!;
    return { bin, within: rank - before };
  });
  const bins = new Map(wanted.map(({ bin }) => [bin, { values: new Float32Array(counts[bin]!), filled: 0 }]));
  for (const part of parts) {
    const bits = bitsOf(part);
    for (let at = 0; at < bits.length; at++) {
      const own = bins.get(orderOf(bits[at]!));
      if (own) own.values[own.filled++] = part[at]!;
    }
  }
  for (const { values } of bins.values()) values.sort();
  return wanted.map(({ bin, within }) => bins.get(bin)!.values[within]!);
}

function bitsOf(values: Float32Array): Uint32Array {
  return new Uint32Array(values.buffer, values.byteOffset, values.length);
}

/** The upper 16 of a float's bits, so that larger values have larger numbers. */
function orderOf(bits: number): number {
  return (bits & 0x80000000 ? ~bits : bits | 0x80000000) >>> 16;
}

/** Items by a name that each has; both orders kept. */
export function groupBy<T>(items: Iterable<T>, nameOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const name = nameOf(item);
    const group = groups.get(name);
    if (group) group.push(item);
    else groups.set(name, [item]);
  }
  return groups;
}

/** Orders strings by code unit, the same on every machine and in every language. */
export function byCodeUnit(first: string, second: string): number {
  return first < second ? -1 : first > second ? 1 : 0;
}

/**
 * Squared lengths of rows, summed in double precision.
 * @param rows - [count, width] row-major
 * @param columns - along the first of them only, at most `width`
 * @returns [count]
 */
export function squaredLengths(rows: Float32Array, width: number, columns = width): Float32Array {
  return Float32Array.from({ length: width === 0 ? 0 : rows.length / width }, (_, row) => {
    let total = 0;
    for (let at = row * width; at < row * width + columns; at++) total += rows[at]! * rows[at]!;
    return total;
  });
}
