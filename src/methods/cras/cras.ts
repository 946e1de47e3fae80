/**
 * @file CRAS (Chen et al., "Center-aware Residual Anomaly Synthesis for Multi-class Industrial Anomaly Detection", 2025): every class has
 * a bank of centres, the mean of each place over its good photographs. What the discriminator sees is the adapted feature beside its difference
 * to the most similar centre of its class; noise is weaker where a feature is far from its centre. The banks are adapted by the adaptor's first
 * values and stay as they are.
 *
 * The class is decided for each image by itself, where its code takes the commonest of a batch. The score is the discriminator's value before the
 * sigmoid of its code: the order is the same, but it does not saturate, and a threshold can lie above the best of the good.
 */
import { Random } from '../../core/random.ts';
import {
  add,
  argMax,
  cast,
  concat,
  div,
  equal,
  Graph,
  gather,
  matmul,
  mean,
  mul,
  reshape,
  slice,
  stopGradient,
  sub,
  type Tensor,
  where,
} from '../../graph/index.ts';
import { constantParameters } from '../../nn/constant-parameters.ts';
import { bceByKind, oneHot } from '../../nn/losses.ts';
import type { DeclaredParameters, Parameters } from '../../nn/parameters.ts';
import { batchNormaliser, perceptronParameters, runningNormaliser } from '../../nn/perceptron.ts';
import { rowLength, unit } from '../../nn/row-length.ts';
import { type Engine, float32, floats } from '../../runtime/engine.ts';
import { type ClassMaps, fitClassMaps } from '../shared/class-maps.ts';
import { highestPatch, isotropicNoise, scorerTasks } from '../shared/feature-scorer.ts';
import { adapt, discriminate, linearAdaptorRate } from '../shared/linear-adaptor.ts';
import { fitInput } from '../shared/network-input/fitted-input.ts';
import { onPatches } from '../shared/on-patches.ts';
import { selectsByTest } from '../shared/option-groups.ts';
import type { PatchModel } from '../shared/patch-model.ts';
import type { PatchNetworks } from '../shared/patch-networks.ts';
import { trainNetworks } from '../shared/train-networks.ts';
import { type CrasOptions, crasAblation, crasOptions, crasPresets, crasShares } from './cras-options.ts';

export const cras = onPatches<CrasOptions>({
  name: 'cras',
  summary: "a discriminator of features beside their difference to the class's centres",
  options: crasOptions,
  presets: crasPresets,
  ablation: crasAblation,
  usesTestImages: selectsByTest,

  async fit(context) {
    const { options, extracted: inputs, engine, split } = context;
    const { fitted, fitKey } = await fitInput(context, { kind: 'feature', noise: options.noise });
    const maps = await fitClassMaps({ ...inputs, images: split.fit });
    const first = firstValues(fitted.width, new Random(options.seed, 'parameters'));
    const centres = await adaptedCentres(engine, maps, first);
    const networks = crasNetworks(options, centres, first, isotropicNoise(fitted));
    const trained = await trainNetworks(context, { inputs, fitted, fitKey }, networks);
    const { parameters, steps, chosen, warnings } = trained;
    return { steps, chosen, warnings, model: crasModel(parameters, centres) };
  },

  tasks: (options, counts) => scorerTasks(options, counts, crasShares, 2),
});

/** Banks of centres in the space of the adaptor's first values. */
export interface Centres {
  /** [classes * patches, width] */
  readonly rows: Float32Array;
  readonly classes: number;
  readonly patches: number;
  readonly width: number;
}

/** First values; the discriminator's hidden layers are each two thirds as wide as what enters them. */
export function firstValues(width: number, random: Random): DeclaredParameters {
  const wide = Math.floor((2 * width) / 1.5);
  const sizes = [2 * width, wide, Math.floor(wide / 1.5), 1];
  return {
    ...perceptronParameters('adaptor', [width, width], random, true),
    ...perceptronParameters('discriminator', sizes, random, false),
  };
}

async function adaptedCentres(
  engine: Engine,
  { maps, classes, patches, width }: ClassMaps,
  first: Parameters,
): Promise<Centres> {
  const graph = new Graph();
  const rows = graph.input('rows', 'float32', [classes * patches, width]);
  graph.output('adapted', adapt(rows, constantParameters(graph, first)));
  const session = await engine.load(graph.toBytes());
  const { adapted } = await session.run({ rows: float32(maps, [classes * patches, width]) });
  await session.release();
  return { rows: floats(adapted), classes, patches, width };
}

/**
 * @param first - first values, with which the centres were adapted
 * @param deviation - of the noise
 */
export function crasNetworks(
  { guidance, noise: length, training }: Pick<CrasOptions, 'guidance' | 'noise' | 'training'>,
  centres: Centres,
  first: DeclaredParameters,
  deviation: number,
): PatchNetworks {
  return {
    initial: () => first,
    rateOf: linearAdaptorRate,
    score: (rows, parameters) => {
      const adapted = adapt(rows, parameters);
      const centre = nearestCentre(adapted, centres);
      return discriminate(beside(adapted, centre), parameters, runningNormaliser(parameters));
    },
    scoreNoisy: (rows, drawn, parameters) => {
      const adapted = adapt(rows, parameters);
      const centre = nearestCentre(adapted, centres);
      const noise = guided(mul(drawn, deviation), sub(adapted, centre), guidance);
      return discriminate(beside(add(adapted, noise), centre), parameters, runningNormaliser(parameters));
    },
    draws: { ...crasShares, noiseSpread: 1, noise: { option: 'noise', value: length } },
    stages: [
      {
        name: 'training',
        schedule: training,
        step: (rows) => (parameters, batch) => {
          const { normalise, statistics } = batchNormaliser(parameters);
          const normal = adapt(cast(batch.normal as Tensor, 'float32'), parameters);
          const { graph } = normal;
          const own = equal(
            reshape(batch.classes as Tensor, [rows.normal, 1]),
            centreClasses(graph, centres),
          );
          const nearest = argMax(where(own, similarities(stopGradient(normal), centres), -2), 1);
          const centre = gather(centreRows(graph, centres), nearest);
          const [origin, around] = [slice(normal, 0, 0, rows.global), slice(centre, 0, 0, rows.global)];
          const noise = guided(mul(batch.noise as Tensor, deviation), sub(origin, around), guidance);
          const noisy = add(origin, stopGradient(noise));
          const inputs = concat([beside(normal, centre), beside(noisy, around)], 0);
          const scores = discriminate(inputs, parameters, normalise);
          const { normal: good, anomalous: bad } = bceByKind(scores, rows.normal);
          return { losses: { normal: good, anomalous: bad, total: add(good, bad) }, statistics };
        },
      },
    ],
  };
}

/** The trained networks in the detector: the class of each image first, then the centres of that class. */
export function crasModel(parameters: Parameters, centres: Centres): PatchModel {
  const { classes, patches, width } = centres;
  return (graph, features) => {
    const values = constantParameters(graph, parameters);
    const adapted = adapt(features, values);
    const banks = reshape(centreRows(graph, centres), [classes, patches * width]);
    const images = reshape(adapted, [-1, patches * width], 'N');
    const product = argMax(matmul(unit(images), unit(banks), { transB: true }), 1);
    const own = equal(reshape(product, [-1, 1, 1], 'N'), reshape(centreClasses(graph, centres), [1, 1, -1]));
    const similar = reshape(similarities(adapted, centres), [-1, patches, classes * patches], 'N');
    const nearest = reshape(argMax(where(own, similar, -2), 2), [-1], 'rows');
    const centre = reshape(
      gather(centreRows(graph, centres), nearest),
      [-1, width],
      features.shape[0] as string,
    );
    const score = discriminate(beside(adapted, centre), values, runningNormaliser(values));
    return { score, shares: oneHot(product, classes), imageScore: highestPatch(score, patches) };
  };
}

/** While training is validated, the centre is the most similar of all classes. */
function nearestCentre(adapted: Tensor, centres: Centres): Tensor {
  const nearest = argMax(similarities(adapted, centres), 1);
  return gather(centreRows(adapted.graph, centres), nearest);
}

function centreRows(graph: Graph, { rows, classes, patches, width }: Centres): Tensor {
  return graph.constant('centres', rows, [classes * patches, width]);
}

/** Class of each centre, [1, classes * patches]. */
function centreClasses(graph: Graph, { classes, patches }: Centres): Tensor {
  const numbers = Array.from({ length: classes * patches }, (_, row) => Math.floor(row / patches));
  return graph.constant('centre_classes', numbers, [1, classes * patches], 'int64');
}

/** Cosines of rows to all centres, [rows, classes * patches]. */
function similarities(rows: Tensor, centres: Centres): Tensor {
  return matmul(unit(rows), unit(centreRows(rows.graph, centres)), { transB: true });
}

/** The rows, and beside them how they differ from their centres, [rows, 2 width]. */
function beside(rows: Tensor, centre: Tensor): Tensor {
  return concat([rows, sub(rows, centre)], 1);
}

/** Noise scaled by its length over the distance to the centre; the scales' mean is 1, and k says how much they differ. */
function guided(noise: Tensor, shift: Tensor, guidance: number): Tensor {
  const scale = div(rowLength(noise), rowLength(shift));
  return mul(noise, add(mul(sub(div(scale, mean(scale)), 1), guidance), 1));
}
