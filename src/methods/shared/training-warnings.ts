/** @file What the validations of a training show to be wrong with it, in sentences that say what to change. */
import type { ValidatedState } from '../../training/checkpoint.ts';
import type { NetworkOptions } from './option-groups.ts';
import type { NoiseOption } from './patch-networks.ts';

/** Below this AUROC on their own noise, networks are said not to learn it. */
const learntFrom = 0.6;
/** Of the steps of the first stage, by when it is to be learnt. */
const learntBy = 0.1;
/** Selection scores that differ by less, from the best to the worst, tell no states apart. */
const flatRange = 0.002;

/** A stage with steps. */
export interface StageSteps {
  /** From 1. */
  readonly stage: number;
  readonly steps: number;
}

/**
 * Whether the last of the validations is the one by which the noise is to be learnt: the first at a tenth of the first stage's steps or later.
 * @param states - all so far
 * @param first - the first stage that has steps
 */
export function isNoiseTrial(states: readonly ValidatedState[], first: StageSteps): boolean {
  const late = ({ stage, step }: ValidatedState) => stage > first.stage || step >= learntBy * first.steps;
  return states.findIndex(late) === states.length - 1;
}

/** Says that a state has not learnt the noise of global anomalies; undefined where it has, or that was not measured. */
export function noiseWarning(
  state: ValidatedState | undefined,
  { option, value, otherwise }: NoiseOption,
): string | undefined {
  const auroc = state?.measured?.ownNoise;
  if (state === undefined || auroc === undefined || auroc >= learntFrom) return undefined;
  const also = otherwise === undefined ? '' : `, or ${otherwise}`;
  return `The networks have not learnt their own noise: after step ${state.step} of stage ${state.stage} they rank a patch with it above one without in only ${auroc.toFixed(2)} of cases (AUROC; 0.50 is chance, at least ${learntFrom.toFixed(2)} is expected). Noise that lies inside what normal patches differ by cannot be learnt. Set ${option} higher: it is ${value}, try ${Number((2 * value).toPrecision(3))}${also}; or train for more steps where there are few.`;
}

/**
 * Says that checkpoint selection could not tell states apart; undefined where it could, or there were fewer than three.
 * @param states - all validations of the training
 * @param selection - what they were selected by
 */
export function selectionWarning(
  states: readonly ValidatedState[],
  selection: NetworkOptions['selection'],
): string | undefined {
  const values = states.flatMap(({ value }) => (value === undefined ? [] : [value]));
  if (values.length < 3) return undefined;
  const [worst, best] = [Math.min(...values), Math.max(...values)];
  if (best - worst >= flatRange) return undefined;
  const remedy =
    selection === 'test'
      ? 'Train for more steps, or take the last state (selection=last).'
      : `Take the last state instead (selection=last), or ${best > 0.98 ? 'make the synthetic anomalies harder to see (less noise, a higher synthesis.betaMean)' : 'make the noise of global anomalies longer, so that it can be learnt'}.`;
  return `Checkpoint selection cannot tell the states of this training apart: all ${values.length} scores lie between ${worst.toFixed(4)} and ${best.toFixed(4)}, nearer than ${flatRange}. Which was taken is chance. ${remedy}`;
}

/** What warnings speak of. */
export interface TrainingFacts {
  /** The first stage that has steps. */
  readonly first: StageSteps;
  readonly noise: NoiseOption;
  readonly selection: NetworkOptions['selection'];
}

/** What is said at once, so that a long training can be stopped. @param states - all validations so far */
export function earlyWarning(
  states: readonly ValidatedState[],
  { first, noise }: TrainingFacts,
): string | undefined {
  return isNoiseTrial(states, first) ? noiseWarning(states.at(-1), noise) : undefined;
}

/** What is wrong with a training that has come to its end. @param states - all its validations */
export function finalWarnings(
  states: readonly ValidatedState[],
  { noise, selection }: TrainingFacts,
): string[] {
  return [noiseWarning(states.at(-1), noise), selectionWarning(states, selection)].filter(
    (each) => each !== undefined,
  );
}
