/** @file What is said of the named regions of an image: each one's score, threshold and verdict. The image fails where one of them does. */
import { numberedPixels } from '../../image/roi/named-region.ts';
import type { RegionOfInterest } from '../../image/roi/region-of-interest.ts';
import type { RawPrediction } from '../prediction.ts';

/** What a detector says of one named region of an image. */
export interface NamedResult {
  readonly name: string;
  /** Of the region alone: higher is more anomalous. */
  readonly score: number;
  /** The region's own; null where the class has none. */
  readonly threshold: number | null;
  /** The score less the threshold. The image's margin is the largest of its regions'. */
  readonly margin: number | null;
  /** Anomalous where the score is above the threshold. */
  readonly verdict: 'normal' | 'anomalous' | null;
}

type Named = Pick<RegionOfInterest, 'pixels' | 'named'>;

/** The threshold of a region. @param threshold - of its class */
export function thresholdOfRegion(threshold: number, { offset }: { readonly offset: number }): number {
  // Without the last digit a number that a person gave is the same again.
  return offset === 0 ? threshold : Number((threshold - offset).toPrecision(15));
}

/**
 * The results of the regions of a class, in their order.
 * @param scores - of each, as `region_score` has them
 * @param threshold - of the class
 */
export function namedResults(
  { named = [] }: Named,
  scores: ArrayLike<number>,
  threshold: number | undefined,
): NamedResult[] {
  return named.map((region, at): NamedResult => {
    const { name, offset } = region;
    const score = scores[at]!;
    if (threshold === undefined) return { name, score, threshold: null, margin: null, verdict: null };
    // As the graph adds them, so that the image's verdict is that of its regions to the last bit.
    const margin = comparable(score, offset) - threshold;
    const verdict = margin > 0 ? 'anomalous' : 'normal';
    return { name, score, threshold: thresholdOfRegion(threshold, region), margin, verdict };
  });
}

/** A region's score as it may be compared with the class's threshold: added in float32, as the graph does. */
function comparable(score: number, offset: number): number {
  return Math.fround(score + Math.fround(offset));
}

/**
 * Whether a region fails, as the verdict has it. Its threshold as a number (`thresholdOfRegion`) may be a last digit beside that, and thresholds are scores of photographs.
 * @param score - of the region, without its offset
 * @param threshold - of its class
 */
export function failsIn({ offset }: { readonly offset: number }, score: number, threshold: number): boolean {
  return comparable(score, offset) > threshold;
}

/** The image's score: the largest of its regions' with their offsets, as the graph has it. */
export function largestScore({ named = [] }: Named, scores: ArrayLike<number>): number {
  return named.reduce((most, { offset }, at) => Math.max(most, comparable(scores[at]!, offset)), -Infinity);
}

/**
 * Score and map as they would be with other offsets than the file's, as thresholds that are set by hand ask for.
 * @param ofFile - the class's region with the offsets that the map has
 * @param wanted - with others
 * @param scores - as `region_score` has them
 */
export function withOtherOffsets(
  { map }: Pick<RawPrediction, 'map'>,
  ofFile: Named,
  wanted: Named,
  scores: ArrayLike<number>,
): Pick<RawPrediction, 'score' | 'map'> {
  return {
    score: largestScore(wanted, scores),
    map: movedBy(map, numberedPixels(wanted), changes(ofFile, wanted)),
  };
}

/** What is added to the values of each region to go from some offsets to others. */
export function changes({ named: from = [] }: Named, { named: to = [] }: Named): number[] {
  return to.map(({ offset }, at) => offset - (from[at]?.offset ?? 0));
}

/** Whether any is. */
export function isChanged(from: Named, to: Named): boolean {
  return changes(from, to).some((change) => change !== 0);
}

/**
 * Values of a map with something added in each region.
 * @param numbers - of the region of each value, from 1; 0 for none (`numberedPixels`)
 */
export function movedBy(values: Float32Array, numbers: Uint8Array, by: readonly number[]): Float32Array {
  return values.map((value, at) => (numbers[at] === 0 ? value : value + by[numbers[at]! - 1]!));
}

/** The regions that fail, the furthest above its threshold first. */
export function failedRegions(results: readonly NamedResult[] | undefined): NamedResult[] {
  return (results ?? [])
    .filter(({ verdict }) => verdict === 'anomalous')
    .sort((a, b) => (b.margin ?? 0) - (a.margin ?? 0));
}

/** The region that is nearest to failing, or furthest beyond it. */
export function nearestRegion(results: readonly NamedResult[] | undefined): NamedResult | undefined {
  return results?.reduce<NamedResult | undefined>(
    (most, each) => (most === undefined || (each.margin ?? 0) > (most.margin ?? 0) ? each : most),
    undefined,
  );
}
