/**
 * @file Whether two samples are of one kind: the rank test of Mann and Whitney ("On a test of whether one of two random variables is stochastically larger than the
 * other", Annals of Mathematical Statistics 1947), and how many failures a threshold lets expect that was itself set by few images.
 */

export interface TwoSamples {
  /** Probability that a value of the second is the higher, ties counted half; 0.5 where neither is. */
  readonly higher: number;
  /** Of a difference so large by chance, two-sided. By the normal approximation with ties, whose tails are heavier than the exact ones. */
  readonly p: number;
}

/** @param first, second - finite values, at least one each */
export function twoSamples(first: readonly number[], second: readonly number[]): TwoSamples {
  const [n, m] = [first.length, second.length];
  const all = [
    ...first.map((value) => ({ value, isSecond: false })),
    ...second.map((value) => ({ value, isSecond: true })),
  ].sort((a, b) => a.value - b.value);
  let [ranks, ties] = [0, 0];
  for (let start = 0; start < all.length; ) {
    let end = start;
    let ofSecond = 0;
    for (; end < all.length && all[end]!.value === all[start]!.value; end++)
      if (all[end]!.isSecond) ofSecond++;
    const count = end - start;
    // The mean of the ranks start + 1 .. end.
    ranks += (ofSecond * (start + 1 + end)) / 2;
    ties += count ** 3 - count;
    start = end;
  }
  const wins = ranks - (m * (m + 1)) / 2;
  const total = n + m;
  const variance = ((n * m) / 12) * (total + 1 - ties / (total * (total - 1)));
  // All values are the same.
  if (!(variance > 0)) return { higher: 0.5, p: 1 };
  const z = Math.max(0, Math.abs(wins - (n * m) / 2) - 0.5) / Math.sqrt(variance);
  return { higher: wins / (n * m), p: Math.min(1, 2 * normalTail(z)) };
}

/** Probability that a normal value exceeds z >= 0: complementary error function by Chebyshev fitting, relative error below 1.2e-7 (Press et al., Numerical Recipes, 6.2). */
function normalTail(z: number): number {
  const x = z / Math.SQRT2;
  const t = 1 / (1 + x / 2);
  const terms = [
    0.17087277, -0.82215223, 1.48851587, -1.13520398, 0.27886807, -0.18628806, 0.09678418, 0.37409196,
    1.00002368, -1.26551223,
  ];
  const sum = terms.reduce((so, term) => so * t + term, 0);
  return 0.5 * t * Math.exp(-x * x + sum);
}

/**
 * Probability of so many failures or more among new good images, where the threshold was the score that `rate` of `calibrated` + 1 exceed: beta-binomial, as the
 * threshold's true rate is known no better than the calibration's images tell.
 * @param rate - expected, strictly between 0 and 1
 */
export function failuresTail(failures: number, images: number, rate: number, calibrated: number): number {
  const a = rate * (calibrated + 1);
  const b = (1 - rate) * (calibrated + 1);
  let log = 0;
  for (let at = 0; at < images; at++) log += Math.log((b + at) / (a + b + at));
  let below = 0;
  for (let count = 0; count < failures; count++) {
    below += Math.exp(log);
    log += Math.log(((images - count) * (count + a)) / ((count + 1) * (b + images - count - 1)));
  }
  return Math.max(0, 1 - below);
}

/**
 * Probability that of all marked images so many or more are among the newer ones, were they marked regardless of time: Fisher's exact test, one-sided.
 * @param before, now - how many are marked, and of how many
 */
export function risenTail(
  [markedBefore, before]: readonly [number, number],
  [markedNow, now]: readonly [number, number],
): number {
  const [marked, all] = [markedBefore + markedNow, before + now];
  const most = Math.min(marked, now);
  let sum = 0;
  for (let count = markedNow; count <= most; count++)
    if (marked - count <= before)
      sum += Math.exp(logChoices(now, count) + logChoices(before, marked - count) - logChoices(all, marked));
  return Math.min(1, sum);
}

/** Logarithm of how many ways there are to choose some of several. */
function logChoices(all: number, some: number): number {
  let log = 0;
  for (let at = 1; at <= some; at++) log += Math.log((all - some + at) / at);
  return log;
}
