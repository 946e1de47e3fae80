/** @file Thresholds that a person sets as numbers, and the colours that go with them. */
import { CladError } from '../../core/errors.ts';
import { endingAt } from '../heat/map-range.ts';
import type { DetectorMetadata } from '../metadata.ts';
import type { ConformalThreshold } from './conformal.ts';
import type { RegionNumbers } from './region-numbers.ts';

type Thresholds = Pick<DetectorMetadata, 'thresholds' | 'display'>;
type Interest = Pick<DetectorMetadata, 'regionsOfInterest'>;

/** By class. */
export interface SetThresholds {
  readonly thresholds?: ReadonlyMap<string, number> | undefined;
  /** Of named regions. That of their class moves all of them; these are then what is said here. */
  readonly regions?: RegionNumbers | undefined;
  /** Second, lower ones: what scores between both is to be checked. */
  readonly checks?: ReadonlyMap<string, number> | undefined;
}

/**
 * A threshold that was set as a number, with the rate that photographs show: as if one more were above it, so that few photographs promise little.
 * @param goodScores - of the class; none leave it as it is
 */
export function withRateOf(set: ConformalThreshold, goodScores: readonly number[]): ConformalThreshold {
  const count = goodScores.length;
  if (count === 0) return set;
  const above = goodScores.filter((score) => score > set.threshold).length;
  return { ...set, achievableRate: (above + 1) / (count + 1), count };
}

/** The middle of the colours stays at least this share of its distance above their beginning. */
const leastDistance = 1 / 4;

/**
 * Thresholds and colours with some of them set. A second threshold of before goes where the first is not above it any more.
 * @throws OPTION_INVALID for a second threshold that is not below the first
 */
export function withSetThresholds(
  { thresholds, display, regionsOfInterest }: Thresholds & Interest,
  { thresholds: values = new Map(), regions = new Map(), checks = new Map() }: SetThresholds,
): Thresholds & Interest {
  const anew = { thresholds: { ...thresholds }, display: { ...display } };
  for (const [name, threshold] of values) {
    // Nothing is known of its rate until photographs say something.
    const unknown = { achievableRate: 1, requestedRate: thresholds[name]?.requestedRate ?? 1, count: 0 };
    const { unknownAbove, checkAbove } = thresholds[name] ?? {};
    anew.thresholds[name] = {
      threshold,
      ...unknown,
      ...(unknownAbove !== undefined && { unknownAbove }),
      ...(checkAbove !== undefined && checkAbove < threshold && { checkAbove }),
      given: true,
    };
    const range = display[name];
    if (!range) continue;
    const { low, high, top } = range;
    const half = Math.max(threshold - low, (leastDistance * (high - low)) / 2);
    const moved = { low, high: low + 2 * half };
    anew.display[name] = top === undefined ? moved : endingAt(moved, top);
  }
  const interest = regionsOfInterest && { ...regionsOfInterest };
  for (const [name, own] of regions) setRegions(name, own);
  for (const [name, checkAbove] of checks) {
    const first = anew.thresholds[name];
    if (!first || !(checkAbove < first.threshold)) {
      const than = first ? `, which is ${first.threshold}` : ', and there is none';
      throw new CladError('OPTION_INVALID', {
        option: '--check-threshold',
        expected: `below the threshold of ${name}${than}`,
        actual: checkAbove,
      });
    }
    anew.thresholds[name] = { ...first, checkAbove };
  }
  return { ...anew, ...(interest && { regionsOfInterest: interest }) };

  function setRegions(name: string, own: ReadonlyMap<string, number>): void {
    const first = anew.thresholds[name];
    const region = interest?.[name];
    if (!interest || !region?.named) return;
    if (!first) {
      const expected = `for a class that has a threshold; ${name} has none, so set that first`;
      const [[of, value]] = [...own] as [[string, number]];
      throw new CladError('OPTION_INVALID', {
        option: '--threshold',
        expected,
        actual: `${name}/${of}=${value}`,
      });
    }
    const named = region.named.map((each) => {
      const value = own.get(each.name);
      return value === undefined ? each : { ...each, offset: first.threshold - value };
    });
    interest[name] = { ...region, named };
    // The map is raised with the region, and its floor by as much at most.
    const raised = Math.max(0, ...named.map(({ offset }, at) => offset - region.named![at]!.offset));
    anew.thresholds[name] = {
      ...first,
      ...(first.unknownAbove !== undefined && { unknownAbove: first.unknownAbove + raised }),
      // Nothing is known of the class's rate until photographs say something.
      ...{ achievableRate: 1, count: 0, given: true },
    };
  }
}
