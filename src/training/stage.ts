/** @file A stage of a training: for how long, on what, and how a step is built. A training is a list of them. */
import type { TensorValue } from '../runtime/engine.ts';
import type { BatchSpec, StepBuilder } from './program.ts';

/** How long a stage is and how fast it learns. */
export interface StageSchedule {
  /** Gradient steps; 0 leaves the stage out. Given by `epochs` where null. */
  readonly steps: number | null;
  /** Passes over the data, where `steps` is null. */
  readonly epochs: number | null;
  /** Of AdamW, at the first step. */
  readonly learningRate: number;
  /**
   * `cosine` falls to `lastShare` at the last step, `step` to a tenth after four fifths of the steps, `multistep` to a fifth then and to a fifth of that after
   * nine tenths.
   */
  readonly schedule: 'constant' | 'cosine' | 'step' | 'multistep';
  /** Steps at the beginning in which the learning rate grows evenly to its own. @default 0 */
  readonly warmUp?: number;
  /** What is left of the learning rate at the last step of `cosine`. @default 0.01 */
  readonly lastShare?: number;
}

/** Where a stage's batches come from: the same for the same step, so that a training that is resumed sees what another would have. */
export interface Batches {
  /** What one step is fed. */
  readonly spec: BatchSpec;
  /** Steps of one pass over the data. */
  readonly stepsPerEpoch: number;
  /** The batches of steps `from` to `from + steps - 1`, stacked along a leading axis. */
  batches(from: number, steps: number): Promise<Record<string, TensorValue>>;
}

export interface Stage {
  /** For progress and errors, e.g. `stage 1`. */
  readonly name: string;
  readonly schedule: StageSchedule;
  readonly batches: Batches;
  /** Builds one step's losses. */
  readonly step: StepBuilder;
  /**
   * Whether it is about a parameter; the others keep their values, take no part in its steps, and need no moments meanwhile. For networks that are trained one after
   * another. @default all
   */
  readonly concerns?: ((parameter: string) => boolean) | undefined;
}

/** Gradient steps of a stage. */
export function stepsOf({ steps, epochs }: StageSchedule, stepsPerEpoch: number): number {
  return steps ?? Math.round((epochs ?? 0) * stepsPerEpoch);
}

/**
 * The learning rate of a step.
 * @param step - from 0
 * @param steps - of the stage
 */
export function rateAt(
  {
    learningRate,
    schedule,
    warmUp = 0,
    lastShare = 0.01,
  }: Pick<StageSchedule, 'learningRate' | 'schedule' | 'warmUp' | 'lastShare'>,
  step: number,
  steps: number,
): number {
  if (step < warmUp) return (learningRate * (step + 1)) / (warmUp + 1);
  if (schedule === 'constant') return learningRate;
  if (schedule === 'multistep')
    return learningRate * 0.2 ** [0.8, 0.9].filter((share) => step >= share * steps).length;
  if (schedule === 'step') return step < 0.8 * steps ? learningRate : learningRate / 10;
  const fall = (1 + Math.cos((Math.PI * (step - warmUp)) / (steps - warmUp))) / 2;
  return learningRate * (lastShare + (1 - lastShare) * fall);
}
