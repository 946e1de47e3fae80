/**
 * @file A backbone in half precision, or with 8-bit convolutions: an ordinary backbone, one ONNX model with a card and a sha256 of its own, so that
 * everything made with it (features, memory, thresholds, the detector's file) is of the same numbers (docs/backbones.md, decision 0045).
 *
 * The same file gives the same bytes whatever the data set: ranges of 8-bit values are measured on drawn textures at the card's size, and rounded so
 * coarsely that machines which differ in a last digit agree.
 */
import { CladError } from '../../core/errors.ts';
import { sha256 as sha256Of } from '../../core/sha256.ts';
import { attach, decodeModel, encodeModel, Graph, type ModelProto } from '../../graph/index.ts';
import { foldBatchNorms } from '../../graph/rewrite/fold-batch-norm.ts';
import { toHalfPrecision } from '../../graph/rewrite/half-precision.ts';
import { storeInHalf } from '../../graph/rewrite/half-storage.ts';
import { rangeModel } from '../../graph/rewrite/measure-ranges.ts';
import { type Choice, quantise, valuesToMeasure } from '../../graph/rewrite/quantise.ts';
import { productsToMeasure, quantiseProducts } from '../../graph/rewrite/quantise-products.ts';
import { RangeMeans } from '../../graph/rewrite/range-means.ts';
import type { ValueRange } from '../../graph/rewrite/whole-numbers.ts';
import { sizeOf } from '../../image/size-option.ts';
import { type Engine, floats } from '../../runtime/engine.ts';
import { imageInput } from './backbone-file.ts';
import { drawnInputs } from './drawn-inputs.ts';
import type { Backbone } from './loaded-backbone.ts';
import { requireAlike } from './reduced-difference.ts';

/** What a backbone computes in. */
export const backbonePrecisions = ['fp32', 'fp16', 'int8'] as const;
export type BackbonePrecision = (typeof backbonePrecisions)[number];

/**
 * Reduces a backbone.
 * @param engine - that it will be used on, of which its difference and its time are measured
 * @param measuring - a CPU's, whatever that one's device: where ranges differed, so would the file
 * @throws OPTION_INVALID for int8 where there is nothing to be had by it; BACKBONE_UNSUITABLE where its numbers cannot be rounded so
 */
export async function reducedBackbone(
  backbone: Backbone,
  precision: Exclude<BackbonePrecision, 'fp32'>,
  engine: Engine,
  measuring: Engine,
): Promise<Backbone> {
  const model = ofLayers(backbone);
  const folded = foldBatchNorms(model);
  const rewritten =
    precision === 'fp16' ? toHalfPrecision(folded) : await inWholeNumbers(folded, backbone, measuring);
  const bytes = encodeModel(storeInHalf(rewritten));
  const sha256 = await sha256Of(bytes);
  const said = await requireAlike(engine, backbone, { whole: encodeModel(model), reduced: bytes, precision });
  return {
    ...backbone,
    card: { ...backbone.card, inputName, sha256 },
    model: decodeModel(bytes),
    sha256,
    assumed: [...backbone.assumed, said],
    precision,
  };
}

const inputName = 'image';

/** The backbone's layers alone, in our operator set. */
function ofLayers({ card, model, path }: Backbone): ModelProto {
  const graph = new Graph();
  const [images, channels, height, width] = imageInput(model, path).shape;
  const image = graph.input(inputName, 'float32', [
    images ?? 'N',
    channels ?? 3,
    height ?? 'H',
    width ?? 'W',
  ]);
  const layers = card.layers.map(({ name, channels: count }) => ({
    name,
    shape: [images ?? 'N', count, `${name}_rows`, `${name}_columns`],
  }));
  const values = attach(graph, model, { [card.inputName]: image }, layers);
  for (const [at, value] of values.entries()) graph.output(layers[at]!.name, value);
  return graph.toModel();
}

/** Convolutions that gain by it, and products with weights. */
async function inWholeNumbers(model: ModelProto, backbone: Backbone, engine: Engine): Promise<ModelProto> {
  const gains = gainingConvolutions(model);
  const names = [...new Set([...valuesToMeasure(model, gains), ...productsToMeasure(model)])];
  if (names.length === 0) {
    throw new CladError('OPTION_INVALID', {
      option: "the backbone's precision",
      expected: `fp32 or fp16, as ${backbone.card.name} has nothing that int8 could speed up`,
      actual: 'int8',
    });
  }
  const ranges = await rangesOf(model, names, backbone, engine);
  return quantiseProducts(quantise(model, ranges, gains), ranges);
}

/** What reads a convolution's rounded result without loss of time: an engine joins it with the rounding, or it is cheap. */
const cheapReaders = new Set(['Relu', 'Clip', 'Add', 'Concat', 'Conv', 'MaxPool', 'Identity']);

/** Not those by channel, nor those behind which a costly function is computed in float32: rounding them took longer than it saved. */
function gainingConvolutions({ graph }: ModelProto): Choice {
  const read = (name: string) =>
    (graph.node ?? []).every(({ opType, input }) => !input?.includes(name) || cheapReaders.has(opType));
  return ({ node, dims }) => (dims[1] ?? 0) > 1 && read(node.output?.[0] ?? '');
}

async function rangesOf(
  model: ModelProto,
  names: readonly string[],
  { card }: Backbone,
  engine: Engine,
): Promise<ReadonlyMap<string, ValueRange>> {
  const measured = rangeModel(model, names);
  const session = await engine.load(encodeModel(measured.model));
  const means = new RangeMeans();
  try {
    for (const image of drawnInputs('backbone precision', sizeOf(card.inputSize), card)) {
      const outputs = await session.run({ [inputName]: image });
      for (const [value, output] of measured.outputs) means.add(value, floats(outputs[output]));
    }
  } finally {
    await session.release();
  }
  return new Map(names.map((name) => [name, widened(means.of(name))]));
}

/** How much wider than on drawn textures: photographs, and what defects add, go beyond them. */
const wider = 1.25;

/** Outwards to an eighth power of two: machines that differ in a last digit nearly always agree, and a twentieth of the scale is lost. */
function widened({ low, high }: ValueRange): ValueRange {
  const outwards = (end: number) =>
    Math.sign(end) * 2 ** (Math.ceil(Math.log2(Math.abs(end) * wider) * 8) / 8);
  return { low: low < 0 ? outwards(low) : 0, high: high > 0 ? outwards(high) : 0 };
}
