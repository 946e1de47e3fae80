/** @file How sure a share is that was counted: the exact interval of Clopper and Pearson ("The use of confidence or fiducial limits illustrated in the case of the binomial", Biometrika 1934). It imports nothing, as pages carry it. */

/** A share that was counted; fractions 0..1. */
export interface CountedShare {
  readonly count: number;
  /** Of so many, at least one. */
  readonly of: number;
  readonly rate: number;
  /** Limits of its confidence interval. */
  readonly low: number;
  readonly high: number;
}

/** Halvings until a double does not change any more. */
const halvings = 60;

/**
 * A share with the interval that holds the true one with a probability of at least `confidence`, whatever that is. It is never too short, and with few counts
 * rather long: of none in twenty it goes up to 17 %.
 * @param count - 0 .. of
 * @param of - at least 1
 * @throws RangeError for counts that are none
 */
export function countedShare(count: number, of: number, confidence = 0.95): CountedShare {
  if (!Number.isInteger(count) || !Number.isInteger(of) || count < 0 || of < 1 || count > of)
    throw new RangeError(`countedShare: ${count} of ${of} is no share`);
  const tail = (1 - confidence) / 2;
  return {
    count,
    of,
    rate: count / of,
    // The lowest share with which so many or more still happen, and the highest with which so few or fewer do.
    low: count === 0 ? 0 : rootOf((share) => tail - (1 - atMost(count - 1, of, share))),
    high: count === of ? 1 : rootOf((share) => atMost(count, of, share) - tail),
  };
}

/** Where a function that falls on 0..1 passes through 0. */
function rootOf(falling: (share: number) => number): number {
  let [low, high] = [0, 1];
  for (let step = 0; step < halvings; step++) {
    const middle = (low + high) / 2;
    if (falling(middle) > 0) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/**
 * Probability that of `of` draws at most `count` are hits: summed from `count` away from the likeliest number, where terms fall so fast that a few hundred do for millions of draws.
 * @param count - 0 .. of - 1
 * @param share - of hits, strictly between 0 and 1
 */
function atMost(count: number, of: number, share: number): number {
  const odds = share / (1 - share);
  if (count < of * share) {
    let term = probability(count, of, share);
    let sum = term;
    for (let hits = count; hits > 0 && term > negligible * sum; hits--) {
      term *= hits / ((of - hits + 1) * odds);
      sum += term;
    }
    return sum;
  }
  let term = probability(count + 1, of, share);
  let sum = term;
  for (let hits = count + 1; hits < of && term > negligible * sum; hits++) {
    term *= ((of - hits) * odds) / (hits + 1);
    sum += term;
  }
  return 1 - sum;
}

/** Beside the sum, of a term; those after it are smaller still. */
const negligible = 1e-18;

/** Of exactly so many hits. */
function probability(hits: number, of: number, share: number): number {
  const ways = logFactorial(of) - logFactorial(hits) - logFactorial(of - hits);
  return Math.exp(ways + hits * Math.log(share) + (of - hits) * Math.log1p(-share));
}

/** The logarithm of n!, by Stirling's series from 16 on: what it leaves out is below 1e-13. */
function logFactorial(n: number): number {
  if (n < 16) {
    let product = 1;
    for (let factor = 2; factor <= n; factor++) product *= factor;
    return Math.log(product);
  }
  const series = 1 / 12 - (1 / 360 - (1 / 1260 - 1 / (1680 * n * n)) / (n * n)) / (n * n);
  return (n + 0.5) * Math.log(n) - n + 0.5 * Math.log(2 * Math.PI) + series / n;
}
