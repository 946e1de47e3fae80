/**
 * @file The flow of a level: coupling blocks one after another take patch features to values that are to be as if drawn from N(0, 1) each, and how likely a patch is
 * follows from these and from how much volumes change on the way.
 */
import { Random } from '../../core/random.ts';
import type { MapLevel } from '../../features/store/extract-maps.ts';
import {
  add,
  type Graph,
  matmul,
  mul,
  reshape,
  square,
  sub,
  type Tensor,
  transpose,
} from '../../graph/index.ts';
import {
  type CouplingShape,
  couple,
  coupledHalves,
  couplingParameters,
  type Mixing,
} from '../../nn/coupling.ts';
import type { DeclaredParameters, ParameterTensors } from '../../nn/parameters.ts';
import { sinePositions } from '../../nn/positions.ts';
import { randomRotation } from '../../nn/rotation.ts';
import type { CflowOptions } from './cflow-options.ts';

/** The flow of one level. */
export interface LevelFlow {
  /** What names of its parameters begin with, e.g. `level1`. */
  readonly name: string;
  readonly level: MapLevel;
  readonly blocks: readonly CouplingShape[];
  /** Numbers that tell a place. */
  readonly positions: number;
  /** What features are divided by before the first block. */
  readonly size: number;
}

/**
 * @param levels - of the backbone, shallow to deep
 * @param seed - of what mixes values, which is not trained: the same seed gives the same
 * @param sizes - what features of each level are divided by. @default 1
 */
export function flowsOf(
  levels: readonly MapLevel[],
  { blocks, hidden, clamp, mixing, positions }: CflowOptions['flow'],
  seed: number,
  sizes: readonly number[] = [],
): LevelFlow[] {
  return levels.map((level, at) => {
    const name = `level${at + 1}`;
    const width = level.channels;
    const inputs = coupledHalves(width).kept + positions;
    const mixingOf = (block: number): Mixing => {
      const random = new Random(seed, 'mixing', name, block);
      if (mixing === 'soft') return { kind: 'soft', rotation: randomRotation(width, random) };
      return { kind: 'hard', order: random.permutation(width) };
    };
    return {
      name,
      level,
      positions,
      size: sizes[at] ?? 1,
      blocks: Array.from({ length: blocks }, (_, block) => ({
        width,
        condition: positions,
        hidden: Math.max(1, Math.round(hidden * inputs)),
        clamp,
        mixing: mixingOf(block),
      })),
    };
  });
}

const blockName = ({ name }: Pick<LevelFlow, 'name'>, block: number) => `${name}.${block}`;

/** First values of a flow's parameters. */
export function flowParameters(flow: LevelFlow, random: Random): DeclaredParameters {
  const each = flow.blocks.map((shape, block) => couplingParameters(blockName(flow, block), shape, random));
  return Object.assign({}, ...each) as DeclaredParameters;
}

/** What tells the places of a level, [places, positions]. */
export function placesOf(graph: Graph, { name, level, positions }: LevelFlow): Tensor {
  const places = level.rows * level.columns;
  return graph.constant(`${name}.places`, sinePositions(level, positions), [places, positions]);
}

/**
 * How likely patches are: the logarithm of the density (of features divided by the flow's `size`), divided by the number of values, so that levels can be compared.
 * @param rows - patch features, float32 [N * places, channels]
 * @param places - what tells where each is, [places, positions], the same for each of N images
 * @returns [N * places]
 */
export function logLikelihood(
  rows: Tensor,
  places: Tensor,
  flow: LevelFlow,
  parameters: ParameterTensors,
): Tensor {
  const { channels } = flow.level;
  let z = flow.size === 1 ? rows : mul(rows, 1 / flow.size);
  let change: Tensor | number = 0;
  for (const [block, shape] of flow.blocks.entries()) {
    const { rows: next, logDeterminant } = couple(blockName(flow, block), z, places, shape, parameters);
    z = next;
    change = add(change, logDeterminant);
  }
  const half = rows.graph.constant('half', new Float32Array(channels).fill(0.5), [channels, 1]);
  const energy = reshape(matmul(square(z), half), [-1], 'rows');
  const density = sub(sub(change, energy), (channels * Math.log(2 * Math.PI)) / 2);
  return mul(density, 1 / channels);
}

/**
 * The same of whole maps.
 * @param maps - [N, channels, rows, columns] of each level
 * @returns [N * places] of each level
 */
export function likelihoodsOfMaps(
  graph: Graph,
  maps: readonly Tensor[],
  flows: readonly LevelFlow[],
  parameters: ParameterTensors,
): Tensor[] {
  return flows.map((flow, at) => {
    const { channels, rows, columns } = flow.level;
    const flat = reshape(maps[at] as Tensor, [-1, channels, rows * columns], 'N');
    const patches = reshape(transpose(flat, [0, 2, 1]), [-1, channels], 'rows');
    return logLikelihood(patches, placesOf(graph, flow), flow, parameters);
  });
}
