/**
 * @file The memory bank inside a finished detector file, changed without a new training: entries of images that turn out not to be good are put out of reach,
 * and the bank can be asked without the entries of one image, as while calibrating (docs/decisions/0016-good-images-that-are-not-good.md).
 */

import { classNames, headWidthOf } from '../features/memory-bank/class-search.ts';
import { codesOutOfReach, far, lengthDigits } from '../features/memory-bank/entry-codes.ts';
import { bankNames, imageOutOfReach, imageReach, outOfReach } from '../features/memory-bank/memory-bank.ts';
import {
  dimsOf,
  float32Constant,
  float32Values,
  floatConstantLike,
  floatValues,
  int8Constant,
  int8Values,
  int64Constant,
} from '../graph/constants.ts';
import type { ModelProto } from '../graph/index.ts';
import { freshNames } from '../graph/names.ts';
import { attributeType, type NodeProto, type TensorProto, type ValueInfoProto } from '../graph/onnx.ts';
import { dtypeCode } from '../graph/tensor.ts';

/** Whether a detector has a memory whose entries are of single images: patches in a bank, or whole images. */
export function hasBank(model: ModelProto): boolean {
  return reachOf(model) !== undefined;
}

/** The constant that puts an entry out of reach, and the number that does. */
export function reachOf(
  model: ModelProto,
): { constant: TensorProto; name: string; beyond: number } | undefined {
  const numbers = [
    [bankNames.lengths, outOfReach],
    [imageReach, imageOutOfReach],
  ] as const;
  for (const [name, beyond] of numbers) {
    const constant = constantNamed(model, name);
    if (constant) return { constant, name, beyond };
  }
  return undefined;
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
  const { constant } = requireReach(model, entryImages);
  if (constant.name === imageReach) {
    const reach = entryImages.map((image) => (excluded.has(image) ? imageOutOfReach : 0));
    return withConstants(model, [float32Constant(imageReach, [reach.length], Float32Array.from(reach))]);
  }
  const { entries, lengths, codes } = bankOf(model);
  const [count = 0, width = 0] = dimsOf(entries);
  const rows = floatValues(entries) as Float32Array;
  const squares = float32Values(lengths) as Float32Array;
  const headWidth = headWidthOf(width, codes !== undefined);
  for (const [entry, image] of entryImages.entries()) {
    if (!excluded.has(image)) continue;
    rows.fill(far, entry * width, (entry + 1) * width);
    squares[entry] = headWidth * far ** 2;
    codes?.beyond.forEach((code, row) => {
      codes.numbers[row * count + entry] = code;
    });
  }
  const changed = [
    floatConstantLike(entries, dimsOf(entries), rows),
    float32Constant(bankNames.lengths, dimsOf(lengths), squares),
    ...(codes ? [int8Constant(classNames.codes, dimsOf(codes.constant), codes.numbers)] : []),
  ];
  return withConstants(model, changed);
}

/**
 * The model with a second input, `training_image` int64 [1], without whose entries the bank is asked; of no consequence where there is no bank.
 * @param entryImages - training image of each entry
 * @param ranks - a number for each entry; with them there is a third input, `below_rank` int64 [1], and entries of that rank and above are left out too
 * @throws Error where the bank has another number of entries
 */
export function askedWithoutOneImage(
  model: ModelProto,
  entryImages: readonly number[],
  ranks?: readonly number[],
): ModelProto {
  const input = [
    ...(model.graph.input ?? []),
    oneNumber('training_image'),
    ...(ranks ? [oneNumber('below_rank')] : []),
  ];
  if (!hasBank(model)) return { ...model, graph: { ...model.graph, input } };
  const { constant: reach, name: reachName, beyond: number } = requireReach(model, entryImages);
  const codes = codesIn(model);
  const fresh = freshNames(model);
  const images = fresh('entry_images');
  const own = fresh('own_entries');
  const beyond = fresh('out_of_reach');
  const wholeLengths = fresh('lengths_of_all');
  const { graph } = model;
  const left = ranks ? withoutRanks(own, ranks, fresh) : { mask: own, nodes: [], constants: [] };
  const nodes: NodeProto[] = [
    { opType: 'Equal', input: [images, 'training_image'], output: [own] },
    ...left.nodes,
    { opType: 'Where', input: [left.mask, beyond, wholeLengths], output: [reachName] },
  ];
  const renamed = new Map<TensorProto, string>([[reach, wholeLengths]]);
  const added = [
    int64Constant(images, [entryImages.length], entryImages),
    float32Constant(beyond, [], Float32Array.of(number)),
    ...left.constants,
  ];
  if (codes) {
    const wholeCodes = fresh('codes_of_all');
    renamed.set(codes.constant, wholeCodes);
    const others = codesWithout(codes, { own: left.mask, wholeCodes }, fresh);
    nodes.push(...others.nodes);
    added.push(...others.constants);
  }
  const initializer = [
    ...(graph.initializer ?? []).map((each) => ({ ...each, name: renamed.get(each) ?? each.name })),
    ...added,
  ];
  return { ...model, graph: { ...graph, input, node: [...nodes, ...(graph.node ?? [])], initializer } };
}

/** Which entries are left out: an image's own, and those of a rank and above. */
function withoutRanks(own: string, ranks: readonly number[], fresh: (name: string) => string) {
  const [all, above, mask] = [fresh('entry_ranks'), fresh('ranks_above'), fresh('entries_left_out')];
  const nodes: NodeProto[] = [
    { opType: 'GreaterOrEqual', input: [all, 'below_rank'], output: [above] },
    { opType: 'Or', input: [own, above], output: [mask] },
  ];
  return { mask, nodes, constants: [int64Constant(all, [ranks.length], ranks)] };
}

/** The codes with those of an image's own entries out of reach, as `replaceColumns` has it. */
function codesWithout(
  { beyond }: Codes,
  { own, wholeCodes }: { readonly own: string; readonly wholeCodes: string },
  fresh: (name: string) => string,
) {
  const [rows, column] = [fresh('code_rows'), fresh('codes_out_of_reach')];
  const [places, all, sizes, columns] = ['own_places', 'all_own_places', 'own_sizes', 'own_codes'].map(fresh);
  const nodes: NodeProto[] = [
    { opType: 'NonZero', input: [own], output: [places!] },
    { opType: 'Expand', input: [places!, rows], output: [all!] },
    { opType: 'Shape', input: [all!], output: [sizes!] },
    { opType: 'Expand', input: [column, sizes!], output: [columns!] },
    {
      opType: 'ScatterElements',
      input: [wholeCodes, all!, columns!],
      output: [classNames.codes],
      attribute: [{ name: 'axis', type: attributeType.INT, i: 1 }],
    },
  ];
  const constants = [
    int64Constant(rows, [2], [beyond.length, 1]),
    int8Constant(column, [beyond.length, 1], beyond),
  ];
  return { nodes, constants };
}

/** An input of one whole number. */
function oneNumber(name: string): ValueInfoProto {
  return { name, type: { tensorType: { elemType: dtypeCode.int64, shape: { dim: [{ dimValue: 1 }] } } } };
}

function requireReach(model: ModelProto, entryImages: readonly number[]) {
  const reach = reachOf(model);
  if (!reach || dimsOf(reach.constant)[0] !== entryImages.length)
    throw new Error('the detector has no memory bank of so many entries');
  return reach;
}

function bankOf(model: ModelProto) {
  const entries = constantNamed(model, bankNames.entries);
  const lengths = constantNamed(model, bankNames.lengths);
  if (!entries || !lengths) throw new Error('the detector has no memory bank');
  return { entries, lengths, codes: codesIn(model) };
}

/** The codes of a bank's entries. */
interface Codes {
  readonly constant: TensorProto;
  /** [searchWidth + lengthDigits, M]; a copy. */
  readonly numbers: Int8Array;
  /** How many components have codes. */
  readonly searchWidth: number;
  /** Codes of an entry that is out of reach. */
  readonly beyond: Int8Array;
}

/** @returns undefined where the search is exact */
export function codesIn(model: ModelProto): Codes | undefined {
  const constant = constantNamed(model, classNames.codes);
  const numbers = constant && int8Values(constant);
  if (!constant || !numbers) return undefined;
  const searchWidth = dimsOf(constant)[0]! - lengthDigits;
  return { constant, numbers, searchWidth, beyond: codesOutOfReach(searchWidth) };
}

/** The model with these constants in the place of those of the same names. */
export function withConstants(model: ModelProto, changed: readonly TensorProto[]): ModelProto {
  const byName = new Map(changed.map((each) => [each.name, each]));
  const initializer = (model.graph.initializer ?? []).map((each) => byName.get(each.name) ?? each);
  return { ...model, graph: { ...model.graph, initializer } };
}

/** A constant of the graph by its name. */
export function constantNamed({ graph }: ModelProto, name: string): TensorProto | undefined {
  return graph.initializer?.find((each) => each.name === name);
}
