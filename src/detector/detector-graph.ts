/** @file The detector as one graph: decoded bytes of any size in; anomaly map, score and product out. */
import type { Backbone } from '../features/backbone.ts';
import { backboneFeatures, type FeaturePlan, gridSideOf } from '../features/extractor.ts';
import { Graph } from '../graph/index.ts';
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
 */
export function detectorGraph(spec: DetectorSpec): Graph {
  const graph = new Graph();
  const { backbone, features: options, model } = spec;
  const { size } = options.geometry;
  const grid = gridSideOf(options);
  const image = graph.input('image', 'uint8', ['N', 'H', 'W', 3]);
  const {
    score,
    shares,
    imageScore: own,
  } = model(graph, backboneFeatures(graph, image, backbone, options), grid * grid);
  const map = anomalyMap(score, grid, { size, blurSigma: spec.blurSigma });
  graph.output('anomaly_map', map);
  graph.output('score', own ?? imageScore(map, size, spec.topShare));
  graph.output('class_probability', shares);
  return graph;
}
