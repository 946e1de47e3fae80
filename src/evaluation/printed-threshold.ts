/**
 * @file Thresholds as people read and copy them: the number of the fewest digits that parts the scores in the same way. A threshold that is a score itself, or near
 * one, is on the wrong side of it once its last digits are gone.
 */

/** Digits that tell any two doubles apart. */
const mostDigits = 17;
/** Beyond all scores: so much further, as a share of the last one. */
const beyond = 0.01;

/**
 * The number of the fewest significant digits that is at least `from` and below `below`; of those with as many digits the nearest to `near`.
 * @param near - between both, as they are
 * @param leastDigits - 1 .. 17
 */
export function shortestBetween(from: number, below: number, near: number, leastDigits = 1): number {
  for (let digits = leastDigits; digits < mostDigits; digits++) {
    const rounded = Number(near.toPrecision(digits));
    const exponent = Number(near.toExponential(digits - 1).split('e')[1]);
    const unit = 10 ** (exponent - digits + 1);
    // Those on both sides of `near` that can be written so.
    const candidates = [rounded, rounded - unit, rounded + unit].map((value) =>
      Number(value.toPrecision(digits)),
    );
    const inside = candidates.filter((value) => value >= from && value < below);
    if (inside.length > 0)
      return inside.reduce((best, value) => (Math.abs(value - near) < Math.abs(best - near) ? value : best));
  }
  return near;
}

/**
 * A threshold between two neighbours of a list of scores with as few digits as possible, within the middle half of the gap: another machine's scores differ in
 * their last digits. Between two doubles that have none between them it is the lower one.
 * @param lower - undefined where the other is the lowest of all
 * @param upper - undefined where the other is the highest of all
 */
export function thresholdBetween(lower: number | undefined, upper: number | undefined): number {
  const from = lower ?? upper! - 2 * beyond * (Math.abs(upper!) || 1);
  const below = upper ?? from + 2 * beyond * (Math.abs(from) || 1);
  const quarter = below / 4 - from / 4;
  const middle = from + 2 * quarter;
  if (from + quarter < middle && middle < below - quarter)
    return shortestBetween(from + quarter, below - quarter, middle);
  return shortestBetween(from, below, middle < below ? middle : from);
}

/**
 * A threshold that parts these scores as another does, written with few digits.
 * @param threshold - the other
 * @param scores - in any order
 * @param leastDigits - that it keeps
 */
export function printedThreshold(threshold: number, scores: readonly number[], leastDigits = 6): number {
  let [from, below] = [-Infinity, Infinity];
  for (const score of scores)
    if (score <= threshold) from = Math.max(from, score);
    else below = Math.min(below, score);
  return shortestBetween(from, below, threshold, leastDigits);
}
