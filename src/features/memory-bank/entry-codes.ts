/**
 * @file The entries of a class in 8 bits: a first look at all of them, by which those that can be the nearest are found; what they are away in truth is worked
 * out for these alone (class-search.ts). A processor multiplies whole numbers of 8 bits several times as fast as float32.
 *
 * With codes q of a patch and p of an entry, the nearest entry is the one of the largest q p - p p / 4, as a patch's whole numbers stand for twice as much as
 * an entry's. Rounding hardly changes the order: it is as if each lay a little beside its place, and only entries that are nearly as far change places.
 * The term p p / 4 is in the product as well: as digits of the entry, beside a constant number for each.
 */
import { joined } from '../../core/arrays.ts';
import {
  add,
  cast,
  concat,
  matmulInteger,
  maximum,
  minimum,
  mul,
  slice,
  sub,
  type Tensor,
} from '../../graph/index.ts';

/** Each number of an entry that is out of reach: far beyond any feature, and a half holds it exactly. */
export const far = 30_000;

/** Codes of an entry behind those of its components: the digits of its length. */
export const lengthDigits = 16;

/** Codes of a patch reach so far from 0. With their zero point they need 7 bits: the sum of two products fits in 16, as processors without VNNI have it. */
const patchReach = 63;
const zeroPoint = 64;
/** Codes of an entry reach so far from 0. */
const entryReach = 127;

/** What each digit counts, for a patch that has these codes there: all but the last are of one weight, which keeps them in 8 bits. */
const digitWeights = Array.from({ length: lengthDigits }, (_, digit) =>
  digit < lengthDigits - 1 ? patchReach : 1,
);

/** The longest length that digits can say. */
const longest = entryReach * patchReach * (lengthDigits - 1) + patchReach - 1;

/** Codes of the entries of one class. */
export interface ClassCodes {
  /** [searchWidth + lengthDigits, M] row-major: an entry is a column. */
  readonly codes: Int8Array;
  /** Where 0 is, [searchWidth]. */
  readonly centre: Float32Array;
  /** How many whole numbers of a patch's codes make 1; above 0. */
  readonly perUnit: number;
}

/**
 * Codes of the entries of one class. Those that are out of reach (`far`) stay so.
 * @param entries - [M, width]
 * @param searchWidth - how many components have codes, 1..width
 */
export function codesOf(entries: Float32Array, width: number, searchWidth: number): ClassCodes {
  const count = entries.length / width;
  const rows = Array.from({ length: count }, (_, entry) =>
    entries.subarray(entry * width, (entry + 1) * width),
  );
  const within = rows.filter(([first]) => first !== far);
  const centre = centreOf(within, searchWidth);
  const step = stepOf(within, centre);
  const codes = new Int8Array((searchWidth + lengthDigits) * count);
  for (const [entry, row] of rows.entries()) {
    let length = longest;
    if (row[0] !== far) {
      let squares = 0;
      for (let component = 0; component < searchWidth; component++) {
        const code = Math.round((row[component]! - centre[component]!) / step);
        codes[component * count + entry] = code;
        squares += code * code;
      }
      length = Math.round(squares / 4);
    }
    for (const [at, digit] of digitsOf(length).entries()) codes[(searchWidth + at) * count + entry] = digit;
  }
  return { codes, centre, perUnit: Math.fround(1 / (2 * step)) };
}

/**
 * Codes of an entry that no patch finds, [searchWidth + lengthDigits]: it lies in the centre and has the longest length of all. Entries in reach have
 * at most half of that, and so some are always nearer.
 */
export function codesOutOfReach(searchWidth: number): Int8Array {
  return Int8Array.from([...new Array<number>(searchWidth).fill(0), ...digitsOf(longest)]);
}

/** Digits that take a length off a product. @param length - whole, 0..`longest` */
function digitsOf(length: number): number[] {
  const high = Math.floor(length / patchReach);
  return digitWeights.map((weight, digit) =>
    weight === 1 ? high * patchReach - length : -Math.min(entryReach, Math.max(0, high - digit * entryReach)),
  );
}

function centreOf(rows: readonly Float32Array[], searchWidth: number): Float32Array {
  const sums = new Float64Array(searchWidth);
  for (const row of rows)
    for (let component = 0; component < searchWidth; component++) sums[component]! += row[component]!;
  return Float32Array.from(sums, (sum) => sum / Math.max(1, rows.length));
}

/** What a whole number of an entry's codes stands for: no code reaches too far, and no length is more than half of `longest`. */
function stepOf(rows: readonly Float32Array[], centre: Float32Array): number {
  let furthest = 0;
  let most = 0;
  for (const row of rows) {
    let squares = 0;
    for (let component = 0; component < centre.length; component++) {
      const apart = Math.abs(row[component]! - centre[component]!);
      furthest = Math.max(furthest, apart);
      squares += apart * apart;
    }
    most = Math.max(most, squares);
  }
  return Math.max(furthest / entryReach, Math.sqrt(most / (2 * longest))) || 1;
}

/** Codes of several classes beside each other, for a graph. */
export function joinedCodes(classes: readonly ClassCodes[], searchWidth: number) {
  const rows = searchWidth + lengthDigits;
  const counts = classes.map(({ codes }) => codes.length / rows);
  const count = counts.reduce((sum, each) => sum + each, 0);
  const codes = new Int8Array(rows * count);
  let first = 0;
  for (const [index, own] of classes.entries()) {
    const columns = counts[index]!;
    for (let row = 0; row < rows; row++)
      codes.set(own.codes.subarray(row * columns, (row + 1) * columns), row * count + first);
    first += columns;
  }
  return {
    codes: { shape: [rows, count], data: codes },
    centres: {
      shape: [classes.length, searchWidth],
      data: joined(
        Float32Array,
        classes.map(({ centre }) => centre),
      ),
    },
    perUnit: { shape: [classes.length], data: Float32Array.from(classes, ({ perUnit }) => perUnit) },
  };
}

/**
 * How near entries are by their codes: larger is nearer, of the entries of one class and for one patch alone.
 * @param rows - patches along the first components, [rows, searchWidth]
 * @param codes - of the class's entries, int8 [searchWidth + lengthDigits, M]
 * @param centre - [1, searchWidth]
 * @param perUnit - [1]
 * @returns int32 [rows, M]
 */
export function nearnessByCodes(
  rows: Tensor,
  { codes, centre, perUnit }: { readonly codes: Tensor; readonly centre: Tensor; readonly perUnit: Tensor },
): Tensor {
  const { graph } = codes;
  const inSteps = mul(sub(rows, centre), perUnit);
  const within = maximum(minimum(inSteps, patchReach), -patchReach);
  const weights = graph.constant('digit_weights', digitWeights, [1, lengthDigits]);
  // The weights as often as there are rows.
  const besides = add(mul(slice(within, 1, 0, 1), 0), weights);
  // To uint8 numbers are cut off, so that half more rounds them.
  const patches = cast(add(concat([within, besides], 1), zeroPoint + 0.5), 'uint8');
  return matmulInteger(patches, codes, zeroPoint);
}
