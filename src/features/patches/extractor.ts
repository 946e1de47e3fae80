/**
 * @file Images to patch features: resize, normalisation, frozen backbone and section 3.2 as one graph. The detector file begins
 * with the same nodes (`backboneFeatures`), so training and inference cannot disagree.
 */
import { CladError, type ErrorCode, firstLineOf } from '../../core/errors.ts';
import { attach, cast, type Dim, Graph, mul, type Tensor, where } from '../../graph/index.ts';
import type { Geometry, Grid } from '../../image/geometry.ts';
import type { ImageSize } from '../../image/limits.ts';
import type { RgbImage } from '../../image/rgb.ts';
import { nearestMultiple, sizeText } from '../../image/size-option.ts';
import { placeTiles, type Tiling } from '../../image/tiles.ts';
import type { Engine, Session, TensorValue } from '../../runtime/engine.ts';
import { checkFixedSize, imageInput } from '../backbones/backbone-file.ts';
import { measureValues } from '../backbones/backbone-probe.ts';
import { requireAsCarded } from '../backbones/check-layers.ts';
import type { Backbone } from '../backbones/loaded-backbone.ts';
import { type PatchFeatureOptions, patchFeatures, patchFeatureWidth } from './patch-features.ts';
import { normalize, resizeToInput } from './preprocess.ts';
import { featuresOfTiles } from './tiled-features.ts';

/** Everything that patch features depend on beside the images and the backbone's weights. */
export interface FeatureOptions {
  readonly geometry: Geometry;
  /** The backbone is given the input tile by tile; absent: as a whole. */
  readonly tiling?: Tiling;
  /** Backbone layers used, shallow to deep; the first one's grid is that of the patches. */
  readonly layers: readonly string[];
  /** Shallower layers, averaged onto that grid. */
  readonly fineLayers: readonly string[];
  /** What their values are multiplied by. */
  readonly fineWeight: number;
  readonly aggregation: PatchFeatureOptions;
}

/** Feature options with what only a run of the backbone tells. */
export interface FeaturePlan extends FeatureOptions {
  /** Places of each layer's map, of the input or of a tile, the finer layers first; networks without padding lose a place or two at the border. */
  readonly grids: readonly Grid[];
}

/** What is no fault of the input's size. */
const ofAnotherCause: readonly ErrorCode[] = [
  'BACKBONE_UNSUITABLE',
  'OPTION_INVALID',
  'ENGINE_UNAVAILABLE',
  'WORKER_DIED',
];

/**
 * Measures the layers' maps by running the backbone once.
 * @throws OPTION_INVALID for a layer that the backbone has not, or an input size that it does not run at; BACKBONE_UNSUITABLE for a layer that
 *   is not as its card says
 */
export async function planFeatures(
  engine: Engine,
  backbone: Backbone,
  options: FeatureOptions,
): Promise<FeaturePlan> {
  const { card, model } = backbone;
  const size = seenAtOnce(options);
  const { width, height } = size;
  const option = options.tiling ? "the tiles' size" : 'the input size';
  checkFixedSize(imageInput(model, backbone.path), size);
  chosenLayers(backbone, options);
  const { sizeMultiple = 1 } = card;
  if (width % sizeMultiple !== 0 || height % sizeMultiple !== 0) {
    const each = width === height ? 'a multiple' : 'each side a multiple';
    const fitting = sizeText(nearestMultiple(size, sizeMultiple));
    const flag = options.tiling ? '--tiles' : '--input-size';
    const expected = `${each} of ${sizeMultiple}, as backbone ${card.name} needs it (${flag} ${fitting})`;
    throw new CladError('OPTION_INVALID', { option, expected, actual: sizeText(size) });
  }
  try {
    const { values } = await measureValues(engine, model, card.inputName, layerNames(options), size);
    requireAsCarded(backbone, values, size);
    const grids = values.map(({ shape }) => ({ rows: shape[2] ?? 0, columns: shape[3] ?? 0 }));
    const plan = { ...options, grids };
    patchGrid(plan);
    return plan;
  } catch (error) {
    if (error instanceof CladError && ofAnotherCause.includes(error.code)) throw error;
    throw new CladError(
      'OPTION_INVALID',
      {
        option,
        expected: `one that backbone ${card.name} runs at (${firstLineOf(error)})`,
        actual: sizeText(size),
      },
      { cause: error },
    );
  }
}

/** What the backbone is given at once: the input, or a tile of it. */
function seenAtOnce({ geometry, tiling }: FeatureOptions): ImageSize {
  const { width, height } = tiling ?? geometry;
  return { width, height };
}

/** Patches of an input. @throws OPTION_INVALID where it is to be seen in tiles that do not fit into it */
export function patchGrid(plan: FeaturePlan): Grid {
  const grid = gridAtOnce(plan);
  return plan.tiling ? placeTiles(plan.geometry, plan.tiling, plan.grids, grid).grid : grid;
}

/** Patches of what the backbone is given at once. */
function gridAtOnce({ grids, fineLayers }: FeaturePlan): Grid {
  return grids[fineLayers.length] ?? { rows: 0, columns: 0 };
}

/** Values a patch. */
export function featureWidthOf(backbone: Backbone, options: FeatureOptions): number {
  const channels = chosenLayers(backbone, options).map((layer) => layer.channels);
  return patchFeatureWidth(channels, options.aggregation);
}

/**
 * Patch features of images.
 * @param image - uint8 [N, H, W, 3], any height and width
 * @param hide - what is done to the pixels once they have the input's size, float32 [N, height, width, 3]
 * @returns float32 [N * rows * columns, width]
 */
export function backboneFeatures(
  graph: Graph,
  image: Tensor,
  backbone: Backbone,
  options: FeaturePlan,
  hide: (pixels: Tensor) => Tensor = (pixels) => pixels,
): Tensor {
  const { mean, std } = backbone.card;
  const { geometry, tiling, grids } = options;
  // Photographs that are seen in tiles are large ones.
  const resized = resizeToInput(image, geometry, tiling !== undefined);
  const input = normalize(graph, hide(resized), { mean, std });
  if (!tiling) return featuresAtOnce(input, backbone, options);
  const tiles = placeTiles(geometry, tiling, grids, gridAtOnce(options));
  return featuresOfTiles(input, tiling, tiles, (tile) => featuresAtOnce(tile, backbone, options));
}

/**
 * The layers' own maps, for methods that need them whole.
 * @param pixels - of `resizeToInput`, float32 [N, height, width, 3], 0 to 255
 * @param options - without tiles
 * @returns float32 [N, channels, rows, columns] of each layer, shallow to deep
 */
export function mapsOfPixels(
  graph: Graph,
  pixels: Tensor,
  backbone: Backbone,
  options: FeaturePlan,
): Tensor[] {
  const { mean, std } = backbone.card;
  return mapsAtOnce(normalize(graph, pixels, { mean, std }), backbone, options);
}

/** Maps of all layers. @param input - as the backbone wants it, [N, 3, H, W] */
function mapsAtOnce(input: Tensor, backbone: Backbone, options: FeaturePlan): Tensor[] {
  const { graph } = input;
  const images: Dim = input.shape[0] ?? 'N';
  const wanted = chosenLayers(backbone, options).map(({ name, channels }, layer) => ({
    name,
    shape: [images, channels, options.grids[layer]!.rows, options.grids[layer]!.columns],
  }));
  return attach(graph, backbone.model, { [backbone.card.inputName]: input }, wanted);
}

/** Patch features of what the backbone is given at once. @param input - as it wants it, [N, 3, H, W] */
function featuresAtOnce(input: Tensor, backbone: Backbone, options: FeaturePlan): Tensor {
  const levels = mapsAtOnce(input, backbone, options);
  const { aggregation, fineLayers, fineWeight } = options;
  const weighed = levels.map((level, index) => (index < fineLayers.length ? mul(level, fineWeight) : level));
  return patchFeatures(input.graph, weighed, aggregation, fineLayers.length);
}

/** All layers, shallow to deep. */
function layerNames({ fineLayers, layers }: FeatureOptions): string[] {
  return [...fineLayers, ...layers];
}

export function chosenLayers(backbone: Backbone, options: FeatureOptions) {
  return layerNames(options).map((name) => {
    const layer = backbone.card.layers.find((each) => each.name === name);
    if (!layer) {
      throw new CladError('OPTION_INVALID', {
        option: 'features.layers',
        expected: `layers of backbone ${backbone.card.name}: ${backbone.card.layers.map((each) => each.name).join(', ')}`,
        actual: name,
      });
    }
    return layer;
  });
}

/** A session that extracts patch features. */
export class Extractor {
  readonly #session: Session;
  readonly #geometry: Geometry | undefined;

  private constructor(session: Session, geometry: Geometry | undefined) {
    this.#session = session;
    this.#geometry = geometry;
  }

  /** @param hides - whether some images are to be seen inside a region alone */
  static async create(
    engine: Engine,
    backbone: Backbone,
    options: FeaturePlan,
    hides = false,
  ): Promise<Extractor> {
    const graph = new Graph();
    const image = graph.input('image', 'uint8', ['N', 'H', 'W', 3]);
    const { geometry } = options;
    const inside = hides
      ? graph.input('inside', 'uint8', [1, geometry.height, geometry.width, 1])
      : undefined;
    const features = backboneFeatures(graph, image, backbone, options, (pixels) =>
      inside ? hiddenOutside(pixels, inside, backbone.card.mean) : pixels,
    );
    graph.output('features', cast(features, 'float16'));
    return new Extractor(await engine.load(graph.toBytes()), hides ? geometry : undefined);
  }

  /**
   * @param images - one or more images of one size
   * @param inside - [height, width] of the geometry: 0 where they are painted over; all of them is seen where absent
   * @returns halves [images * rows * columns, width]
   */
  async extract(images: readonly RgbImage[], inside?: Uint8Array): Promise<Uint16Array> {
    const { width, height } = images[0] as RgbImage;
    const data = new Uint8Array(images.length * width * height * 3);
    images.forEach((image, index) => {
      data.set(image.data, index * width * height * 3);
    });
    const shape = [images.length, height, width, 3];
    const { features } = await this.#session.run({
      image: { dtype: 'uint8', shape, data },
      ...(this.#geometry && { inside: insideTensor(this.#geometry, inside) }),
    });
    if (!(features?.data instanceof Uint16Array)) {
      throw new CladError('INTERNAL', { reason: `Features came as ${features?.dtype}.` });
    }
    return features.data;
  }

  release(): Promise<void> {
    return this.#session.release();
  }
}

/** Pixels with the mean, of which nothing is left when it is subtracted, in the place of those outside; as detector/roi/roi-graph.ts has it. */
function hiddenOutside(pixels: Tensor, inside: Tensor, mean: readonly number[]): Tensor {
  const painted = pixels.graph.constant(
    'painted',
    mean.map((value) => value * 255),
    [3],
  );
  return where(cast(inside, 'bool'), pixels, painted);
}

function insideTensor({ width, height }: Geometry, inside: Uint8Array | undefined): TensorValue {
  return {
    dtype: 'uint8',
    shape: [1, height, width, 1],
    data: inside ?? new Uint8Array(width * height).fill(1),
  };
}
