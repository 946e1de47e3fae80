/** @file What new thresholds change: false alarms and misses of one class, before and after. */
import type { ConformalThreshold } from '../../detector/thresholds/conformal.ts';
import type { CalibratedRegion } from './calibrated-regions.ts';

/** One class, before and after. Counts are of photographs recognised as it. */
export interface CalibratedClass {
  readonly class: string;
  readonly good: number;
  /** Null where the detector had none. */
  readonly before: ConformalThreshold | null;
  /** Null where there were too few good photographs of the class, and no number was given: what it had stays. */
  readonly after: ConformalThreshold | null;
  /** Good photographs that the threshold before calls anomalous. */
  readonly falseAlarmsBefore: number;
  /** And that of now. */
  readonly falseAlarmsAfter: number;
  readonly anomalous: number;
  /** Of these, how many are called normal; null where there was no threshold to call them by. */
  readonly missedBefore: number | null;
  readonly missedAfter: number | null;
  /** Photographs that stand out from the others, and had no say in the threshold. */
  readonly setAside: readonly string[];
  /** Its named regions; absent where it has none. */
  readonly regions?: readonly CalibratedRegion[];
}

/** Scores of photographs that are recognised as the class. */
interface ClassScores {
  readonly good: readonly number[];
  readonly anomalous: readonly number[];
}

/** Counts by the scores of photographs. @param scores - before and now, which differ where the class has named regions */
export function comparedClass(
  name: string,
  scores: { readonly before: ClassScores; readonly now: ClassScores },
  before: ConformalThreshold | null,
  after: ConformalThreshold | null,
  setAside: readonly string[],
  regions?: readonly CalibratedRegion[],
): CalibratedClass {
  const { good, anomalous } = scores.before;
  const above = (own: readonly number[], threshold: ConformalThreshold | null) =>
    own.filter((score) => threshold !== null && score > threshold.threshold).length;
  return {
    class: name,
    good: good.length,
    before,
    after,
    falseAlarmsBefore: above(good, before),
    falseAlarmsAfter: above(scores.now.good, after ?? before),
    anomalous: anomalous.length,
    missedBefore: before && anomalous.length - above(anomalous, before),
    missedAfter: (after ?? before) && anomalous.length - above(scores.now.anomalous, after ?? before),
    setAside,
    ...(regions && { regions }),
  };
}
