/** @file The detector as one graph: decoded bytes of any size in; anomaly map, score and product out. */
import type { Backbone } from '../features/backbone.ts';
import { backboneFeatures, type FeaturePlan, gridSideOf } from '../features/extractor.ts';
import { div, Graph, reshape, sum } from '../graph/index.ts';
import { anomalyMap, imageScore } from './anomaly-map.ts';
import { combineVoices, patchVoices, type SecondOpinion, type TrainedPatchModel } from './patch-scores.ts';

export interface DetectorSpec extends TrainedPatchModel {
  readonly backbone: Backbone;
  readonly features: FeaturePlan;
  readonly opinion?: SecondOpinion | undefined;
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
  const { backbone, features: options, classes } = spec;
  const { size } = options.geometry;
  const grid = gridSideOf(options);
  const image = graph.input('image', 'uint8', ['N', 'H', 'W', 3]);
  const voices = patchVoices(graph, backboneFeatures(graph, image, backbone, options), spec);
  const map = anomalyMap(combineVoices(voices, spec.opinion), grid, { size, blurSigma: spec.blurSigma });
  graph.output('anomaly_map', map);
  graph.output('score', imageScore(map, size, spec.topShare));
  const votes = reshape(voices.votes, [-1, grid * grid, classes.length], 'N');
  const counted = sum(votes, { axes: [1] });
  graph.output('class_probability', div(counted, sum(counted, { axes: [1], keepDims: true })));
  return graph;
}
