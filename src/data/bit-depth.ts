/**
 * @file How many bits of the samples of a data set's 16-bit files are used: decided over all training images, never by a single one, and only
 * where the values leave no doubt. Everything else is refused with what was found, because a wrong choice would not be seen: 12 bits read as 16
 * leave 16 grey levels, and a scratch within one level.
 *
 * Clear is: the largest value is in the upper half of what so many bits hold (of 16: in the upper three quarters), which every product agrees
 * about. In doubt are dark data sets, values at the upper end or in the middle of the range, and pictures that seem to come from two cameras.
 */
import { CladError } from '../core/errors.ts';
import { readBytes } from '../core/files.ts';
import type { ProgressListener } from '../core/progress.ts';
import { pngDepth, requireFormat } from '../image/format.ts';
import type { SeenPicture } from '../image/look.ts';
import {
  bitsFor,
  joinedRange,
  mostOf,
  type SampleBits,
  type SampleRange,
  tooLarge,
  wholeRange,
} from '../image/samples.ts';
import { defaultConcurrency, mapConcurrently } from './concurrency.ts';
import type { Dataset, Sample } from './dataset.ts';
import { type BrokenImage, type CameraFinding, examineImages } from './verify.ts';

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
    return `values go up to ${other.range.largest} in ${other.name}, and up to ${like.range.largest} in ${like.name}: these are two cameras, or one product is dark`;
  }
  const apart = detached(all);
  if (apart !== undefined)
    return `values go up to ${apart}, and a few are ${all.largest} without any between: something drawn into the pictures, or two cameras`;
  const darker = deep.filter(({ range }) => range.largest <= mostOf(bits) >> 4);
  if (darker[0] && darker.length < deep.length)
    return `values go up to ${all.largest}, but in ${darker.length} of ${deep.length} files only to ${joinedRange(darker.map(({ range }) => range)).largest} (${darker[0].path}): two cameras, or nearly black pictures`;
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

/** What is known of the files of samples, those that could be decoded. */
export function fileDepths(
  samples: readonly Sample[],
  cameras: ReadonlyMap<string, CameraFinding>,
): FileDepth[] {
  return samples.flatMap(({ path, className }) => {
    const camera = cameras.get(path);
    return camera ? { path, className, depth: camera.depth, range: camera.range } : [];
  });
}

/** What pictures are like when 16-bit files are read so. */
export function seenPictures(
  cameras: ReadonlyMap<string, CameraFinding>,
  bits: SampleBits,
): Map<string, SeenPicture> {
  return new Map(
    [...cameras].flatMap(([path, { depth, looks }]) => {
      const source = { depth, bits: depth === 8 ? 8 : bits } as const;
      const look = looks[source.bits];
      return look ? [[path, { look, source }] as const] : [];
    }),
  );
}

/** Images that cannot be read so, e.g. test images brighter than what the training images decided. */
export function beyondBits(
  samples: readonly Sample[],
  cameras: ReadonlyMap<string, CameraFinding>,
  bits: SampleBits,
): BrokenImage[] {
  return samples.flatMap(({ path }) => {
    const { range, depth } = cameras.get(path) ?? {};
    if (depth !== 16 || bits === wholeRange) return [];
    if (!range)
      return { path, reason: `its colours are neither RGB nor grey, and ${bits} bits of it cannot be read` };
    if (range.largest <= mostOf(bits)) return [];
    return { path, reason: tooLarge(range.largest, bits) };
  });
}

/**
 * `chooseBits` for a data set that nobody has decoded: files that may have 16 bits are decoded, others are not.
 * @throws BITS_UNCLEAR, FILE_UNREADABLE
 */
export async function trainingBits(
  dataset: Dataset,
  stated: SampleBits | undefined,
  onProgress?: ProgressListener,
): Promise<BitsChoice> {
  const training = dataset.samples.filter(({ split }) => split === 'train');
  const deep = await mapConcurrently(training, defaultConcurrency, ({ path }) => mayBeDeep(path));
  const samples = training.filter((_, index) => deep[index]);
  const { cameras } = await examineImages({ ...dataset, samples }, { onProgress });
  const shallow = training
    .filter((_, index) => !deep[index])
    .map(({ path, className }): FileDepth => ({ path, className, depth: 8 }));
  return chooseBits([...shallow, ...fileDepths(samples, cameras)], stated);
}

async function mayBeDeep(path: string): Promise<boolean> {
  const bytes = await readBytes(path);
  try {
    const format = requireFormat(bytes);
    return format === 'tiff' || (format === 'png' && pngDepth(bytes) === 16);
  } catch {
    // What is wrong with it is said where it is decoded.
    return false;
  }
}
