/**
 * @file One gradient step of either stage (sections 3.3-3.5): the batch's local anomalies fused (Eq. 4), its global ones made
 * (Eq. 5-7), everything through adaptor and discriminator, the losses added up (stage 1: Eq. 1, of the losses of Eq. 8-23; stage 2:
 * Eq. 24).
 */
import { CladError } from '../../core/errors.ts';
import { add, cast, concat, greater, mul, slice, type Tensor } from '../../graph/index.ts';
import { bceLoss, oneHot } from '../../nn/losses.ts';
import type { StepBuilder } from '../../training/program.ts';
import type { BatchRows } from '../shared/batch-rows.ts';
import { globalAnomalies } from '../shared/global-anomalies.ts';
import { classificationLoss, hingeLoss, varianceLoss } from './clad-losses.ts';
import type { CladOptions } from './clad-options.ts';
import { contrastLoss } from './contrast.ts';
import { fuseFeatures } from './fusion.ts';
import { networksInference, networksTraining } from './networks.ts';

export interface StepOptions {
  readonly stage: 1 | 2;
  readonly rows: BatchRows;
  /** Number N of classes; anomalies are class N. */
  readonly classes: number;
  /** Standard deviation of the noise by dimension, in the space of the networks' input. */
  readonly noiseDeviation: Float32Array;
  readonly training: Pick<CladOptions, 'losses' | 'globalAnomalies'>;
}

/** Builds the step for `trainingProgram`. */
export function stepBuilder(options: StepOptions): StepBuilder {
  const { rows, classes, training } = options;
  const anomalies = rows.local + rows.global;
  return (parameters, batch) => {
    const normal = cast(value(batch, 'normal'), 'float32');
    const { graph } = normal;
    const parts = [normal];
    if (rows.local > 0) parts.push(localRows(batch));
    if (rows.global > 0) parts.push(globalRows(normal, parameters, batch, options));
    const anomalyLabels = graph.constant(
      'anomaly',
      new Array<number>(anomalies).fill(classes),
      [anomalies],
      'int64',
    );
    const labels = concat([value(batch, 'classes'), anomalyLabels], 0);
    const membership = oneHot(labels, classes + 1);
    const anomalous = greater(labels, graph.scalar(classes - 1, 'int64'));
    const { outputs, statistics } = networksTraining(concat(parts, 0), parameters);

    const { losses: weights } = training;
    const losses: Record<string, Tensor> = {};
    if (options.stage === 1 && weights.contrast > 0) {
      const unattracted = weights.attractAnomalies ? undefined : classes;
      losses.contrast = contrastLoss(outputs.embedding, labels, { ...weights, unattracted });
    }
    if ((options.stage === 1 || weights.varianceInStage2) && weights.variance > 0) {
      const counted = weights.compactAnomalies ? membership : slice(membership, 1, 0, classes);
      losses.variance = varianceLoss(outputs.embedding, counted, weights.varianceOver);
    }
    if (weights.classification > 0) losses.classification = classificationLoss(outputs.logits, membership);
    if (weights.score > 0) {
      losses.score =
        weights.scoreLoss === 'hinge'
          ? hingeLoss(outputs.score, anomalous, weights.delta)
          : bceLoss(outputs.score, anomalous);
    }
    if (Object.keys(losses).length === 0) {
      throw new CladError('OPTION_INVALID', {
        option: 'losses',
        expected: `above 0 for at least one that stage ${options.stage} has`,
        actual: JSON.stringify(weights),
      });
    }
    const total = Object.entries(losses)
      .map(([name, loss]) => mul(loss, weights[name as 'contrast' | 'variance' | 'classification' | 'score']))
      .reduce((sum, loss) => add(sum, loss));
    return { losses: { ...losses, total }, statistics };
  };
}

function value(batch: Readonly<Record<string, Tensor>>, name: string): Tensor {
  const tensor = batch[name];
  if (!tensor) throw new TypeError(`the batch has no ${name}`);
  return tensor;
}

/** Eq. 4 */
function localRows(batch: Readonly<Record<string, Tensor>>): Tensor {
  const [local, normal] = ['local', 'localNormal'].map((name) => cast(value(batch, name), 'float32'));
  return fuseFeatures(local as Tensor, normal as Tensor, value(batch, 'beta'));
}

/** Eq. 5-7, on the first normal rows, against the discriminator as it would be used now (running statistics). */
function globalRows(
  normal: Tensor,
  parameters: Readonly<Record<string, Tensor>>,
  batch: Readonly<Record<string, Tensor>>,
  { rows, noiseDeviation, training }: StepOptions,
): Tensor {
  const { graph } = normal;
  const deviation = graph.constant('noise_deviation', noiseDeviation, [1, noiseDeviation.length]);
  const length = Math.sqrt(noiseDeviation.reduce((total, each) => total + each * each, 0));
  const { ascentSteps, ...ascent } = training.globalAnomalies;
  return globalAnomalies(
    slice(normal, 0, 0, rows.global),
    mul(value(batch, 'noise'), deviation),
    graph.scalar(length),
    (features) => networksInference(features, parameters).score,
    { steps: ascentSteps, ...ascent },
  );
}
