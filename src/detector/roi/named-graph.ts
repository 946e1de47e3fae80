/**
 * @file Named regions put into a detector's graph that has regions of interest (roi-graph.ts; docs/decisions/0060-named-regions.md). Beside what holds for the class's
 * region as a whole, each of its named ones has a map of its own, as if it were the only one, so that blur brings nothing in from its neighbours:
 *
 *     map of region j    (R (S inside_j) C^T) / (R inside_j C^T)
 *     its score          the mean of as large a share of its pixels as the image's score is of the whole map's
 *     the class's map    in region j: map of j + offset_j; 0 in none
 *     the class's score  the largest of score of j + offset_j
 *
 * So the class's one threshold holds for map and score, and a region's own is that less its offset. The scores as they are, without offsets, are one more
 * output, `region_score`. A class without named regions keeps its numbers to the last bit.
 */
import { dimsOf } from '../../graph/constants.ts';
import type { ModelProto } from '../../graph/index.ts';
import { freshNames, neededNodes } from '../../graph/names.ts';
import type { NodeProto } from '../../graph/onnx.ts';
import { dtypeCode } from '../../graph/tensor.ts';
import { valueInfo } from '../../graph/write.ts';
import type { ClassRegions } from '../../image/roi/region-of-interest.ts';
import { constantNamed, withConstants } from '../bank-entries.ts';
import { Emitter } from './emit.ts';
import { regionScoreOutput } from './found-names.ts';
import { hasNamed, namedConstants, namedNames } from './named-constants.ts';
import { mapShape, roiNames } from './roi-constants.ts';
import { inOrder } from './roi-hidden.ts';

/** Less than any score; still a float32. */
const beneath = -1e30;
const toFloat = { to: { int: dtypeCode.float32 } };
const toBool = { to: { int: dtypeCode.bool } };

/**
 * The model, which has regions of interest, with the named ones among these; as it is where there are none.
 * @throws Error where the graph is of a method whose image score is not of the map
 */
export function withNamedRegions(model: ModelProto, regions: ClassRegions): ModelProto {
  if (!hasNamed(model) && !regions.some((region) => region?.named)) return model;
  const ranks = constantNamed(model, roiNames.ranks);
  const most = ranks && dimsOf(ranks)[1];
  const constants = namedConstants(mapShape(model), regions, most);
  if (hasNamed(model)) return withConstants(model, constants);
  const { graph } = model;
  const emit = new Emitter(freshNames(model));
  const places = placesIn(graph.node ?? []);
  const { map, score, scores } = namedNodes(emit, places, most);
  const told: NodeProto = { opType: 'Identity', input: [scores], output: [regionScoreOutput] };
  const nodes = (graph.node ?? []).map((node) => {
    if (node === places.mapTold) return { ...node, input: [map] };
    return node === places.scoreTold ? { ...node, input: [score] } : node;
  });
  return {
    ...model,
    graph: {
      ...graph,
      node: inOrder([...nodes, ...emit.nodes, told]),
      output: [
        ...(graph.output ?? []),
        valueInfo(regionScoreOutput, { dtype: 'float32', shape: ['N', 'regions'] }),
      ],
      initializer: [...(graph.initializer ?? []), ...emit.constants, ...constants],
    },
  };
}

/** Where the graph is added to. */
interface Places {
  /** The nodes that give the outputs their names. */
  readonly mapTold: NodeProto;
  readonly scoreTold: NodeProto;
  /** Class of each image, int64 [N]. */
  readonly classOf: string;
  /** Scores of patches, [N, rows, columns]. */
  readonly laidOut: string;
  /** The matrices from the grid to the map (heat/anomaly-map.ts). */
  readonly down: string;
  readonly across: string;
}

/** @throws Error where they are not as roi-graph.ts leaves them, or the image score is not of the map */
function placesIn(nodes: readonly NodeProto[]): Places {
  const maker = (name: string | undefined, opType: string) => {
    const found = nodes.find((node) => name !== undefined && node.output?.[0] === name);
    if (found?.opType !== opType) throw cannot();
    return found;
  };
  const [mapTold, scoreTold] = [maker('anomaly_map', 'Identity'), maker('score', 'Identity')];
  const mean = maker(maker(mapTold.input?.[0], 'Where').input?.[1], 'Div');
  const across = maker(mean.input?.[0], 'MatMul');
  const down = maker(across.input?.[0], 'MatMul');
  const whole = nodes.find(({ opType, input }) => opType === 'Gather' && input?.[0] === roiNames.whole);
  if (!whole || !neededNodes(nodes, ['score']).nodes.includes(mean)) throw cannot();
  return {
    mapTold,
    scoreTold,
    classOf: whole.input![1]!,
    laidOut: down.input![1]!,
    down: down.input![0]!,
    across: across.input![1]!,
  };
}

/**
 * Names of what the added nodes give: the class's map and score, [N, height, width] and [N], and the scores of its regions, [N, regions].
 * @param most - how many of the highest pixels make the score where all of the image counts; undefined for the highest alone
 */
function namedNodes(emit: Emitter, places: Places, most: number | undefined) {
  const add = emit.add.bind(emit);
  const ofClass = (constant: string) => add('Gather', [constant, places.classOf], { axis: { int: 0 } });
  const axes = (of: string, ...at: number[]) => add('Unsqueeze', [of, emit.integers(at)]);
  const flag = (constant: string) => add('Cast', [ofClass(constant)], toBool);

  const patches = add('Cast', [ofClass(namedNames.patches)], toFloat);
  const toMap = (grid: string) => add('MatMul', [add('MatMul', [places.down, grid]), places.across]);
  const blurred = toMap(add('Mul', [axes(places.laidOut, 1), patches]));
  const maps = add('Div', [blurred, add('Max', [toMap(patches), emit.floats([1e-6])])]);

  const numbers = add('Cast', [axes(ofClass(namedNames.pixels), 1)], toFloat);
  const inside = add('Equal', [numbers, namedNames.numbers]);
  const offsets = ofClass(namedNames.offsets);
  const moved = add('Where', [inside, add('Add', [maps, axes(offsets, 2, 3)]), emit.floats([0])]);
  const map = add('ReduceSum', [moved, emit.integers([1])], { keepdims: { int: 0 } });

  const ranked = add('Where', [inside, maps, emit.floats([beneath])]);
  const pixels = add('Reshape', [ranked, emit.integers([0, 0, -1])]);
  const own = scoresOf();
  const there = flag(namedNames.there);
  const scores = add('Where', [there, own, emit.floats([0])]);
  const counted = add('Where', [there, add('Add', [own, offsets]), emit.floats([beneath])]);
  const score = add('ReduceMax', [counted, emit.integers([1])], { keepdims: { int: 0 } });

  const isNamed = flag(namedNames.any);
  return {
    map: add('Where', [axes(isNamed, 1, 2), map, places.mapTold.input![0]!]),
    score: add('Where', [isNamed, score, places.scoreTold.input![0]!]),
    scores,
  };

  /** Of each region, as if it were all that counts; anything where the class has none of this number. */
  function scoresOf(): string {
    if (most === undefined) return add('ReduceMax', [pixels, emit.integers([2])], { keepdims: { int: 0 } });
    const highest = add('TopK', [pixels, emit.integers([most])]);
    const top = ofClass(namedNames.top);
    const counts = add('Cast', [add('Less', [roiNames.ranks, axes(top, 2)])], toFloat);
    // By a product, as roi-graph.ts has it: the engine's own sum goes another way for one image than for several.
    const sum = add('MatMul', [axes(highest, 2), axes(counts, 3)]);
    return add('Div', [add('Squeeze', [sum, emit.integers([2, 3])]), top]);
  }
}

function cannot(): Error {
  return new Error('the graph is of a method that cannot have named regions');
}
