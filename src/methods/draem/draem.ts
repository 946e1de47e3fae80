/**
 * @file DRAEM (Zavrtanik, Kristan and Skocaj, "DRAEM - A discriminatively trained reconstruction embedding for surface anomaly detection", ICCV 2021): anomalies
 * are drawn onto good photographs, one network learns to give these back without them, and a second one, which is given both, learns where they were drawn. Its
 * probability of each pixel is the anomaly map.
 *
 * It learns from pixels; the frozen backbone has no part in it but to tell the class, by the nearest mean of its features, which the publication is told.
 * Other differences from its code: maps are enlarged with half-pixel centres, where it aligns corners; textures are changed by GLASS's nine augmentations,
 * where it has others; turned photographs are mirrored at the edges, where it leaves black corners; a mask without a pixel is drawn again; convolutions in front
 * of batch norm have no bias, which that would take away; and one pair of networks learns all classes.
 */

import { fingerprintFiles } from '../../data/fingerprint.ts';
import { anomalyMap } from '../../detector/heat/anomaly-map.ts';
import { middleGrey } from '../../features/store/extract-maps.ts';
import { proceduralTextures, textureFolder } from '../../features/store/texture-source.ts';
import { add, mul, reshape, sigmoid, type Tensor } from '../../graph/index.ts';
import type { Geometry } from '../../image/geometry.ts';
import { constantParameters } from '../../nn/constant-parameters.ts';
import { runningNormaliser } from '../../nn/normalize.ts';
import type { ParameterTensors } from '../../nn/parameters.ts';
import type { ImageScores } from '../contract.ts';
import { defineMethod } from '../contract.ts';
import {
  fittedOnMaps,
  type MapNetwork,
  type MapView,
  storedMaps,
  trainOnMaps,
} from '../shared/maps/fit-on-maps.ts';
import { ImagePasses } from '../shared/maps/image-passes.ts';
import { planOnMaps } from '../shared/maps/plan-maps.ts';
import { pooledScore } from '../shared/maps/pooled-score.ts';
import { type DraemOptions, draemOptions, draemPresets } from './draem-options.ts';
import { draemImageBytes, draemImageSeconds, draemStoredSeconds, draemTasks } from './draem-seconds.ts';
import { draemStep, stepSpec } from './draem-step.ts';
import { photographView, withTellingLayer } from './draem-view.ts';
import { DrawnBatches } from './drawn-batches.ts';
import { type DraemShape, draemParameters, draemShape, lookAt } from './networks.ts';

/** The most that a call of the engine is fed, bytes: steps take long, and between calls there is progress to tell and a chance to stop. */
const feedBytes = 8e6;
/** Levels that tell the class: the first; the second is the photograph. */
const telling = 1;

export const draem = defineMethod<DraemOptions, MapView>({
  name: 'draem',
  summary: 'networks that learn to take drawn anomalies away, and where they were drawn',
  options: draemOptions,
  presets: draemPresets,
  inputSize: ({ features }) => features.inputSize,
  adapt: withTellingLayer,
  view: photographView,
  tasks: draemTasks,
  imageSeconds: draemImageSeconds,
  storedSeconds: draemStoredSeconds,

  async fit(context) {
    const { options, view, split, textures, images } = context;
    const { training, seed, anomalies } = options;
    const stored = await storedMaps(context);
    const shape = draemShape(options.network);
    const source = textures ? textureFolder(textures, images) : proceduralTextures();
    const passes = new ImagePasses(stored.made, split.fit, seed);
    const from = { passes, textures: source, geometry: view.geometry };
    const batches = new DrawnBatches(from, { seed, anomalies, batch: training.batch });
    const trained = await trainOnMaps(context, stored, {
      parameters: (random) => draemParameters(shape, random, options.network.deviation),
      stages: [
        { name: 'training', schedule: training, batches, step: draemStep(shape, options.network.gamma) },
      ],
      basis: textures ? await fingerprintFiles(textures, images) : 'built-in textures',
      feedBytes,
    });
    const fitted = await fittedOnMaps(
      context,
      stored,
      (graph, maps) => {
        const parameters = constantParameters(graph, trained.parameters);
        return saidOf(maps[telling] as Tensor, shape, parameters, options, view.geometry);
      },
      telling,
    );
    return { ...fitted, steps: { training: trained.steps[0] ?? 0 } };
  },
  plan: (context) => {
    const { options, view } = context;
    return planOnMaps(context, async () => plannedNetwork(options, view), draemImageBytes(options));
  },
});

/** What is said of photographs. @param pixels - float32 [N, 3, height, width], 0 to 255 less `middleGrey` */
export function saidOf(
  pixels: Tensor,
  shape: DraemShape,
  parameters: ParameterTensors,
  { score }: DraemOptions,
  geometry: Geometry,
): Pick<ImageScores, 'map' | 'score'> {
  const { margin } = lookAt(
    mul(add(pixels, middleGrey), 1 / 255),
    shape,
    parameters,
    runningNormaliser(parameters),
  );
  const probability = sigmoid(margin);
  const map = score.blurSigma > 0 ? blurred(probability, geometry, score.blurSigma) : probability;
  return { map, score: pooledScore(map, geometry, score) };
}

function blurred(map: Tensor, { width, height }: Geometry, blurSigma: number): Tensor {
  const grid = { rows: height, columns: width };
  return anomalyMap(reshape(map, [-1], 'pixels'), grid, { width, height, blurSigma });
}

/** The networks as a plan measures them: steps of as many images as it says. */
function plannedNetwork(options: DraemOptions, { geometry }: MapView): MapNetwork {
  const shape = draemShape(options.network);
  return {
    parameters: (random) => draemParameters(shape, random, options.network.deviation),
    batches: (maps) => ({
      spec: stepSpec(imagesOf(maps.spec), geometry),
      stepsPerEpoch: maps.stepsPerEpoch,
      batches: () => Promise.reject(new Error('what is planned is not trained')),
    }),
    step: draemStep(shape, options.network.gamma),
    said: (maps, parameters) => saidOf(maps[telling] as Tensor, shape, parameters, options, geometry),
  };
}

const imagesOf = ({ maps }: Readonly<Record<string, { readonly shape: readonly number[] }>>) =>
  maps?.shape[0] ?? 1;
