/** @file Thresholds that a person sets as numbers, and the colours that go with them. */
import { CladError } from '../../core/errors.ts';
import { endingAt } from '../heat/map-range.ts';
import type { DetectorMetadata } from '../metadata.ts';
import type { ConformalThreshold } from './conformal.ts';

type Thresholds = Pick<DetectorMetadata, 'thresholds' | 'display'>;

/** By class. */
export interface SetThresholds {
  readonly thresholds?: ReadonlyMap<string, number> | undefined;
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
  { thresholds, display }: Thresholds,
  { thresholds: values = new Map(), checks = new Map() }: SetThresholds,
): Thresholds {
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
  return anew;
}
