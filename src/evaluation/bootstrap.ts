/**
 * @file How sure metrics are that few images gave: percentile intervals of the bootstrap (Efron and Tibshirani, An Introduction to the Bootstrap, 1993, ch. 13).
 * Images are drawn with replacement, good and anomalous ones apart, so that a resample has as many of each; an image comes with all of its pixels, which are no
 * independent draws. Of several classes each is resampled by itself, and the mean over classes is one of the resamples' means.
 *
 * Image metrics of a resample are exact. Pixel metrics are of scores in bins: each image's pixels are counted once, by their bins, and a resample adds counts.
 * Bins end at quantiles of anomalous and of normal pixels; what the bins change in the metric of all images is added back to every resample's.
 *
 * What it does not tell: what other trainings, other products or unseen kinds of defects would give. Where every resample ranks perfectly the interval is 1 to 1,
 * which is not a promise.
 */
import { Random } from '../core/random.ts';
import { fprLimit } from './aupro.ts';
import type { ImagePixels } from './pixels.ts';
import type { RankedScores } from './ranking.ts';

/** Metrics that have intervals. Rates at a threshold have exact ones (intervals.ts). */
export const resampledMetrics = [
  'imageAuroc',
  'imageAp',
  'imageF1Max',
  'pixelAuroc',
  'pixelAp',
  'pixelF1Max',
  'aupro',
  'auproDilated',
] as const;
export type ResampledMetric = (typeof resampledMetrics)[number];

/** Limits that hold the middle 95 % of the resamples. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** By metric; null where the metric is. */
export type ClassIntervals = Readonly<Record<ResampledMetric, Interval | null>>;

/** Every resample's value by metric; null where the metric is. */
export type Resamples = Readonly<Record<ResampledMetric, Float64Array | null>>;

export const bootstrapSettings = { confidence: 0.95, resamples: 1000, seed: 0 } as const;

/** Ends of bins from each kind of pixels, at most. */
const binsOfKind = 1024;

/** What is resampled of a class. */
export interface ResampledClass {
  readonly className: string;
  /** Keys of image scores (sort.ts): the smallest is the highest score. */
  readonly images: RankedScores;
  /** Every image that pixel metrics are of. */
  readonly pixels: readonly ImagePixels[];
  /** Keys of the pixels of all images, sorted. */
  readonly rankedPixels: RankedScores;
  /** Metrics of all images, exact. */
  readonly exact: Readonly<Record<ResampledMetric, number | null>>;
}

/** Draws and measures. */
export function resample(
  { className, images, pixels, rankedPixels, exact }: ResampledClass,
  resamples: number = bootstrapSettings.resamples,
  seed: number = bootstrapSettings.seed,
): Resamples {
  const values = Object.fromEntries(
    resampledMetrics.map((name) => [name, exact[name] === null ? null : new Float64Array(resamples)]),
  ) as Record<ResampledMetric, Float64Array | null>;
  const store = (round: number, measured: Partial<Record<ResampledMetric, number>>) => {
    for (const [name, value] of Object.entries(measured)) {
      const row = values[name as ResampledMetric];
      if (row) row[round] = value;
    }
  };
  if (exact.imageAuroc !== null) {
    const random = new Random('bootstrap', seed, className, 'images');
    const [positives, negatives] = [images.positives, images.negatives];
    for (let round = 0; round < resamples; round++) {
      const counts = [draw(random, positives.length), draw(random, negatives.length)] as const;
      store(round, imageMetrics(images, ...counts));
    }
  }
  if (exact.pixelAuroc === null) return values;
  const binned = binPixels(pixels, rankedPixels);
  const random = new Random('bootstrap', seed, className, 'pixels');
  const all = pixelMetrics(
    binned,
    Float64Array.from({ length: binned.length }, () => 1),
  );
  // Drawn apart; what has no region counts as good here.
  const kinds = [true, false].map((kind) =>
    binned.flatMap((image, at) => (image.regions > 0 === kind ? [at] : [])),
  );
  const weights = new Float64Array(binned.length);
  for (let round = 0; round < resamples; round++) {
    weights.fill(0);
    for (const kind of kinds) for (let drawn = 0; drawn < kind.length; drawn++) weights[random.pick(kind)]!++;
    const measured = pixelMetrics(binned, weights);
    for (const name of Object.keys(all) as (keyof typeof all)[])
      measured[name] = Math.min(1, Math.max(0, measured[name] + (exact[name] as number) - all[name]));
    store(round, measured);
  }
  return values;
}

/** How often each of so many is drawn in as many draws. */
function draw(random: Random, count: number): Uint32Array {
  const counts = new Uint32Array(count);
  for (let drawn = 0; drawn < count; drawn++) counts[random.integer(count)]!++;
  return counts;
}

/** Ranking metrics of images that count several times or not at all. @param positives - how often each positive counts, and so the negatives */
function imageMetrics(
  ranked: RankedScores,
  positives: Uint32Array,
  negatives: Uint32Array,
): Pick<Record<ResampledMetric, number>, 'imageAuroc' | 'imageAp' | 'imageF1Max'> {
  const walk = new RankingWalk(ranked.positives.length, ranked.negatives.length);
  let seen = 0;
  for (let start = 0; start < positives.length; ) {
    const key = ranked.positives[start]!;
    let own = 0;
    for (; start < positives.length && ranked.positives[start] === key; start++) own += positives[start]!;
    let above = 0;
    for (; seen < negatives.length && ranked.negatives[seen]! < key; seen++) above += negatives[seen]!;
    walk.step(0, above);
    let tied = 0;
    for (; seen < negatives.length && ranked.negatives[seen] === key; seen++) tied += negatives[seen]!;
    walk.step(own, tied);
  }
  const { auroc, ap, f1 } = walk.end();
  return { imageAuroc: auroc, imageAp: ap, imageF1Max: f1 };
}

/** AUROC, average precision and the best F1, gathered from the highest score on; what comes in one step has one score. */
class RankingWalk {
  readonly #positives: number;
  readonly #negatives: number;
  #truePositives = 0;
  #falsePositives = 0;
  #area = 0;
  #precision = 0;
  #f1 = 0;

  constructor(positives: number, negatives: number) {
    this.#positives = positives;
    this.#negatives = negatives;
  }

  step(positives: number, negatives: number): void {
    const after = this.#falsePositives + negatives;
    // Of a positive those that come later are below it, and those of its step tie.
    this.#area += positives * (this.#negatives - (this.#falsePositives + after) / 2);
    this.#truePositives += positives;
    this.#falsePositives = after;
    if (positives === 0) return;
    this.#precision += positives * (this.#truePositives / (this.#truePositives + after));
    this.#f1 = Math.max(
      this.#f1,
      (2 * this.#truePositives) / (this.#truePositives + after + this.#positives),
    );
  }

  end(): { auroc: number; ap: number; f1: number } {
    return {
      auroc: this.#area / (this.#positives * this.#negatives),
      ap: this.#precision / this.#positives,
      f1: this.#f1,
    };
  }
}

/** Pixels of an image by bins, the highest scores first. */
interface BinnedImage {
  readonly normal: Float64Array;
  readonly anomalous: Float64Array;
  /** Each region's pixels as shares of it, summed over the regions. */
  readonly overlap: Float64Array;
  /** The same of the dilated prediction. */
  readonly overlapDilated: Float64Array;
  readonly regions: number;
}

function binPixels(images: readonly ImagePixels[], { positives, negatives }: RankedScores): BinnedImage[] {
  const ends = binEnds(positives, negatives);
  return images.map(({ normal, region, regionDilated, regionSizes }) => {
    const shares = Float64Array.from(regionSizes, (size) => 1 / size);
    return {
      normal: histogram(normal, ends),
      anomalous: histogram(region, ends),
      overlap: histogram(region, ends, shares),
      overlapDilated: histogram(regionDilated, ends, shares),
      regions: Math.round(shares.reduce((sum, share) => sum + share, 0)),
    };
  });
}

/** Keys that bins end with, ascending, each but once; the last bin has no end. */
function binEnds(...kinds: readonly Uint32Array[]): Uint32Array {
  const ends = new Set<number>();
  for (const keys of kinds)
    for (let bin = 1; bin < binsOfKind; bin++)
      ends.add(keys[Math.floor((bin * keys.length) / binsOfKind)] ?? 0);
  return Uint32Array.from(ends).sort();
}

function histogram(keys: Uint32Array, ends: Uint32Array, weights?: Float64Array): Float64Array {
  const counts = new Float64Array(ends.length + 1);
  for (let at = 0; at < keys.length; at++) {
    const key = keys[at]!;
    let [low, high] = [0, ends.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (ends[middle]! < key) low = middle + 1;
      else high = middle;
    }
    counts[low]! += weights ? weights[at]! : 1;
  }
  return counts;
}

type PixelValues = Record<'pixelAuroc' | 'pixelAp' | 'pixelF1Max' | 'aupro' | 'auproDilated', number>;

/** @param weights - how often each image counts */
function pixelMetrics(images: readonly BinnedImage[], weights: Float64Array): PixelValues {
  const bins = images[0]!.normal.length;
  const sum = (of: (image: BinnedImage) => Float64Array) => {
    const total = new Float64Array(bins);
    for (const [at, image] of images.entries()) {
      const weight = weights[at]!;
      if (weight === 0) continue;
      const counts = of(image);
      for (let bin = 0; bin < bins; bin++) total[bin]! += weight * counts[bin]!;
    }
    return total;
  };
  const [normal, anomalous] = [sum((image) => image.normal), sum((image) => image.anomalous)];
  const totalOf = (counts: Float64Array) => counts.reduce((all, count) => all + count, 0);
  const normals = totalOf(normal);
  const walk = new RankingWalk(totalOf(anomalous), normals);
  for (let bin = 0; bin < bins; bin++) walk.step(anomalous[bin]!, normal[bin]!);
  const regions = images.reduce((all, image, at) => all + weights[at]! * image.regions, 0);
  const { auroc, ap, f1 } = walk.end();
  return {
    pixelAuroc: auroc,
    pixelAp: ap,
    pixelF1Max: f1,
    aupro: overlapArea(
      sum((image) => image.overlap),
      normal,
      regions,
      normals,
    ),
    auproDilated: overlapArea(
      sum((image) => image.overlapDilated),
      normal,
      regions,
      normals,
    ),
  };
}

/** The area under mean overlap over false positive rate up to the limit, by trapezoids, divided by it (aupro.ts). */
function overlapArea(overlap: Float64Array, normal: Float64Array, regions: number, normals: number): number {
  let [rate, height, area] = [0, 0, 0];
  for (let bin = 0; bin < overlap.length && rate < fprLimit; bin++) {
    const step = normal[bin]! / normals;
    const gained = overlap[bin]! / regions;
    const share = step > 0 ? Math.min(1, (fprLimit - rate) / step) : 1;
    area += step * share * (height + (gained * share) / 2);
    rate += step;
    height += gained;
  }
  return area / fprLimit;
}

/** The interval of resamples; null where there are none. */
export function intervalOf(values: Float64Array | null): Interval | null {
  if (values === null || values.length === 0) return null;
  const sorted = values.toSorted();
  const tail = (1 - bootstrapSettings.confidence) / 2;
  return { low: quantile(sorted, tail), high: quantile(sorted, 1 - tail) };
}

/** With linear interpolation between neighbours, as NumPy's `quantile`. */
function quantile(sorted: Float64Array, share: number): number {
  const at = share * (sorted.length - 1);
  const below = Math.floor(at);
  const [low, high] = [sorted[below]!, sorted[Math.min(below + 1, sorted.length - 1)]!];
  return low + (at - below) * (high - low);
}

/** Intervals of a class's resamples. */
export function classIntervals(resamples: Resamples): ClassIntervals {
  return mapMetrics((name) => intervalOf(resamples[name]));
}

/** Intervals of the mean over classes; a class without a metric is left out of its mean, as ever. */
export function meanIntervals(classes: readonly Resamples[]): ClassIntervals {
  return mapMetrics((name) => {
    const known = classes.flatMap((resamples) => resamples[name] ?? []);
    const [first] = known;
    if (first === undefined) return null;
    return intervalOf(
      first.map((_, round) => known.reduce((sum, row) => sum + row[round]!, 0) / known.length),
    );
  });
}

function mapMetrics<T>(of: (name: ResampledMetric) => T): Readonly<Record<ResampledMetric, T>> {
  return Object.fromEntries(resampledMetrics.map((name) => [name, of(name)])) as Record<ResampledMetric, T>;
}
