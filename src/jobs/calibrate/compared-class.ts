/** @file What new thresholds change: false alarms and misses of one class, before and after. */
import type { ConformalThreshold } from '../../detector/thresholds/conformal.ts';

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
}

/** Counts by the scores of photographs that are recognised as the class. */
export function comparedClass(
  name: string,
  { good, anomalous }: { readonly good: readonly number[]; readonly anomalous: readonly number[] },
  before: ConformalThreshold | null,
  after: ConformalThreshold | null,
  setAside: readonly string[],
): CalibratedClass {
  const above = (scores: readonly number[], threshold: ConformalThreshold | null) =>
    scores.filter((score) => threshold !== null && score > threshold.threshold).length;
  return {
    class: name,
    good: good.length,
    before,
    after,
    falseAlarmsBefore: above(good, before),
    falseAlarmsAfter: above(good, after ?? before),
    anomalous: anomalous.length,
    missedBefore: before && anomalous.length - above(anomalous, before),
    missedAfter: (after ?? before) && anomalous.length - above(anomalous, after ?? before),
    setAside,
  };
}
