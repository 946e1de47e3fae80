/**
 * @file The search of RAD as nodes of a graph: the class by the most alike descriptor, the K most alike images of that class, and patch by patch, layer by layer,
 * the cosine to the most alike patch of these images near the same place.
 */
import { imageOutOfReach, imageReach } from '../../features/memory-bank/memory-bank.ts';
import {
  add,
  cast,
  concat,
  countElements,
  div,
  equal,
  type Graph,
  gather,
  less,
  loop,
  matmul,
  maximum,
  reduceMax,
  reshape,
  slice,
  softmax,
  sub,
  type Tensor,
  topK,
  transpose,
  where,
} from '../../graph/index.ts';
import { patchCount } from '../../image/geometry.ts';
import { type PatchModel, toldClass } from '../shared/patch-model.ts';
import { gateOf } from './gate.ts';
import { descriptorRows, type LayerMemory, layerRows, type RadMemory } from './rad-memory.ts';

/** How a photograph is compared. */
export interface RadSearch {
  readonly neighbours: number;
  readonly radius: number | null;
}

/** Far below any cosine. */
const outOfReach = imageOutOfReach;

/** A patch's score is the mean over the layers of 1 minus the cosine to the most alike patch. */
export function radModel(memory: RadMemory, { neighbours, radius }: RadSearch): PatchModel {
  const { layers, imageClasses, classes, grid } = memory;
  const patches = patchCount(grid);
  const largest = Math.max(...Array.from({ length: classes }, (_, own) => countOf(imageClasses, own)));
  const search = { count: Math.min(neighbours, largest), radius };
  return (graph, features, _, own) => {
    const alike = likeness(graph, features, memory, own);
    const ofClasses = bestOfClasses(alike, memory);
    const shares = softmax(div(sub(ofClasses, 1), memory.spread));
    const images = retrieved(alike, toldClass(ofClasses), memory, search.count);
    const queries = layers.map((layer) =>
      reshape(layerRows(features, layer), [-1, patches, layer.kept], 'N'),
    );
    const bank = layers.map(({ patches: halves, kept }, at) =>
      graph.constant(`rad_patches${at}`, halves, [halves.length / kept, kept], 'float16'),
    );
    const { outputs } = loop(graph, countElements(slice(images.indices, 1, 0, 1)), {}, (_body, turn) => {
      const cosines = nearest(
        queries.map((rows) => gather(rows, turn)),
        bank,
        { indices: gather(images.indices, turn), penalty: gather(images.penalty, turn) },
        memory,
        radius,
      );
      const sum = cosines.reduce((total, each) => add(total, each));
      return { state: {}, outputs: { score: sub(1, div(sum, cosines.length)) } };
    });
    const [rows] = features.shape;
    const score = outputs.score as Tensor;
    return {
      score: typeof rows === 'number' ? reshape(score, [rows]) : reshape(score, [-1], rows),
      shares,
    };
  };
}

function countOf(imageClasses: readonly number[], own: number): number {
  return imageClasses.filter((each) => each === own).length;
}

/**
 * Cosine of each image's descriptor to each of the memory, [N, images]; out of reach for the image itself. What is added is a constant that later verbs
 * change (detector/bank-entries.ts).
 */
function likeness(graph: Graph, features: Tensor, memory: RadMemory, own: Tensor | undefined): Tensor {
  const { descriptor, descriptors, images, grid } = memory;
  const count = images.length;
  const kept = graph.constant('rad_descriptors', descriptors, [count, descriptor.width]);
  const rows = descriptorRows(features, patchCount(grid), descriptor);
  const cosines = matmul(rows, kept, { transB: true });
  const all = graph.constant(imageReach, new Float32Array(count), [count]);
  if (!own) return add(cosines, all);
  const numbers = graph.constant('rad_images', images, [count], 'int64');
  return add(cosines, where(equal(numbers, own), outOfReach, all));
}

/** The highest cosine to an image of each class, [N, classes]. */
function bestOfClasses(alike: Tensor, { imageClasses, classes }: RadMemory): Tensor {
  const best = Array.from({ length: classes }, (_, own) => {
    const [first, end] = [imageClasses.indexOf(own), imageClasses.lastIndexOf(own) + 1];
    return reduceMax(slice(alike, 1, first, end), { axes: [1], keepDims: true });
  });
  return concat(best, 1);
}

/**
 * The images of the class that are most alike.
 * @returns their places in the memory, int64 [N, count], and what is added to cosines with them, [N, count]: 0, or out of reach for those of other classes,
 *   which fill up where the class has fewer
 */
function retrieved(alike: Tensor, classOf: Tensor, { imageClasses }: RadMemory, count: number) {
  const { graph } = alike;
  const of = graph.constant('rad_classes', imageClasses, [1, imageClasses.length], 'int64');
  const same = equal(of, reshape(classOf, [-1, 1], 'N'));
  const { values, indices } = topK(where(same, alike, add(alike, 2 * outOfReach)), count);
  return { indices, penalty: where(less(values, outOfReach / 2), graph.scalar(outOfReach), 0) };
}

interface RetrievedImages {
  /** Places in the memory, int64 [K]. */
  readonly indices: Tensor;
  /** [K] */
  readonly penalty: Tensor;
}

/**
 * Cosine of each patch to the most alike of the retrieved images, layer by layer.
 * @param queries - of one image, [patches, kept] of each layer
 * @param bank - halves [patches * images, kept] of each layer
 * @returns [patches] of each layer
 */
function nearest(
  queries: readonly Tensor[],
  bank: readonly Tensor[],
  images: RetrievedImages,
  memory: RadMemory,
  radius: number | null,
): Tensor[] {
  const { grid, images: all, layers } = memory;
  const { graph } = queries[0]!;
  const patches = patchCount(grid);
  // First row of the memory that each place has, row by row of the grid.
  const starts = Array.from({ length: patches }, (_, place) => place * all.length);
  const table = graph.constant('rad_places', starts, [grid.rows, grid.columns], 'int64');
  /** What the memory holds at a row of the grid, float32 [columns, K, kept] of each layer. */
  const atRow = (turn: Tensor) => {
    const places = add(reshape(gather(table, turn), [grid.columns, 1]), images.indices);
    return bank.map((rows) => cast(gather(rows, places), 'float32'));
  };
  const turns = graph.scalar(grid.rows, 'int64');
  return radius === null
    ? everywhere(queries, images, layers, { atRow, turns, grid })
    : throughGate(queries, images, { atRow, turns, grid, radius });
}

interface MemoryRows {
  readonly atRow: (turn: Tensor) => Tensor[];
  /** Rows of the grid, int64 scalar. */
  readonly turns: Tensor;
  readonly grid: RadMemory['grid'];
}

function everywhere(
  queries: readonly Tensor[],
  { penalty }: RetrievedImages,
  layers: readonly LayerMemory[],
  { atRow, turns, grid }: MemoryRows,
): Tensor[] {
  const { graph } = queries[0]!;
  const patches = patchCount(grid);
  const none = graph.constant('rad_none', new Float32Array(patches).fill(2 * outOfReach), [patches]);
  const initial = Object.fromEntries(queries.map((_, at) => [`best${at}`, none]));
  const { state } = loop(graph, turns, initial, (_, turn, before) => {
    const found = atRow(turn).map((rows, at) => {
      const [columns, count] = rows.shape as [number, number];
      const { kept } = layers[at]!;
      const cosines = matmul(reshape(rows, [columns * count, kept]), queries[at]!, { transB: true });
      const ofImages = add(reshape(cosines, [columns, count, patches]), reshape(penalty, [1, count, 1]));
      const best = reduceMax(reshape(ofImages, [columns * count, patches]), { axes: [0] });
      return [`best${at}`, maximum(before[`best${at}`]!, best)] as const;
    });
    return { state: Object.fromEntries(found), outputs: {} };
  });
  return queries.map((_, at) => state[`best${at}`]!);
}

function throughGate(
  queries: readonly Tensor[],
  { penalty }: RetrievedImages,
  { atRow, turns, grid, radius }: MemoryRows & { readonly radius: number },
): Tensor[] {
  const { graph } = queries[0]!;
  const patches = patchCount(grid);
  const { rows, columns } = grid;
  const gate = gateOf(grid, radius);
  const { shifts } = gate;
  const askers = graph.constant('rad_queries', gate.queries, [rows, columns, shifts], 'int64');
  const { outputs } = loop(graph, turns, {}, (_, turn) => {
    const near = gather(askers, turn);
    const found = atRow(turn).map((memory, at) => {
      const count = memory.shape[1] as number;
      // [columns, K, kept] x [columns, kept, shifts]
      const cosines = matmul(memory, transpose(gather(queries[at]!, near), [0, 2, 1]));
      const ofImages = add(cosines, reshape(penalty, [1, count, 1]));
      return [`found${at}`, reduceMax(ofImages, { axes: [1] })] as const;
    });
    return { state: {}, outputs: Object.fromEntries(found) };
  });
  const places = graph.constant('rad_found', gate.found, [patches, shifts], 'int64');
  const beyond = Float32Array.from(gate.inside, (inside) => (inside ? 0 : 2 * outOfReach));
  const outside = graph.constant('rad_outside', beyond, [patches, shifts]);
  return queries.map((_, at) => {
    const flat = reshape(outputs[`found${at}`] as Tensor, [patches * shifts]);
    return reduceMax(add(gather(flat, places), outside), { axes: [1] });
  });
}
