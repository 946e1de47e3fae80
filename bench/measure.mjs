/**
 * How times are taken. What is compared runs in turns, a round of each after the other, so that a machine that others use as well, or that slows down
 * when it is warm, does the same to all. A time is the least of the rounds: what the machine can do when nothing else asks for it. The
 * spread is that of the ratio, from round to round.
 */

/** Milliseconds on the wall. */
export const wall = () => performance.now();

/**
 * Milliseconds that this process has had of the processor. With one thread it is what the wall's clock would say on a quiet machine, however many others
 * wait for the cores; with several it would count threads that only wait for each other.
 */
export function processor() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** A value's place in a list: 0.5 is the median. */
export function quantile(values, share) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
}

/**
 * Runs tasks in turns.
 * @param tasks - functions by name; one that gives a number has taken its own time, in milliseconds
 * @param limits - `seconds`: no further round begins after so long; `least` and `most` rounds; `now`: the clock
 * @returns milliseconds by name, each a list of all rounds but the first, which warms up
 */
export async function inTurns(tasks, { seconds = 10, least = 3, most = 15, now = wall } = {}) {
  const times = Object.fromEntries(Object.keys(tasks).map((name) => [name, []]));
  const started = wall();
  for (let round = 0; round <= most; round++) {
    if (round > least && wall() - started > 1000 * seconds) break;
    for (const [name, run] of Object.entries(tasks)) {
      const before = now();
      const own = await run();
      const taken = typeof own === 'number' ? own : now() - before;
      if (round > 0) times[name].push(taken);
    }
  }
  return times;
}

/** The least of the rounds. */
export const least = (times) => Math.min(...times);

/**
 * What a time is beside another.
 * @param kind - `share`: the other's part of it (1: nothing is added); `times`: how many times the other
 */
export function ratioOf(kind, times, besides) {
  const one = (time, beside) => (kind === 'share' ? beside / time : time / beside);
  const rounds = times.map((time, round) => one(time, besides[Math.min(round, besides.length - 1)]));
  return {
    kind,
    value: one(least(times), least(besides)),
    low: quantile(rounds, 0.25),
    high: quantile(rounds, 0.75),
  };
}

/** What a line is beside, where it is to take at most so many times as long. */
export const atMost = (most, beside, besideTimes) => ({
  beside,
  besideTimes,
  kind: 'times',
  target: { of: 'ratio', most },
});

/** A line of the table: what took so long, beside what. */
export function line(what, times, { beside, besideTimes, kind, target, note } = {}) {
  return {
    what,
    unit: 'ms',
    value: least(times),
    ...(beside && { beside, besideValue: least(besideTimes), ratio: ratioOf(kind, times, besideTimes) }),
    ...(target && { target }),
    ...(note && { note }),
  };
}
