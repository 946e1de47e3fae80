/**
 * @file The memory of each class inside a finished detector file, read and written class by class: classes get more entries, join and leave without a
 * new training (docs/decisions/0032-update.md). Nodes, networks and projection stay; the constants that the number of classes and of entries is in
 * are replaced (`classNames`). What a class has stays as it is to the last bit, and so do the scores of its images.
 */
import { joined, squaredLengths } from '../core/arrays.ts';
import { roundToHalves } from '../core/half.ts';
import {
  classNames,
  headSize,
  headsOf,
  headWidthOf,
  reachOfClasses,
  rimNames,
  spreadNames,
} from '../features/memory-bank/class-search.ts';
import { type ClassCodes, codesOf, joinedCodes } from '../features/memory-bank/entry-codes.ts';
import { bankNames } from '../features/memory-bank/memory-bank.ts';
import {
  dimsOf,
  float32Constant,
  float32Values,
  floatConstantLike,
  floatValues,
  int8Constant,
  int64Constant,
  int64Values,
} from '../graph/constants.ts';
import type { ModelProto } from '../graph/index.ts';
import type { TensorProto, ValueInfoProto } from '../graph/onnx.ts';
import { dtypeCode } from '../graph/tensor.ts';
import type { RegionOfInterest } from '../image/roi/region-of-interest.ts';
import { codesIn, constantNamed, withConstants } from './bank-entries.ts';
import { regionsIn } from './roi/roi-constants.ts';
import { withRegions } from './roi/roi-graph.ts';

/** What a detector remembers of one class. */
export interface ClassMemory {
  /** Entries, [M, width] row-major, in the order of their choice; halves have room for each number. */
  readonly entries: Float32Array;
  /** Their squared lengths along the components that classes are told by, [M]. */
  readonly lengths: Float32Array;
  /** The same in 8 bits; absent in an exact search. */
  readonly coded?: ClassCodes | undefined;
  /** Which of them the class is recognised by, [headSize]. */
  readonly heads: readonly number[];
  /** How its scores vary over normal patches, where they are measured by that. */
  readonly spread?: ClassSpread | undefined;
  /** Where its images are judged; all of them where absent. */
  readonly region?: RegionOfInterest | undefined;
}

/** Means and deviations over normal patches of a class, and its level, in the order of `spreadConstants`. */
export type ClassSpread = readonly number[];

/** Constants with numbers for each class: of the distance, of the networks' score where there are networks, and of levels where there are tiles. */
function spreadConstants(model: ModelProto): string[] {
  return [spreadNames.distance, spreadNames.network]
    .flatMap(({ mean, deviation }): string[] => [mean, deviation])
    .concat(rimNames.levels)
    .filter((name) => constantNamed(model, name) !== undefined);
}

/** Numbers that a class has in one of them: one, or one for each zone of the rim. */
function numbersOfClass(model: ModelProto, name: string): number {
  return dimsOf(constantNamed(model, name) as TensorProto)[1] ?? 1;
}

/** What a detector remembers, class by class. */
export interface ClassMemories {
  readonly classes: readonly ClassMemory[];
  /** Numbers of an entry. */
  readonly width: number;
  /** How many components have codes; null: the search is exact. */
  readonly searchWidth: number | null;
}

type EntryShape = Pick<ClassMemories, 'width' | 'searchWidth'>;

/**
 * Reads the memories.
 * @returns undefined where the detector has none for each class, as of another method, an earlier version or another precision
 */
export function classMemories(model: ModelProto): ClassMemories | undefined {
  const constant = (name: string) => constantNamed(model, name);
  const floats = (name: string) => {
    const found = constant(name);
    return found && float32Values(found);
  };
  const integers = (name: string) => {
    const found = constant(name);
    return found && int64Values(found);
  };
  const entries = constant(bankNames.entries);
  const all = entries && floatValues(entries);
  const squares = floats(bankNames.lengths);
  const [starts, heads, votes] = [classNames.starts, classNames.heads, classNames.votes].map(integers);
  if (!entries || !all || !squares || !starts || !heads || !votes || !floats(bankNames.projection))
    return undefined;
  const [, width = 0] = dimsOf(entries);
  const codes = codesIn(model);
  const [centres, perUnit] = [classNames.centres, classNames.perUnit].map(floats);
  const spreads = spreadConstants(model).map((name) => ({
    values: floats(name)!,
    count: numbersOfClass(model, name),
  }));
  const regions = regionsIn(model);
  const classes = starts.slice(1).map((end, index): ClassMemory => {
    const start = starts[index]!;
    return {
      entries: all.slice(start * width, end * width),
      lengths: squares.slice(start, end),
      ...(codes && {
        coded: {
          codes: columnsOf(codes.numbers, squares.length, start, end),
          centre: centres!.slice(index * codes.searchWidth, (index + 1) * codes.searchWidth),
          perUnit: perUnit![index]!,
        },
      }),
      heads: heads.slice(index * headSize, (index + 1) * headSize).map((place) => place - start),
      spread:
        spreads.length > 0
          ? spreads.flatMap(({ values, count }) => [...values.slice(index * count, (index + 1) * count)])
          : undefined,
      region: regions?.[index],
    };
  });
  return { classes, width, searchWidth: codes?.searchWidth ?? null };
}

/** Some columns of a matrix. @param count - of its columns */
function columnsOf(numbers: Int8Array, count: number, start: number, end: number): Int8Array {
  const rows = Array.from({ length: numbers.length / Math.max(1, count) }, (_, row) =>
    numbers.subarray(row * count + start, row * count + end),
  );
  return joined(Int8Array, rows);
}

/** The memory of a class of these entries, which are rounded to halves in place. @param entries - [M, width] */
export function memoryOf(
  entries: Float32Array,
  shape: EntryShape,
  spread?: ClassSpread,
  region?: RegionOfInterest,
): ClassMemory {
  const heads = headsOf([0, entries.length / shape.width]);
  return { ...entriesInMemory(roundToHalves(entries), shape), heads, spread, region };
}

/** The memory with more entries behind its own, rounded to halves in place; it is recognised by the same as before. */
export function withEntries(
  { entries, heads, spread, region }: ClassMemory,
  more: Float32Array,
  shape: EntryShape,
): ClassMemory {
  const all = joined(Float32Array, [entries, roundToHalves(more)]);
  return { ...entriesInMemory(all, shape), heads, spread, region };
}

function entriesInMemory(entries: Float32Array, { width, searchWidth }: EntryShape) {
  return {
    entries,
    lengths: squaredLengths(entries, width, headWidthOf(width, searchWidth !== null)),
    ...(searchWidth !== null && { coded: codesOf(entries, width, searchWidth) }),
  };
}

/**
 * The model with these memories in the place of its own.
 * @throws Error where it has no memory for each class
 */
export function withMemories(model: ModelProto, classes: readonly ClassMemory[]): ModelProto {
  const before = classMemories(model);
  if (!before) throw new Error('the detector has no memory for each class');
  const { width } = before;
  const votes = int64Values(constantNamed(model, classNames.votes) as TensorProto)!;
  const starts = [0];
  for (const { lengths } of classes) starts.push(starts.at(-1)! + lengths.length);
  const count = classes.length;
  const entries = joined(
    Float32Array,
    classes.map((each) => each.entries),
  );
  const lengths = joined(
    Float32Array,
    classes.map((each) => each.lengths),
  );
  const heads = classes.flatMap((each, index) =>
    each.lengths.length === 0
      ? new Array<number>(headSize).fill(0)
      : each.heads.map((at) => starts[index]! + at),
  );
  const rows = int64Values(constantNamed(model, classNames.found) as TensorProto)?.[0] ?? 0;
  const changed = [
    floatConstantLike(
      constantNamed(model, bankNames.entries) as TensorProto,
      [lengths.length, width],
      entries,
    ),
    float32Constant(bankNames.lengths, [lengths.length], lengths),
    int64Constant(classNames.starts, [starts.length], starts),
    int64Constant(classNames.heads, [heads.length], heads),
    float32Constant(classNames.reach, [count], Float32Array.from(reachOfClasses(starts))),
    int64Constant(classNames.found, [3], [rows, count, headSize]),
    int64Constant(
      classNames.numbers,
      [1, count],
      classes.map((_, index) => index),
    ),
    int64Constant(classNames.votes, [3], [-1, votes[1]!, count]),
    int64Constant(classNames.counted, [2], [-1, count]),
  ];
  if (before.searchWidth !== null) changed.push(...codesOfAll(classes, before.searchWidth));
  if (before.classes[0]?.spread) changed.push(...spreadsOfAll(model, classes));
  const withClasses = withConstants(model, changed);
  const { graph } = withRegions(
    withClasses,
    classes.map(({ region }) => region),
  );
  return {
    ...model,
    graph: {
      ...graph,
      output: (graph.output ?? []).map((each) => (each.name === 'class_share' ? ofWidth(each, count) : each)),
    },
  };
}

function spreadsOfAll(model: ModelProto, classes: readonly ClassMemory[]): TensorProto[] {
  let first = 0;
  return spreadConstants(model).map((name) => {
    const own = numbersOfClass(model, name);
    const at = first;
    first += own;
    const values = classes.flatMap(({ spread }) =>
      Array.from({ length: own }, (_, place) => spread?.[at + place] ?? 0),
    );
    const dims = dimsOf(constantNamed(model, name) as TensorProto);
    return float32Constant(name, [classes.length, ...dims.slice(1)], Float32Array.from(values));
  });
}

function codesOfAll(classes: readonly ClassMemory[], searchWidth: number): TensorProto[] {
  const coded = classes.map((each) => each.coded!);
  const all = joinedCodes(coded, searchWidth);
  return [
    int8Constant(classNames.codes, all.codes.shape, all.codes.data),
    float32Constant(classNames.centres, all.centres.shape, all.centres.data),
    float32Constant(classNames.perUnit, all.perUnit.shape, all.perUnit.data),
  ];
}

function ofWidth(output: ValueInfoProto, width: number): ValueInfoProto {
  const [images = { dimParam: 'N' }] = output.type?.tensorType?.shape?.dim ?? [];
  const elemType = output.type?.tensorType?.elemType ?? dtypeCode.float32;
  return { ...output, type: { tensorType: { elemType, shape: { dim: [images, { dimValue: width }] } } } };
}

/** Output of `withProjection`. */
export const projectedName = 'projected_patches';

/**
 * The model with one more output, `projected_patches` [N * patches, width]: patch features as the entries are, from which new ones are chosen.
 * @throws Error where it has no memory for each class
 */
export function withProjection(model: ModelProto): ModelProto {
  const { graph } = model;
  // With regions of interest there are two: of all of an image, and of what is inside.
  const node = graph.node?.findLast(({ input }) => input?.[1] === bankNames.projection);
  const projection = constantNamed(model, bankNames.projection);
  const width = projection && dimsOf(projection)[1];
  const value = node?.output?.[0];
  if (value === undefined || width === undefined)
    throw new Error('the detector has no memory for each class');
  const shape = { dim: [{ dimParam: 'patches' }, { dimValue: width }] };
  const output: ValueInfoProto = {
    name: projectedName,
    type: { tensorType: { elemType: dtypeCode.float32, shape } },
  };
  const same = { opType: 'Identity', input: [value], output: [projectedName] };
  return {
    ...model,
    graph: { ...graph, node: [...(graph.node ?? []), same], output: [...(graph.output ?? []), output] },
  };
}
