/**
 * @file A detector's graph that crops each photograph to its part before anything else is done (docs/decisions/0078-crop-to-the-part.md):
 *
 *     seen      the photograph at the input's size, as without a crop
 *     box       around the part that is found in it (part-graph.ts), whole pixels of the photograph
 *     crop      image by image, as boxes differ: the box is cut out of the photograph and brought to the input's size, by the same nodes
 *     map       of the crop, laid onto a map of the photograph; outside of the box it is 0, and `inside` says that it does not count
 *
 * What lies between is as it was and knows nothing of it: it sees a photograph of the part. A score is that of the crop's own map.
 */
import { float32Constant, float32Values, int64Constant } from '../../graph/constants.ts';
import { numberedCpuNodes } from '../../graph/cpu-node.ts';
import type { ModelProto } from '../../graph/index.ts';
import { freshNames, neededNodes, readNames } from '../../graph/names.ts';
import { attributeType, type NodeProto, type TensorProto } from '../../graph/onnx.ts';
import { valueInfo } from '../../graph/write.ts';
import type { ImageSize } from '../../image/limits.ts';
import type { CropModel } from '../../image/roi/crop-model.ts';
import { cellGrid } from '../../image/roi/part-model.ts';
import { constantNamed, withConstants } from '../bank-entries.ts';
import { bound, Emitter } from '../roi/emit.ts';
import { insideOutput } from '../roi/found-names.ts';
import {
  cellColours,
  groundDistances,
  partCells,
  partNumbers,
  partOfRow,
  partRow,
} from '../roi/part-graph.ts';
import { type Box, layNodes, mapOutput, type Side } from './crop-map.ts';

/** Names of the constants. */
const cropNames = {
  /** What finds the part, float32 [1, partNumbers]. */
  part: 'crop_part',
  /** Columns and rows of the box, cells, int64 [1] each. */
  columns: 'crop_columns',
  rows: 'crop_rows',
} as const;

/** Names in a detector's graph (detector-graph.ts, preprocess.ts). */
const [imageInput, meanConstant] = ['image', 'mean'];

/** What a graph that crops calls what its regions look at of the crop. */
const cropInside = 'inside_of_crop';

/** The value of a graph that crops which is what its regions look at of the crop; undefined where none follows the part. */
export function insideOfCrop({ graph }: ModelProto): string | undefined {
  return graph.node?.some(({ output }) => output?.includes(cropInside)) ? cropInside : undefined;
}

/** Whether a detector's graph crops. */
export function crops(model: ModelProto): boolean {
  return constantNamed(model, cropNames.part) !== undefined;
}

/**
 * The model that crops first.
 * @param model - of a finished detector, with its regions of interest, whose input is all of a photograph
 * @param size - of its input and map
 * @throws Error where the graph does not begin with a resize and a mean that is subtracted
 */
export function withCrop(model: ModelProto, crop: CropModel, { width, height }: ImageSize): ModelProto {
  const { graph } = model;
  const nodes = graph.node ?? [];
  const seen = seenPixels(nodes);
  const map = nodes.find(({ output }) => output?.includes(mapOutput));
  if (seen === undefined || !map) throw cannot();
  const fresh = freshNames(model);
  const emit = new Emitter(fresh);
  const resizing = neededNodes(nodes, [seen]).nodes;
  const uncropped = fresh('uncropped');
  const first = copied(resizing, new Map([[seen, uncropped]]), fresh, 'whole');
  const box = boxNodes(emit, uncropped, { width, height });
  const cropping = cropNodes(emit, box, resizing, seen, fresh, { width, height });
  const onCrop = { map: fresh('map_of_crop'), inside: cropInside };
  const others = nodes.filter((node) => !resizing.includes(node));
  const made = new Set(resizing.flatMap((node) => node.output ?? []));
  if (others.some((node) => readNames(node).some((name) => name !== seen && made.has(name)))) throw cannot();
  const rest = others.map((node) =>
    renamedIn(
      node,
      new Map([
        [mapOutput, onCrop.map],
        [insideOutput, onCrop.inside],
      ]),
    ),
  );
  const hasInside = nodes.some(({ output }) => output?.includes(insideOutput));
  const before = emit.nodes.splice(0);
  layNodes(emit, box, onCrop.map, hasInside ? onCrop.inside : undefined, { width, height });
  const output = [...(graph.output ?? [])];
  if (!hasInside) output.push(valueInfo(insideOutput, { dtype: 'uint8', shape: ['N', height, width] }));
  const node = numberedCpuNodes([...first, ...before, cropping, ...rest, ...emit.nodes]);
  const initializer = [...(graph.initializer ?? []), ...emit.constants, ...cropConstants(crop)];
  return { ...model, graph: { ...graph, node, output, initializer } };
}

/** What the mean is subtracted from: of all of an image, where that is also done of what is inside a region. */
function seenPixels(nodes: readonly NodeProto[]): string | undefined {
  const all = nodes.flatMap(({ opType, input }) =>
    opType === 'Sub' && input?.[1] === meanConstant && input[0] !== undefined ? [input[0]] : [],
  );
  const count = (name: string) => neededNodes(nodes, [name]).nodes.length;
  return all.sort((a, b) => count(a) - count(b))[0];
}

function cannot(): Error {
  return new Error('the graph is of a method that cannot crop');
}

function cropConstants({ part, columns, rows }: CropModel): TensorProto[] {
  return [
    float32Constant(cropNames.part, [1, partNumbers], Float32Array.from(partRow(part))),
    int64Constant(cropNames.columns, [1], [columns]),
    int64Constant(cropNames.rows, [1], [rows]),
  ];
}

/** The model that finds no part in any photograph, and so sees all of what it is shown: for what has been cropped already. */
export function withoutCrop(model: ModelProto): ModelProto {
  const found = constantNamed(model, cropNames.part);
  const row = found && float32Values(found);
  if (!row) return model;
  const none = { ...partOfRow(row), least: 2, most: 3 };
  return withConstants(model, [
    float32Constant(cropNames.part, [1, partNumbers], Float32Array.from(partRow(none))),
  ]);
}

/** Where the box lies: `cropBox` of image/roi/crop-model.ts. */
function boxNodes(emit: Emitter, seen: string, size: ImageSize): Box {
  const grid = cellGrid(size);
  const { integers, add } = bound(emit);
  const distances = groundDistances(emit, cellColours(emit, seen, grid), grid);
  const { cells } = partCells(emit, distances, cropNames.part, grid);
  const shape = add('Shape', [imageInput!]);
  const along = (axis: 1 | 2, count: number, usual: string): Side => {
    const of = add('Gather', [shape, integers([axis])], { axis: { int: 0 } });
    const inside = add('ReduceMax', [cells, integers([axis === 1 ? 2 : 1])], { keepdims: { int: 0 } });
    const end = (last: number) =>
      add('ArgMax', [inside], { axis: { int: 1 }, keepdims: { int: 1 }, select_last_index: { int: last } });
    const [from, to] = [end(0), end(1)];
    const found = add('Add', [add('Sub', [to, from]), integers([1])]);
    const taken = add('Min', [add('Max', [usual, found]), integers([count])]);
    const middle = add('Sub', [add('Add', [add('Add', [from, to]), integers([1])]), taken]);
    const latest = add('Mul', [add('Sub', [integers([count]), taken]), integers([2])]);
    const half = add('Max', [add('Min', [middle, latest]), integers([0])]);
    const upTo = add('Add', [add('Mul', [taken, of]), integers([count - 1])]);
    const length = add('Div', [upTo, integers([count])]);
    const wanted = add('Div', [add('Mul', [half, of]), integers([2 * count])]);
    return { start: add('Min', [wanted, add('Sub', [of, length])]), length, of };
  };
  return {
    x: along(2, grid.columns, cropNames.columns),
    y: along(1, grid.rows, cropNames.rows),
  };
}

/** The loop that cuts boxes out and brings them to the input's size, into the value `seen`. Its last nodes are written to `emit`. */
function cropNodes(
  emit: Emitter,
  { x, y }: Box,
  resizing: readonly NodeProto[],
  seen: string,
  fresh: (stem: string) => string,
  { width, height }: ImageSize,
): NodeProto {
  const { integers, add } = bound(emit);
  const images = add('Squeeze', [
    add('Gather', [add('Shape', [imageInput!]), integers([0])], { axis: { int: 0 } }),
  ]);
  const ends = add('Concat', [y.start, x.start, y.length, x.length], { axis: { int: 1 } });
  const inner = new Emitter(fresh);
  const turn = fresh('crop_turn');
  const [going, goingOut] = [fresh('crop_going'), fresh('crop_going_out')];
  const at = inner.add('Reshape', [turn, integers([1])]);
  const own = inner.add('Reshape', [inner.add('Gather', [ends, at], { axis: { int: 0 } }), integers([4])]);
  const part = (first: number) =>
    inner.add('Slice', [own, integers([first]), integers([first + 2]), integers([0])]);
  const start = part(0);
  const end = inner.add('Add', [start, part(2)]);
  const one = inner.add('Gather', [imageInput!, at], { axis: { int: 0 } });
  const cut = inner.add('Slice', [one, start, end, integers([1, 2])]);
  const resized = fresh('crop_resized');
  const body = copied(
    resizing,
    new Map([
      [imageInput!, cut],
      [seen, resized],
    ]),
    fresh,
    'crop',
  );
  const flat = fresh('crop_flat');
  const squeezed: NodeProto = { opType: 'Squeeze', input: [resized, integers([0])], output: [flat] };
  const through: NodeProto = { opType: 'Identity', input: [going], output: [goingOut] };
  return {
    opType: 'Loop',
    input: [images, ''],
    output: [seen],
    attribute: [
      {
        name: 'body',
        type: attributeType.GRAPH,
        g: {
          name: 'crop',
          node: [through, ...inner.nodes, ...body, squeezed],
          input: [
            valueInfo(turn, { dtype: 'int64', shape: [] }),
            valueInfo(going, { dtype: 'bool', shape: [] }),
          ],
          output: [
            valueInfo(goingOut, { dtype: 'bool', shape: [] }),
            valueInfo(flat, { dtype: 'float32', shape: [height, width, 3] }),
          ],
        },
      },
    ],
  };
}

/** Nodes of their own that compute the same of other values. @param values - what is read and given in the place of what */
function copied(
  nodes: readonly NodeProto[],
  values: ReadonlyMap<string, string>,
  fresh: (stem: string) => string,
  suffix: string,
): NodeProto[] {
  const names = new Map(values);
  for (const name of nodes.flatMap(({ output }) => output ?? []))
    if (name !== '' && !names.has(name)) names.set(name, fresh(`${name}/${suffix}`));
  return nodes.map((node) => renamedIn(node, names));
}

/** The node with other names for values, those that its bodies read or make as well. */
function renamedIn(node: NodeProto, names: ReadonlyMap<string, string>): NodeProto {
  const all = [...readNames(node), ...(node.output ?? [])];
  if (!all.some((name) => names.has(name))) return node;
  const other = (name: string) => names.get(name) ?? name;
  const attribute = node.attribute?.map((each) =>
    each.g
      ? { ...each, g: { ...each.g, node: (each.g.node ?? []).map((inner) => renamedIn(inner, names)) } }
      : each,
  );
  return {
    ...node,
    input: (node.input ?? []).map(other),
    output: (node.output ?? []).map(other),
    ...(attribute && { attribute }),
  };
}
