/**
 * @file A file that was exported for one size of image, for any. Its exporter wrote sizes of that image into it: shapes of Reshape, ends of Slice, padding to
 * whole windows, a table of positions. Each size is followed from the image through all nodes (factor.ts), so that it is known which of these
 * numbers are of the image, and by which rule; these are computed where the graph runs. What shows no rule is refused with a sentence.
 *
 * The graph is the same function at the file's own size. At another one it is what the network's code would have exported there, for networks that
 * fill up windows with zeros behind their grid and resize tables of positions as usual.
 */
import { CladError } from '../../../core/errors.ts';
import { numberedCpuNodes } from '../../cpu-node.ts';
import { freshNames, neededNodes, withoutUnusedConstants } from '../../names.ts';
import type { ModelProto, NodeProto } from '../../onnx.ts';
import { valueInfo } from '../../write.ts';
import { Emitter } from './emitter.ts';
import { stands, undecided } from './factor.ts';
import { elementRules } from './follow-elements.ts';
import { movementRules } from './follow-movement.ts';
import { sideRules } from './follow-sides.ts';
import { FollowedFile, reasonIn } from './followed-file.ts';
import { type GridMap, gridMap, writeMap } from './grid-map.ts';
import { type FollowRule, shownName } from './rule.ts';
import { requiredMultiple } from './size.ts';

export type { GridMap } from './grid-map.ts';

const rules: Readonly<Record<string, FollowRule>> = { ...elementRules, ...movementRules, ...sideRules };

/** A file whose sizes were followed. */
export interface AnySize {
  /** Every value that is a map of features over the image, in the file's order. */
  readonly maps: readonly GridMap[];
  /** What stops the sizes of a value from being followed; undefined where they are known. */
  stoppedAt(name: string): string | undefined;
  /** Why a value is none of the maps. */
  obstacleOf(name: string): string;
  /**
   * The file for any size of image and any number of them, with chosen values as outputs.
   * @param outputs - each a map [N, C, rows, columns] there, whatever it is in the file
   * @param ownSize - for the file's own size alone, where what stands in the way of others does not matter. @default false
   * @throws MODEL_UNSUITABLE with what stands in the way
   */
  write(outputs: readonly NamedMap[], ownSize?: boolean): Written;
}

/** A map, and what it is called as an output. */
export interface NamedMap {
  readonly map: GridMap;
  readonly name: string;
}

/** A file for any size. */
export interface Written {
  readonly model: ModelProto;
  /** Of what height and width of an image have to be multiples, pixels. */
  readonly sizeMultiple: number;
}

/**
 * Follows the sizes of a file.
 * @param model - in our operator set, with one input [N, 3, H, W] of the size that it is made for. More images than one tell where a file that takes
 *   any number of them has the batch in a shape; a file that was made for one image has to be given one
 * @throws MODEL_UNSUITABLE where its input is none of this kind
 */
export function anySize(model: ModelProto): AnySize {
  const file = new FollowedFile(model, rules);
  for (const node of model.graph.node ?? []) file.follow(node);
  file.settleRest();
  const maps = file.seen.flatMap(({ node }) =>
    (node.output ?? []).flatMap((name) => gridMap(name, file.sizes.get(name), node, file.sizes) ?? []),
  );
  return {
    maps,
    stoppedAt: (name) => file.obstacles.get(name),
    obstacleOf: (name) => {
      const open = file.sizes
        .get(name)
        ?.flatMap(({ factors }) => factors.find(({ state }) => state === 'open') ?? []);
      const none = `its value ${shownName(name)} is no map of features over the image`;
      return file.obstacles.get(name) ?? (open?.[0] ? undecided(open[0]) : none);
    },
    write: (outputs, ownSize = false) => written(model, file, outputs, ownSize),
  };
}

function written(
  model: ModelProto,
  file: FollowedFile,
  outputs: readonly NamedMap[],
  ownSize: boolean,
): Written {
  const wanted = new Set(
    neededNodes(
      model.graph.node ?? [],
      outputs.map(({ map }) => map.name),
    ).nodes,
  );
  const { image } = file;
  const emit = new Emitter(freshNames(model), image.name, ownSize);
  for (const { node, write } of file.seen) {
    if (!wanted.has(node)) continue;
    const obstacle = (node.output ?? [])
      .map((name) => file.obstacles.get(name))
      .find((each) => each !== undefined);
    if (obstacle !== undefined) stands(obstacle);
    if (write) telling(node, () => write(emit));
    else emit.keep(node);
  }
  for (const { map, name } of outputs) writeMap(emit, map, name);
  const equal = file.equal.filter(({ node }) => wanted.has(node)).map((each) => each.equal);
  const sizeMultiple = ownSize ? 1 : requiredMultiple(equal, image);
  const [height, width] = ownSize ? [image.rows, image.columns] : ['H', 'W'];
  const names = outputs.map(({ name }) => name);
  const { nodes } = neededNodes(emit.nodes, names);
  const whole = withoutUnusedConstants({
    ...model,
    graph: {
      ...model.graph,
      node: numberedCpuNodes(nodes),
      initializer: [...(model.graph.initializer ?? []), ...emit.constants],
      input: [valueInfo(image.name, { dtype: 'float32', shape: ['N', 3, height, width] })],
      output: outputs.map(({ map, name }) =>
        valueInfo(name, { dtype: 'float32', shape: ['N', map.channels, `${name}_rows`, `${name}_columns`] }),
      ),
      valueInfo: [],
    },
  });
  return { model: whole, sizeMultiple };
}

/** Says at which node it is that something stands in the way. */
function telling<T>({ opType, output }: NodeProto, act: () => T): T {
  try {
    return act();
  } catch (error) {
    if (!(error instanceof CladError) || error.code !== 'MODEL_UNSUITABLE') throw error;
    return stands(`${reasonIn(error)} (${opType} that makes ${shownName(output?.[0] ?? '')})`);
  }
}
