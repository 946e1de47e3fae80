/** @file The detector as one graph: decoded bytes of any size in; anomaly map, score and product out. */
import type { Backbone } from '../features/backbones/backbone.ts';
import { backboneFeatures, type FeaturePlan, gridSideOf } from '../features/patches/extractor.ts';
import { Graph } from '../graph/index.ts';
import { anomalyMap, imageScore } from './heat/anomaly-map.ts';
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
 * @param options - `leaveOwnOut`: for calibration, one picture at a time: a second input `training_image` int64 [1] says which training image it is,
 *   and the memory bank is asked without what it holds of that image
 */
export function detectorGraph(spec: DetectorSpec, options: { readonly leaveOwnOut?: boolean } = {}): Graph {
  const graph = new Graph();
  const { backbone, features, model } = spec;
  const { size } = features.geometry;
  const grid = gridSideOf(features);
  const image = graph.input('image', 'uint8', ['N', 'H', 'W', 3]);
  const own = options.leaveOwnOut ? graph.input('training_image', 'int64', [1]) : undefined;
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
