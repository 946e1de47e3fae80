/**
 * @file Samples of more than 8 bits. Cameras of 10, 12 or 14 bits are saved in files of 16, mostly at the lower end of the range: read as the
 * full range they would be nearly black, 12 bits with 16 grey levels. How many bits are used is decided once for a data set and kept by its
 * detector; never for a single image, or every dark one would be made bright. Pure; the same in Node and the browser.
 */

/** How many bits of a 16-bit sample are used; 16 is the whole range. */
export const sampleBits = [8, 10, 12, 14, 16] as const;
export type SampleBits = (typeof sampleBits)[number];

/** The whole range, as files of 16 bits are meant where nothing else is said. */
export const wholeRange: SampleBits = 16;

/** What the file of an image had. */
export interface SourceSamples {
  /** Bits a sample takes in the file. */
  readonly depth: 8 | 16;
  /** How many of them were read as used. */
  readonly bits: SampleBits;
}

/** The largest value that so many bits hold. */
export function mostOf(bits: SampleBits): number {
  return 2 ** bits - 1;
}

/** Values of 16-bit samples, over an image or many. */
export interface SampleRange {
  readonly smallest: number;
  readonly largest: number;
  /** All values, their bits joined by OR: which bits are ever set. */
  readonly used: number;
  /** How many values need so many bits, by that number: 0 to 16. */
  readonly counts: readonly number[];
}

/** The range of an image's samples. @param data - at least one */
export function rangeOf(data: Uint16Array): SampleRange {
  let used = 0;
  let smallest = 0xffff;
  let largest = 0;
  const counts = new Array<number>(17).fill(0);
  for (const value of data) {
    used |= value;
    if (value < smallest) smallest = value;
    if (value > largest) largest = value;
    counts[32 - Math.clz32(value)]!++;
  }
  return { smallest, largest, used, counts };
}

/** The range of all of them. @param ranges - at least one */
export function joinedRange(ranges: readonly SampleRange[]): SampleRange {
  return ranges.reduce((first, second) => ({
    smallest: Math.min(first.smallest, second.smallest),
    largest: Math.max(first.largest, second.largest),
    used: first.used | second.used,
    counts: first.counts.map((count, bits) => count + second.counts[bits]!),
  }));
}

/** The bits that hold a range: the fewest of those that cameras have. */
export function bitsFor({ largest }: Pick<SampleRange, 'largest'>): SampleBits {
  return sampleBits.find((bits) => largest <= mostOf(bits)) ?? wholeRange;
}

/** 16-bit samples as 8-bit ones: the upper 8 of the used bits. @throws SampleTooLarge, so that nothing is cut off in silence */
export function toBytes(data: Uint16Array, bits: SampleBits): Uint8Array {
  const shift = bits - 8;
  const most = mostOf(bits);
  const bytes = new Uint8Array(data.length);
  for (let at = 0; at < data.length; at++) {
    const value = data[at]!;
    if (value > most) throw new SampleTooLarge(data, bits);
    bytes[at] = value >> shift;
  }
  return bytes;
}

/** An image with values beyond the bits that are read. */
export class SampleTooLarge extends Error {
  constructor(data: Uint16Array, bits: SampleBits) {
    super(`its values go up to ${rangeOf(data).largest}, and ${bits} bits hold ${mostOf(bits)} at most`);
  }
}
