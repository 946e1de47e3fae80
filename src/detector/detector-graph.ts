/** @file The detector as one graph: decoded bytes of any size in; anomaly map, score and product out. */
import type { Backbone } from '../features/backbone.ts';
import { backboneFeatures, type FeaturePlan, gridSideOf } from '../features/extractor.ts';
import { add, Graph, reshape, type Tensor } from '../graph/index.ts';
import { anomalyMap, imageScore } from './anomaly-map.ts';
import type { PatchModel } from './patch-model.ts';

export interface DetectorSpec {
  readonly backbone: Backbone;
  readonly features: FeaturePlan;
  readonly model: PatchModel;
  /** Pixels. */
  readonly blurSigma: number;
  /** See `imageScore`. */
  readonly topShare: number;
}

/**
 * Builds the graph of `model.onnx`. Input `image` uint8 [N, H, W, 3], RGB as decoded; outputs `anomaly_map` [N, S, S],
 * `score` [N] (higher is more anomalous), `class_probability` [N, classes] (each product's share of the patches' votes).
 * @param options - `leaveOwnOut`: for calibration, a second input `training_image` int64 [N] says which training image each picture is, and
 *   the memory bank is asked without what it holds of that image
 */
export function detectorGraph(spec: DetectorSpec, options: { readonly leaveOwnOut?: boolean } = {}): Graph {
  const graph = new Graph();
  const { backbone, features, model } = spec;
  const { size } = features.geometry;
  const grid = gridSideOf(features);
  const image = graph.input('image', 'uint8', ['N', 'H', 'W', 3]);
  const own = options.leaveOwnOut
    ? repeated(graph.input('training_image', 'int64', ['N']), grid * grid)
    : undefined;
  const {
    score,
    shares,
    imageScore: fromModel,
  } = model(graph, backboneFeatures(graph, image, backbone, features), grid * grid, own);
  const map = anomalyMap(score, grid, { size, blurSigma: spec.blurSigma });
  graph.output('anomaly_map', map);
  graph.output('score', fromModel ?? imageScore(map, size, spec.topShare));
  graph.output('class_probability', shares);
  return graph;
}

/** Each of N numbers for all patches of its picture, [N * patches]. */
function repeated(numbers: Tensor, patches: number): Tensor {
  const across = numbers.graph.integers(new Array<number>(patches).fill(0));
  return reshape(add(reshape(numbers, [-1, 1], 'N'), reshape(across, [1, patches])), [-1], 'N');
}
