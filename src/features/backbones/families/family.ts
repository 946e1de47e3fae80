/**
 * @file What a family of networks is here: it knows its state dicts by the names and shapes of their weights, and builds an ONNX graph of
 * one. A family is a file in this folder and a line in families.ts.
 */
import type { Safetensor } from '../../../core/safetensors.ts';
import type { Graph } from '../../../graph/index.ts';
import type { BackboneLayer } from '../backbone-card.ts';
import type { WeightHints } from './weight-hints.ts';

/** Weights by name. */
export type Tensors = Readonly<Record<string, Safetensor>>;

/** A file of weights, and what is known of it beside them. */
export interface WeightsFile {
  readonly tensors: Tensors;
  /** For messages, and for what its name tells. */
  readonly path: string;
  readonly hints: WeightHints;
}

/** Of RGB/255. */
export interface Normalization {
  readonly mean: readonly [number, number, number];
  readonly std: readonly [number, number, number];
}

/** A backbone under construction. */
export interface BuiltBackbone {
  /** `resnet50`, `vit_small_patch16`, ...: what it is called where nobody gives a name. */
  readonly architecture: string;
  /** Input `image`, float32 [N, 3, H, W]; an output for each layer, by its name. */
  readonly graph: Graph;
  /** Shallow to deep. */
  readonly layers: readonly BackboneLayer[];
  /** Those that a training uses where nobody asks for others; see the card. */
  readonly usualLayers?: readonly string[];
  /** What it was trained for: pixels of both sides. */
  readonly inputSize: number;
  /** Sides have to be multiples of this, pixels. */
  readonly sizeMultiple?: number;
  readonly normalization: Normalization;
  /** A clause, as `ImageNet's mean and standard deviation are used`, where that was taken for granted; undefined where something says it. */
  readonly assumedNormalization?: string | undefined;
  /** Whether it was asked for an activation, which `--activation` may say. */
  readonly asksActivation?: boolean;
  /** Sentences about what else was decided. */
  readonly notes: readonly string[];
}

/**
 * The normalisation of a network whose file does not show it.
 * @param said - what a file beside the weights says
 * @param assumed - a clause about `usual`; where there is none, it is not taken for granted but known
 */
export function normalizedAs(
  said: Normalization | undefined,
  usual: Normalization,
  assumed?: string,
): Pick<BuiltBackbone, 'normalization' | 'assumedNormalization'> {
  return { normalization: said ?? usual, assumedNormalization: said ? undefined : assumed };
}

export interface BackboneFamily {
  /** Its members, for messages and in the plural: `ResNets`. */
  readonly title: string;
  /**
   * Builds a backbone.
   * @returns undefined where the names are not those of this family, nor of a relative that it can refuse by name
   * @throws STATE_DICT_UNSUITABLE when a weight is missing, of another shape or left over, or it is a relative that computes something else
   */
  build(file: WeightsFile): BuiltBackbone | undefined;
}
