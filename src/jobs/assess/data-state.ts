/** @file The state of a product's good images, of which its detector is made: how many, how many of them are almost the same or stand out, how alike they lie, how steady light and focus are. */
import { existsSync } from 'node:fs';
import { median } from '../../core/arrays.ts';
import type { ProgressListener } from '../../core/progress.ts';
import { mapAhead } from '../../data/concurrency.ts';
import { fileImages } from '../../data/file-images.ts';
import { dot, explainedBy, innerOf, leftOver, type Sketch, sketchOf } from '../../data/image-sketch.ts';
import { nearDuplicates } from '../../data/near-duplicates.ts';
import { bitsOf } from '../../detector/camera/camera.ts';
import { countsTrained } from '../../detector/thresholds/score-gap.ts';
import { evenly } from '../../features/patches/class-foreground.ts';
import { type Seen, seenOf } from '../../image/seen.ts';
import { misplaced, rankImages, standOut } from '../good-images/ranked-images.ts';
import { asNew } from '../update/predict-again.ts';
import { imagesLeft, type Subject } from '../update/subject.ts';

/** Images of a class that are looked at, at most. */
const mostLooked = 200;
/** An image lies like the others where the mean of all explains so much of it: 0.97 and more of bottles in one place, 0.4 of screws lying anyhow. */
const alike = 0.8;

/** What is known of a product's good images. */
export interface DataState {
  /** Good images in use, and how many of them were held out of the networks' training. */
  readonly images: number;
  readonly heldOut: number;
  /** Taken out by `clad update --exclude`. */
  readonly excluded: number;
  /** Whose files are not there any more. */
  readonly missing: number;
  /** Far above the others, and with no say in the threshold; taken for another product. */
  readonly standOut: number;
  readonly misplaced: number;
  /** How many were looked at for what follows; null where that is too few. */
  readonly looked: number;
  /** Almost the same as others of those. */
  readonly nearDuplicates: number;
  /** Share of those that do not lie like the others: turned, moved, or a pattern that is nowhere the same. */
  readonly unaligned: number | null;
  /** Range of nine tenths of them as a share of the median. */
  readonly brightnessRange: number | null;
  readonly sharpnessRange: number | null;
  /** Share of pixels that are black or white: the median over images. */
  readonly clippedDark: number | null;
  readonly clippedBright: number | null;
  /** False alarms that so many images can promise, and what was asked for. */
  readonly achievableRate: number | null;
  readonly requestedRate: number | null;
  /** What of it weakens the product or should be looked at, a sentence each. */
  readonly remarks: readonly string[];
}

/** Fewer images say nothing of how they vary. */
const leastLooked = 5;

/** What is measured of the pixels. */
interface Looked {
  readonly sketches: readonly Sketch[];
  readonly seen: readonly Seen[];
}

/** The state of each class's data, by its name. */
export async function dataStates(
  subject: Subject,
  told: ProgressListener,
): Promise<ReadonlyMap<string, DataState>> {
  const { classes } = subject.metadata;
  const left = imagesLeft(subject);
  const there = left.filter(({ path }) => existsSync(path));
  const chosen = classes.flatMap((name) =>
    evenly(
      there.filter((image) => image.class === name),
      mostLooked,
    ),
  );
  const looked = new Map<string, { sketches: Sketch[]; seen: Seen[] }>(
    classes.map((name) => [name, { sketches: [], seen: [] }]),
  );
  const bits = bitsOf(subject.metadata);
  let done = 0;
  // An image that cannot be read any more says nothing.
  const read = (path: string) => fileImages.decode(path, { bits }).catch(() => undefined);
  for await (const [{ class: name }, image] of mapAhead(chosen, 4, ({ path }) => read(path))) {
    if (image) {
      const { sketches, seen } = looked.get(name)!;
      sketches.push(sketchOf(image));
      seen.push(seenOf(image));
    }
    told({ task: 'good images', done: ++done, total: chosen.length, unit: 'images' });
  }
  const ranked = rankImages(asNew(subject), countsTrained(subject.metadata.provenance.scoreGap));
  const [outside, elsewhere] = [standOut(ranked), misplaced(ranked)];
  return new Map(
    classes.map((name) => {
      const own = left.filter((image) => image.class === name);
      const count = (images: readonly { readonly class: string }[]) =>
        images.filter((image) => image.class === name).length;
      const threshold = subject.metadata.thresholds[name];
      const known = {
        images: own.length,
        heldOut: own.filter(({ heldOut }) => heldOut).length,
        excluded: subject.file.images.filter((image) => image.class === name && image.excluded).length,
        missing: own.length - count(there),
        standOut: count(outside),
        misplaced: count(elsewhere),
        achievableRate: threshold?.achievableRate ?? null,
        requestedRate: threshold?.requestedRate ?? null,
        ...looksOf(looked.get(name)!),
      };
      return [name, { ...known, remarks: remarksOn(known) }];
    }),
  );
}

function looksOf({ sketches, seen }: Looked) {
  const looked = seen.length;
  const duplicates = nearDuplicates(sketches).flat().length;
  if (looked < leastLooked) {
    const unknown = { unaligned: null, brightnessRange: null, sharpnessRange: null };
    return { looked, nearDuplicates: duplicates, ...unknown, clippedDark: null, clippedBright: null };
  }
  const of = (key: keyof Seen) => seen.map((each) => each[key]);
  return {
    looked,
    nearDuplicates: duplicates,
    unaligned: explainedShares(sketches).filter((share) => share < alike).length / looked,
    brightnessRange: rangeOf(of('mean')),
    sharpnessRange: rangeOf(of('sharpness')),
    clippedDark: median(of('clippedDark')),
    clippedBright: median(of('clippedBright')),
  };
}

/** How much of each sketch's variance the mean of all explains, in any light and a little to the side; 0..1. */
export function explainedShares(sketches: readonly Sketch[]): number[] {
  const mean = sketches[0]!.map(
    (_, at) => sketches.reduce((sum, sketch) => sum + sketch[at]!, 0) / sketches.length,
  );
  const explained = explainedBy(mean);
  return sketches.map((sketch) => {
    const inner = innerOf(sketch);
    const centre = inner.reduce((sum, value) => sum + value, 0) / inner.length;
    const centred = inner.map((value) => value - centre);
    const left = leftOver(explained, inner);
    // An image of one grey is like any other.
    return 1 - dot(left, left) / Math.max(1e-6, dot(centred, centred));
  });
}

/** Range of the middle nine tenths over the median. */
function rangeOf(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (rank: number) => sorted[Math.round(rank * (sorted.length - 1))]!;
  return (at(0.95) - at(0.05)) / Math.max(1e-9, at(0.5));
}

/** From where on a sentence is due. */
const limits = { few: 30, near: 0.1, brightness: 0.25, sharpness: 0.5, clipped: 0.02 };

/** A share in percent, with two digits. */
export function percentOf(share: number): string {
  return `${Number((100 * share).toPrecision(2))} %`;
}

/** What should be looked at, in sentences. */
export function remarksOn(state: Omit<DataState, 'remarks'>): string[] {
  const { images, looked, achievableRate, requestedRate, unaligned } = state;
  const remarks: string[] = [];
  if (images < limits.few) remarks.push(`It has ${images} good images only.`);
  if (achievableRate !== null && requestedRate !== null && achievableRate > requestedRate)
    remarks.push(
      `So many images can promise ${percentOf(achievableRate)} false alarms, not the ${percentOf(requestedRate)} that were asked for.`,
    );
  if (state.missing > 0) remarks.push(`The files of ${state.missing} of them are not there any more.`);
  if (state.nearDuplicates > limits.near * looked)
    remarks.push(
      `${state.nearDuplicates} of ${looked} are almost the same as others and teach little: photograph other parts.`,
    );
  if (state.standOut > 0)
    remarks.push(
      `${state.standOut === 1 ? 'One stands' : `${state.standOut} stand`} out, without a say in the threshold: see standing-out/ in the run, and leave out what is no good part (\`clad update --exclude\`).`,
    );
  if (state.misplaced > 0)
    remarks.push(
      `${state.misplaced === 1 ? 'One is' : `${state.misplaced} are`} taken for another product, and may lie in the wrong folder.`,
    );
  if (unaligned !== null && unaligned > 0.5)
    remarks.push(
      `${percentOf(unaligned)} do not lie like the others. Where that is a part and no surface, a fixed place makes it easier, else it takes more images.`,
    );
  if ((state.brightnessRange ?? 0) > limits.brightness)
    remarks.push(
      `Their brightness varies by ${percentOf(state.brightnessRange!)}: a steadier lamp makes defects stand out more.`,
    );
  if ((state.sharpnessRange ?? 0) > limits.sharpness)
    remarks.push(`Their sharpness varies by ${percentOf(state.sharpnessRange!)}: check focus and vibration.`);
  if ((state.clippedDark ?? 0) > limits.clipped)
    remarks.push(`${percentOf(state.clippedDark!)} of their pixels are black: defects there cannot be seen.`);
  if ((state.clippedBright ?? 0) > limits.clipped)
    remarks.push(
      `${percentOf(state.clippedBright!)} of their pixels are white: defects there cannot be seen, unless it is the background.`,
    );
  return remarks;
}
