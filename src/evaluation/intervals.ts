/** @file How sure a share is that was counted: the exact interval of Clopper and Pearson ("The use of confidence or fiducial limits illustrated in the case of the binomial", Biometrika 1934). */
import { requireArgument, wholeFrom } from '../core/arguments.ts';

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
 */
export function countedShare(count: number, of: number, confidence = 0.95): CountedShare {
  requireArgument('countedShare', 'of', of, wholeFrom(1));
  requireArgument('countedShare', 'count', count, {
    expected: `a whole number from 0 to ${of}`,
    holds: (value) => Number.isInteger(value) && count >= 0 && count <= of,
  });
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

/** Probability that of `of` draws at most `count` are hits. @param share - of hits, strictly between 0 and 1 */
function atMost(count: number, of: number, share: number): number {
  const odds = Math.log(share) - Math.log1p(-share);
  let logTerm = of * Math.log1p(-share);
  let sum = Math.exp(logTerm);
  for (let hits = 0; hits < count; hits++) {
    logTerm += Math.log((of - hits) / (hits + 1)) + odds;
    sum += Math.exp(logTerm);
  }
  return Math.min(sum, 1);
}
