/** @file IEEE 754 half precision (float16) held in 16-bit integers, as ONNX and the feature store keep it. */

const scratch = new Float32Array(1);
const scratchBits = new Uint32Array(scratch.buffer);

/** The nearest half (ties to even) of a number, as its 16 bits. Beyond 65504 it is infinite. */
export function floatToHalf(value: number): number {
  scratch[0] = value;
  const bits = scratchBits[0] as number;
  const sign = (bits >>> 16) & 0x8000;
  const magnitude = bits & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00;
  if (magnitude >= 0x477ff000) return sign | 0x7c00;
  if (magnitude >= 0x38800000) {
    const rebiased = magnitude - 0x38000000;
    return sign | ((rebiased + 0xfff + ((rebiased >>> 13) & 1)) >>> 13);
  }
  // Below the smallest normal half (2^-14) the value counts units of 2^-24; adding 2^(23-24) rounds it there.
  scratch[0] = Math.abs(value) + 0.5;
  return sign | ((scratchBits[0] as number) - 0x3f000000);
}

/** The number a half stands for. */
function halfToFloat(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >>> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** Converts a whole array of halves, by a table of all 65536 of them. */
export function halvesToFloats(
  halves: Uint16Array,
  target: Float32Array = new Float32Array(halves.length),
): Float32Array {
  const values = halfTable();
  for (let index = 0; index < halves.length; index++)
    target[index] = values[halves[index] as number] as number;
  return target;
}

/** Converts a whole array to halves. */
export function floatsToHalves(values: Float32Array, target = new Uint16Array(values.length)): Uint16Array {
  for (let index = 0; index < values.length; index++) target[index] = floatToHalf(values[index] as number);
  return target;
}

/** Each number rounded to the nearest half, in place. */
export function roundToHalves(values: Float32Array): Float32Array {
  return halvesToFloats(floatsToHalves(values), values);
}

let table: Float32Array | undefined;

function halfTable(): Float32Array {
  table ??= Float32Array.from({ length: 65536 }, (_, half) => halfToFloat(half));
  return table;
}
