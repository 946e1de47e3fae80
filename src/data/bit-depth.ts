/**
 * @file How many bits of the samples of a data set's 16-bit files are used: decided over all training images, never by a single one, and only
 * where the values leave no doubt. Everything else is refused with what was found, because a wrong choice would not be seen: 12 bits read as 16
 * leave 16 grey levels, and a scratch within one level.
 *
 * Clear is: the largest value is in the upper half of what so many bits hold (of 16: in the upper three quarters), which every class agrees
 * about. In doubt are dark data sets, values at the upper end or in the middle of the range, and images that seem to come from two cameras.
 */
import { open } from 'node:fs/promises';
import { CladError } from '../core/errors.ts';
import { readRegular } from '../core/files.ts';
import type { ProgressListener } from '../core/progress.ts';
import { decodeSamples } from '../image/decode.ts';
import { pngDepth, startsAsPng, startsAsTiff } from '../image/format.ts';
import {
  bitsFor,
  joinedRange,
  mostOf,
  rangeOf,
  type SampleBits,
  type SampleRange,
  wholeRange,
} from '../image/samples.ts';
import { mapConcurrently } from './concurrency.ts';
import type { Dataset } from './dataset.ts';
import { defaultConcurrency } from './default-concurrency.ts';

/** A training image's file. */
export interface FileDepth {
  readonly path: string;
  readonly className: string;
  readonly depth: 8 | 16;
  /** Of 16-bit files; absent where their colours are neither RGB nor grey. */
  readonly range?: SampleRange | undefined;
}

/** How 16-bit files are read. */
export interface BitsChoice {
  readonly bits: SampleBits;
  /** What people are told: a sentence; undefined where nothing has to be said. */
  readonly note?: string | undefined;
}

type DeepFile = FileDepth & { readonly range: SampleRange };

/**
 * Decides.
 * @param files - all training images
 * @param stated - what the user says; then nothing is refused here (values beyond are met where files are decoded)
 * @throws BITS_UNCLEAR
 */
export function chooseBits(files: readonly FileDepth[], stated?: SampleBits): BitsChoice {
  const deep = files.filter((file): file is DeepFile => file.range !== undefined);
  if (deep.length === 0) return { bits: stated ?? wholeRange };
  const all = joinedRange(deep.map(({ range }) => range));
  if (stated !== undefined) return { bits: stated, note: statedNote(stated, deep.length, all) };
  const reason = doubt(files, deep, all);
  if (reason !== undefined) throw new CladError('BITS_UNCLEAR', { reason });
  const bits = bitsFor(all);
  if (bits === wholeRange) return { bits };
  return {
    bits,
    note: `${count(deep.length)} with values up to ${all.largest}: read as ${bits} bits a sample, and so by every command that uses the detector (--bits says otherwise).`,
  };
}

function statedNote(bits: SampleBits, files: number, { largest }: SampleRange): string | undefined {
  if (bitsFor({ largest }) >= bits) return undefined;
  const levels = (largest >> (bits - 8)) + 1;
  return `${count(files)} with values up to ${largest} are read as ${bits} bits a sample, as --bits says: ${levels} of 256 grey levels are used.`;
}

/** Why it is not clear; undefined where it is. */
function doubt(files: readonly FileDepth[], deep: readonly DeepFile[], all: SampleRange): string | undefined {
  const bits = bitsFor(all);
  const products = [...new Set(deep.map(({ className }) => className))].map((name) => ({
    name,
    range: joinedRange(deep.filter(({ className }) => className === name).map(({ range }) => range)),
  }));
  const other = products.find(({ range }) => bitsFor(range) !== bits);
  if (other) {
    const like = products.find(({ range }) => bitsFor(range) === bits)!;
    return `values go up to ${other.range.largest} in ${other.name}, and up to ${like.range.largest} in ${like.name}: these are two cameras, or one class is dark`;
  }
  const apart = detached(all);
  if (apart !== undefined)
    return `values go up to ${apart}, and a few are ${all.largest} without any between: something drawn into the images, or two cameras`;
  const darker = deep.filter(({ range }) => range.largest <= mostOf(bits) >> 4);
  if (darker[0] && darker.length < deep.length)
    return `values go up to ${all.largest}, but in ${darker.length} of ${deep.length} files only to ${joinedRange(darker.map(({ range }) => range)).largest} (${darker[0].path}): two cameras, or nearly black images`;
  if (bits === wholeRange) {
    // Twelve bits turned over, or around the middle, as signed numbers are.
    if (all.largest - all.smallest > mostOf(12)) return undefined;
    return `values lie between ${all.smallest} and ${all.largest}, a small part of the range`;
  }
  if (all.largest <= mostOf(bits) >> 1) return `values go up to ${all.largest} only`;
  const unused = trailingZeros(all.used);
  if (unused > 0)
    return `values go up to ${all.largest} only, and all are multiples of ${2 ** unused}, as of a camera whose bits are at the upper end`;
  const strange = files.find(({ depth, range }) => depth === 16 && !range);
  if (strange)
    return `values go up to ${all.largest} only, and ${strange.path} has colours that are neither RGB nor grey`;
  const mixed = products.find(({ name }) =>
    files.some((file) => file.className === name && file.depth === 8),
  );
  if (mixed) return `values go up to ${all.largest} only, and ${mixed.name} has files of 8 bits as well`;
  return undefined;
}

/** Where the largest values stand apart, none of half or a quarter of them being there: the largest of the others. */
function detached({ counts }: SampleRange): number | undefined {
  const most = counts.findLastIndex((each) => each > 0);
  const next = counts.findLastIndex((each, bits) => each > 0 && bits < most);
  // Black and white alone are a drawing.
  return next >= 8 && most - next >= 2 ? 2 ** next - 1 : undefined;
}

function trailingZeros(value: number): number {
  return value === 0 ? 0 : 31 - Math.clz32(value & -value);
}

function count(files: number): string {
  return files === 1 ? 'One 16-bit file' : `${files} 16-bit files`;
}

/**
 * Decides for a data set, before its images are decoded for anything else. Of files that have 16 bits a sample all values are looked at, of others
 * the header alone. A broken file says nothing here; what is wrong with it is said where it is used.
 * @param stated - as for `chooseBits`
 * @throws BITS_UNCLEAR
 */
export async function trainingBits(
  { samples }: Pick<Dataset, 'samples'>,
  stated: SampleBits | undefined,
  onProgress?: ProgressListener,
): Promise<BitsChoice> {
  const training = samples.filter(({ split }) => split === 'train');
  const deep = await mapConcurrently(training, defaultConcurrency, ({ path }) => mayBeDeep(path));
  const total = deep.filter(Boolean).length;
  let done = 0;
  const files = await mapConcurrently(
    training,
    defaultConcurrency,
    async ({ path, className }, index): Promise<FileDepth[]> => {
      if (!deep[index]) return [{ path, className, depth: 8 }];
      const found = await depthOf(path);
      onProgress?.({ task: 'bits of 16-bit files', done: ++done, total, unit: 'images' });
      return found ? [{ path, className, ...found }] : [];
    },
  );
  return chooseBits(files.flat(), stated);
}

/** By the first bytes of the file; a TIFF has its depth anywhere. */
async function mayBeDeep(path: string): Promise<boolean> {
  const start = await readStart(path, 32).catch(() => new Uint8Array());
  return startsAsTiff(start) || (startsAsPng(start) && pngDepth(start) === 16);
}

async function depthOf(path: string): Promise<Pick<FileDepth, 'depth' | 'range'> | undefined> {
  try {
    const { data, depth } = await decodeSamples(await readRegular(path), path);
    return { depth, range: data instanceof Uint16Array ? rangeOf(data) : undefined };
  } catch (error) {
    if (error instanceof CladError) return undefined;
    throw error;
  }
}

async function readStart(path: string, length: number): Promise<Uint8Array> {
  const file = await open(path);
  try {
    const { bytesRead, buffer } = await file.read(new Uint8Array(length), 0, length, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}
