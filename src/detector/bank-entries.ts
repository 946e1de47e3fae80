/**
 * @file The memory bank inside a finished detector file, changed without a new training: entries of images that turn out not to be good are put out of reach,
 * and the bank can be asked without the entries of one image, as while calibrating (docs/decisions/0016-good-images-that-are-not-good.md).
 */

import { classNames } from '../features/memory-bank/class-search.ts';
import { bankNames, outOfReach } from '../features/memory-bank/memory-bank.ts';
import { dimsOf, float32Constant, float32Values, int64Constant, int64Values } from '../graph/constants.ts';
import type { ModelProto } from '../graph/index.ts';
import { freshNames } from '../graph/names.ts';
import type { NodeProto, TensorProto, ValueInfoProto } from '../graph/onnx.ts';
import { dtypeCode } from '../graph/tensor.ts';

/**
 * Each number of an entry out of reach. Far beyond any feature, and a half holds it exactly: its squared length stays that of the entry in every precision that
 * a detector is exported to, which a mark in the lengths alone would not.
 */
export const far = 30_000;

/** Whether a detector has a memory bank whose entries are of single images. */
export function hasBank(model: ModelProto): boolean {
  return constantNamed(model, bankNames.lengths) !== undefined;
}

/**
 * The model with the entries of these images out of reach. Cost and size stay what they were.
 * @param entryImages - training image of each entry
 * @throws Error where the model has no such bank
 */
export function withoutEntriesOf(
  model: ModelProto,
  entryImages: readonly number[],
  excluded: ReadonlySet<number>,
): ModelProto {
  const { entries, lengths } = bankOf(model, entryImages);
  const [, width = 0] = dimsOf(entries);
  const rows = float32Values(entries) as Float32Array;
  const squares = float32Values(lengths) as Float32Array;
  const searchWidth = constantNamed(model, classNames.searchWidth);
  const [compared = width] = (searchWidth && int64Values(searchWidth)) ?? [];
  for (const [entry, image] of entryImages.entries()) {
    if (!excluded.has(image)) continue;
    rows.fill(far, entry * width, (entry + 1) * width);
    squares[entry] = compared * far ** 2;
  }
  const initializer = (model.graph.initializer ?? []).map((each) =>
    each === entries
      ? float32Constant(bankNames.entries, dimsOf(entries), rows)
      : each === lengths
        ? float32Constant(bankNames.lengths, dimsOf(lengths), squares)
        : each,
  );
  return { ...model, graph: { ...model.graph, initializer } };
}

/**
 * The model with a second input, `training_image` int64 [1], without whose entries the bank is asked; of no consequence where there is no bank.
 * @param entryImages - training image of each entry
 * @throws Error where the bank has another number of entries
 */
export function askedWithoutOneImage(model: ModelProto, entryImages: readonly number[]): ModelProto {
  const input = [...(model.graph.input ?? []), trainingImage];
  if (!hasBank(model)) return { ...model, graph: { ...model.graph, input } };
  const { lengths } = bankOf(model, entryImages);
  const fresh = freshNames(model);
  const whole = fresh('lengths_of_all');
  const images = fresh('entry_images');
  const own = fresh('own_entries');
  const beyond = fresh('out_of_reach');
  const { graph } = model;
  const nodes: NodeProto[] = [
    { opType: 'Equal', input: [images, 'training_image'], output: [own] },
    { opType: 'Where', input: [own, beyond, whole], output: [bankNames.lengths] },
  ];
  const initializer: TensorProto[] = [
    ...(graph.initializer ?? []).map((each) => (each === lengths ? { ...each, name: whole } : each)),
    int64Constant(images, [entryImages.length], entryImages),
    float32Constant(beyond, [], Float32Array.of(outOfReach)),
  ];
  return {
    ...model,
    graph: {
      ...graph,
      input,
      node: [...nodes, ...(graph.node ?? [])],
      initializer,
    },
  };
}

const trainingImage: ValueInfoProto = {
  name: 'training_image',
  type: { tensorType: { elemType: dtypeCode.int64, shape: { dim: [{ dimValue: 1 }] } } },
};

function bankOf(model: ModelProto, entryImages: readonly number[]) {
  const entries = constantNamed(model, bankNames.entries);
  const lengths = constantNamed(model, bankNames.lengths);
  if (!entries || !lengths || dimsOf(lengths)[0] !== entryImages.length)
    throw new Error('the detector has no memory bank of so many entries');
  return { entries, lengths };
}

/** A constant of the graph by its name. */
export function constantNamed({ graph }: ModelProto, name: string): TensorProto | undefined {
  return graph.initializer?.find((each) => each.name === name);
}
