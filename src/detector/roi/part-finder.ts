/** @file The nodes that find the part (part-graph.ts) as models of their own, for training images: what is learnt of these is of the very cells that a detector sees. */
import { resizeToInput } from '../../features/patches/preprocess.ts';
import { numberedCpuNodes } from '../../graph/cpu-node.ts';
import { encodeModel, Graph } from '../../graph/index.ts';
import { freshNames } from '../../graph/names.ts';
import type { ModelProto } from '../../graph/onnx.ts';
import { valueInfo } from '../../graph/write.ts';
import type { Geometry } from '../../image/geometry.ts';
import type { RgbImage } from '../../image/rgb.ts';
import { cellGrid, type PartModel } from '../../image/roi/part-model.ts';
import { type Engine, float32, floats, type Session } from '../../runtime/engine.ts';
import { imageTensor } from '../detector.ts';
import { Emitter } from './emit.ts';
import { cellColours, groundDistances, partCells, partNumbers, partRow } from './part-graph.ts';

/** Longer side of an input, pixels, from which photographs are made smaller with less memory; the numbers are the same. */
const largeInput = 640;

/** What was found in an image. */
export interface PartFound {
  /** [rows, columns] of the cells: 1 inside, with the margin. All are where no part was found. */
  readonly cells: Uint8Array;
  /** Share of the cells that the part covers, without margin. */
  readonly share: number;
}

/** Finds parts in images of one geometry. */
export class PartFinder {
  readonly #distances: Session;
  readonly #cells: Session;

  private constructor(distances: Session, cells: Session) {
    this.#distances = distances;
    this.#cells = cells;
  }

  static async create(engine: Engine, geometry: Geometry): Promise<PartFinder> {
    const distances = await engine.load(encodeModel(distancesModel(geometry)));
    return new PartFinder(distances, await engine.load(encodeModel(cellsModel(geometry))));
  }

  /** Distances of an image's cells to the colour of its border, hundredths of OKLab's unit, row by row. @param image - as decoded */
  async distances(image: RgbImage): Promise<Float32Array> {
    const { distances } = await this.#distances.run({ image: imageTensor([image]) });
    return floats(distances);
  }

  /** @param distances - of an image's cells */
  async find(distances: Float32Array, part: PartModel): Promise<PartFound> {
    const { cells, share } = await this.#cells.run({
      distances: float32(distances, [1, distances.length]),
      numbers: float32(Float32Array.from(partRow(part)), [1, partNumbers]),
    });
    return { cells: Uint8Array.from(floats(cells)), share: floats(share)[0]! };
  }

  async release(): Promise<void> {
    await this.#distances.release();
    await this.#cells.release();
  }
}

function distancesModel(geometry: Geometry): ModelProto {
  const graph = new Graph();
  const image = graph.input('image', 'uint8', ['N', 'H', 'W', 3]);
  // A large input is made of large photographs.
  const inBands = Math.max(geometry.width, geometry.height) > largeInput;
  graph.output('seen', resizeToInput(image, geometry, inBands));
  const model = graph.toModel();
  const emit = new Emitter(freshNames(model));
  const grid = cellGrid(geometry);
  const found = groundDistances(emit, cellColours(emit, 'seen', grid), grid);
  return withNodes(model, emit, { distances: found }, grid.rows * grid.columns);
}

function cellsModel(geometry: Geometry): ModelProto {
  const grid = cellGrid(geometry);
  const graph = new Graph();
  const distances = graph.input('distances', 'float32', ['N', grid.rows * grid.columns]);
  const numbers = graph.input('numbers', 'float32', ['N', partNumbers]);
  graph.output('given', distances);
  graph.output('told', numbers);
  const model = graph.toModel();
  const emit = new Emitter(freshNames(model));
  return withNodes(model, emit, { ...partCells(emit, 'distances', 'numbers', grid) }, undefined);
}

/** The model with these nodes behind it, and their results for its own outputs. */
function withNodes(
  model: ModelProto,
  emit: Emitter,
  outputs: Readonly<Record<string, string>>,
  columns: number | undefined,
): ModelProto {
  const { graph } = model;
  const named = Object.entries(outputs).map(([name, value]) => ({
    opType: 'Identity',
    input: [value],
    output: [name],
  }));
  const info = Object.keys(outputs).map((name) =>
    valueInfo(name, { dtype: 'float32', shape: ['N', ...(columns === undefined ? [] : [columns])] }),
  );
  return {
    ...model,
    graph: {
      ...graph,
      node: numberedCpuNodes([...(graph.node ?? []), ...emit.nodes, ...named]),
      initializer: [...(graph.initializer ?? []), ...emit.constants],
      output: info,
    },
  };
}
