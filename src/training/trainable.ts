/** @file What the trainer asks of the networks it trains, whichever method they are of. */
import type { Random } from '../core/random.ts';
import type { Tensor } from '../graph/index.ts';
import type { BatchRows } from '../methods/clad/step.ts';
import type { Parameters } from '../nn/parameters.ts';
import type { ParameterTensors } from '../nn/perceptron.ts';
import type { StepBuilder } from './program.ts';

/** Networks that can be trained. */
export interface TrainableNetworks {
  /** First values of all parameters. */
  initial(random: Random): Parameters;
  /** Builds one gradient step on a batch of these rows. */
  step(stage: 1 | 2, rows: BatchRows): StepBuilder;
  /** Anomaly scores [rows] of rows of the networks' input, as they would be used; higher is more anomalous. */
  score(rows: Tensor, parameters: ParameterTensors): Tensor;
  /** What the learning rate is multiplied by for a parameter. @default 1 for all */
  rateOf?(parameter: string): number;
}
