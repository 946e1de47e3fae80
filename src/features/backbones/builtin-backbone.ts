/**
 * @file The backbones that come with the program. `builtin` is a small network of our own, distilled from a large one, beside a bank of
 * filters from formulas; `distilled` and `filter-bank` are its halves. The learnt weights are `assets/builtin-backbone.safetensors`.
 * docs/builtin-backbone.md says how good they are, and when to use a larger one.
 */
import { fileDamaged } from '../../core/damaged-file.ts';
import { CladError } from '../../core/errors.ts';
import { decodeSafetensors } from '../../core/safetensors.ts';
import { sha256 } from '../../core/sha256.ts';
import { add, concat, mul, type Tensor } from '../../graph/index.ts';
import { imageNet } from './backbone-card.ts';
import { type BackboneFlags, normalizationOf } from './backbone-flags.ts';
import { distilledNetwork } from './distilled-network.ts';
import { filterBank } from './filter-bank.ts';
import { graphBackbone } from './graph-backbone.ts';
import type { Backbone } from './loaded-backbone.ts';

/** What a training uses unless another is named. */
export const builtinName = 'builtin';

/** A layer's value and stride, behind an image of RGB from -1 to 1. */
type Layers = readonly { readonly value: Tensor; readonly stride: number }[];

/** The learnt weights, by name. */
type Weights = ReturnType<typeof decodeSafetensors>['tensors'];

/** Where the file of learnt weights, `assets/builtin-backbone.safetensors`, comes from. */
export interface WeightsFile {
  /** Names it in errors. */
  readonly path: string;
  /** Its bytes; asked only where they are needed. */
  read(): Promise<Uint8Array>;
}

/** How a backbone is built, and what its card says of the source. */
interface Recipe {
  /** Whether it has layers that were learnt; without, it is built without weights. */
  readonly learnt: boolean;
  build(image: Tensor, weights: Weights): Layers;
  /** As its card says. */
  readonly source: string;
}

/** Backbones by name. */
const recipes: Readonly<Record<string, Recipe>> = {
  [builtinName]: {
    learnt: true,
    build(image, weights) {
      const learnt = learntLayers(image, weights);
      const { first, second } = filterBank(image);
      // Both halves have one grid where the image's side is a multiple of 8.
      const [, , height, width] = first.shape;
      const layer2 = { ...learnt.layer2, shape: ['N', learnt.layer2.shape[1]!, height!, width!] };
      return [
        { value: concat([layer2, first, second], 1), stride: 8 },
        { value: learnt.layer3, stride: 16 },
      ];
    },
    source: 'a distilled network beside filters from formulas',
  },
  distilled: {
    learnt: true,
    build(image, weights) {
      const { layer2, layer3 } = learntLayers(image, weights);
      return [
        { value: layer2, stride: 8 },
        { value: layer3, stride: 16 },
      ];
    },
    source: 'a distilled network',
  },
  'filter-bank': {
    learnt: false,
    build(image) {
      const { first, second } = filterBank(image);
      return [
        { value: first, stride: 8 },
        { value: second, stride: 8 },
      ];
    },
    source: 'filters from formulas',
  },
};

/** Names of the backbones that come with the program; no file and no registered backbone goes before them. */
export const builtinNames: readonly string[] = Object.keys(recipes);

/**
 * Builds one: the same bytes every time.
 * @param name - one of `builtinNames`
 * @param flags - go before its card, as for any backbone, but for the normalisation: it was made for its own
 * @throws OPTION_INVALID for another normalisation; FILE_DAMAGED when these are not the weights that come with the program, and what reading them throws
 */
export async function builtinBackbone(
  name: string,
  weights: WeightsFile,
  flags: BackboneFlags = {},
): Promise<Backbone> {
  const recipe = recipeOf(name);
  if (normalizationOf(flags)) {
    throw new CladError('OPTION_INVALID', {
      option: "the backbone's normalisation",
      expected: `left out for ${name}, which comes with clad and has its own`,
      actual: flags.normalization ?? 'mean and std',
    });
  }
  const tensors = recipe.learnt ? await ownWeights(await weights.read(), weights.path) : {};
  return backboneOf(name, tensors, flags);
}

/**
 * Builds one from other weights than those that come with the program: tools/distil judges a new student so.
 * @param name - one of `builtinNames`
 * @throws INTERNAL for another name, or when a weight is missing
 */
export async function backboneOf(
  name: string,
  weights: Weights,
  flags: BackboneFlags = {},
): Promise<Backbone> {
  const recipe = recipeOf(name);
  return graphBackbone(
    {
      name,
      inputSize: 224,
      minInputSize: 64,
      sizeMultiple: 8,
      mean: [0.5, 0.5, 0.5],
      std: [0.5, 0.5, 0.5],
      licence: 'Apache-2.0',
      source: `part of clad: ${recipe.source}`,
      build: (image) =>
        recipe.build(image, weights).map((layer, index) => ({ name: `layer${index + 2}`, ...layer })),
    },
    name,
    flags,
  );
}

function recipeOf(name: string): Recipe {
  const recipe = recipes[name];
  if (!recipe) throw new CladError('INTERNAL', { reason: `${name} is no built-in backbone.` });
  return recipe;
}

/** The distilled network, which takes ImageNet's normalisation. */
function learntLayers(image: Tensor, weights: Weights) {
  const { mean, std } = imageNet;
  const constant = (name: string, values: readonly number[]) =>
    image.graph.constant(name, values, [1, 3, 1, 1]);
  const scale = constant(
    'normalise_scale',
    std.map((each) => 0.5 / each),
  );
  const shift = constant(
    'normalise_shift',
    std.map((each, channel) => (0.5 - mean[channel]!) / each),
  );
  return distilledNetwork(add(mul(image, scale), shift), weights);
}

/** SHA-256 of the file. Another would give other features without a word. */
const weightsSha256 = 'fa044e4b73b019a933da3dae8ef329e79b3410f751d0b9d5f8ba2365ff80ee47';

/** @throws FILE_DAMAGED where bytes are not those of the weights that come with the program */
export async function ownWeights(bytes: Uint8Array, path: string): Promise<Weights> {
  if ((await sha256(bytes)) !== weightsSha256)
    throw fileDamaged(path, 'it is not the one that comes with clad', 'Install clad again.');
  return decodeSafetensors(bytes, path).tensors;
}
