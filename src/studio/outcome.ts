/** @file What is to be done with a part, and how often that was said. Pure; the page says the same of its frames. */
import { type Outcome, type OutcomeCounts, outcomes } from './line-api.ts';

/** @param said - `failed`: it could not be judged */
export function outcomeOf({
  verdict,
  decision,
  failed = false,
}: {
  readonly verdict: string | null;
  readonly decision: string | null;
  readonly failed?: boolean;
}): Outcome {
  if (failed) return 'broken';
  if (verdict === 'unknown') return 'unknown';
  return outcomes.find((each) => each === decision) ?? 'none';
}

export function noCounts(): Record<Outcome, number> {
  return { pass: 0, check: 0, reject: 0, unknown: 0, none: 0, broken: 0 };
}

export function counted(counts: OutcomeCounts, outcome: Outcome): OutcomeCounts {
  return { ...counts, [outcome]: counts[outcome] + 1 };
}
