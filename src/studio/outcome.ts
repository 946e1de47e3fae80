/** @file What is to be done with a part, and how often that was said. Pure and without schemas, as the page has it too. */

/** An unknown part, and a file that is none, are told apart from what is to be done with the others. */
export const outcomes = ['pass', 'check', 'reject', 'unknown', 'none', 'broken'] as const;
export type Outcome = (typeof outcomes)[number];
export type OutcomeCounts = Readonly<Record<Outcome, number>>;

/** Which frames of a camera are kept beside the journal. `doubtful`: all but those that pass. */
export const keeps = ['none', 'doubtful', 'all'] as const;
export type Keep = (typeof keeps)[number];

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
