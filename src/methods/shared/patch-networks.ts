/** @file Networks on rows of patches, whichever method they are of: what training and checkpoint selection ask of them. */
import type { Random } from '../../core/random.ts';
import type { Tensor } from '../../graph/index.ts';
import type { DeclaredParameters } from '../../nn/parameters.ts';
import type { ParameterTensors } from '../../nn/perceptron.ts';
import type { StepBuilder } from '../../training/program.ts';
import type { StageSchedule } from '../../training/stage.ts';
import type { BatchRows } from './batch-rows.ts';

/** Networks that can be trained. */
export interface PatchNetworks {
  /** All parameters with their first values. */
  initial(random: Random): DeclaredParameters;
  /** Anomaly scores [rows] of rows of the networks' input, as they would be used; higher is more anomalous. */
  score(rows: Tensor, parameters: ParameterTensors): Tensor;
  /**
   * The same of rows with the training's noise, before any ascent.
   * @param noise - standard normal draws, shaped as the rows
   * @default noise is scaled by the fitted deviation and added to the rows
   */
  scoreNoisy?(rows: Tensor, noise: Tensor, parameters: ParameterTensors): Tensor;
  /** What a batch is made of. */
  readonly draws: BatchDraws;
  /** The stages of their training, in order. */
  readonly stages: readonly PatchStage[];
  /** What the learning rate is multiplied by for a parameter. @default 1 for all */
  rateOf?(parameter: string): number;
}

/** The kinds of rows in a batch, and how they are drawn. */
export interface BatchDraws {
  /** Share of local anomalies. */
  readonly local: number;
  /** Share of global anomalies. */
  readonly global: number;
  /** Noise is drawn with lengths between 1 / spread and spread, log-uniform. */
  readonly noiseSpread: number;
  /** The option that gives the noise's length, for warnings. */
  readonly noise: NoiseOption;
  /** Draws beta of Eq. 4; absent: local anomalies stay as they are. */
  readonly beta?: ((random: Random) => number) | undefined;
}

/** How long the noise of global anomalies is, as options say it. */
export interface NoiseOption {
  /** E.g. `globalAnomalies.noise`. */
  readonly option: string;
  readonly value: number;
  /** Another remedy where the networks do not learn it, as in "set it higher, or ...". */
  readonly otherwise?: string;
}

/** One stage of the training of such networks. */
export interface PatchStage {
  /** As its options are called, e.g. `stage1`. */
  readonly name: string;
  readonly schedule: StageSchedule & { /** Rows a step, of all kinds. */ readonly batch: number };
  /** Builds one gradient step on a batch of these rows. */
  step(rows: BatchRows): StepBuilder;
}
