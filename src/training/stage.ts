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
  /** `cosine` falls to a hundredth at the last step. */
  readonly schedule: 'constant' | 'cosine';
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
}

/** Gradient steps of a stage. */
export function stepsOf({ steps, epochs }: StageSchedule, stepsPerEpoch: number): number {
  return steps ?? Math.round((epochs ?? 0) * stepsPerEpoch);
}
