/**
 * @file The part that was found in each image, as a detector's graph reads it: pixels and patches inside, patches that vote, and how many pixels make the score. Found
 * is it in the image's pixels (part-graph.ts); where a graph begins with stored features, its cells are an input, `roi_cells`.
 */
import type { Attribute } from '../../graph/node.ts';
import type { NodeProto, TensorProto, ValueInfoProto } from '../../graph/onnx.ts';
import { dtypeCode } from '../../graph/tensor.ts';
import { valueInfo } from '../../graph/write.ts';
import type { Grid } from '../../image/geometry.ts';
import type { ImageSize } from '../../image/limits.ts';
import { cellGrid, cellOf, cellsOfPatches } from '../../image/roi/part-model.ts';
import type { Emitter } from './emit.ts';
import { cellsInput, insideOutput } from './found-names.ts';
import { cellColours, groundDistances, partCells } from './part-graph.ts';
import { roiNames } from './roi-constants.ts';
import { enough } from './voters.ts';

/** Adds a node; gives the name of its first result. */
export type Add = (
  opType: string,
  input: readonly string[],
  attributes?: Readonly<Record<string, Attribute>>,
) => string;

/** Map and grid of a detector. */
interface Shape {
  readonly size: ImageSize;
  readonly grid: Grid;
}

const toFloat = { to: { int: dtypeCode.float32 } };
const toBool = { to: { int: dtypeCode.bool } };

/** Writes the nodes; `find` goes before `pixels`, `patches`, `top` and `tell`. */
export class FoundPart {
  /** To be declared by the graph; undefined where the part is found in pixels. */
  readonly input: ValueInfoProto | undefined;
  /** Which pixels are inside, bool [N, height, width]. */
  pixels = '';
  /** Which patches are, float32 [N, patches]. */
  patches = '';
  readonly #emit: Emitter;
  readonly #shape: Shape;
  readonly #cells: Grid;
  readonly #distances: string | undefined;
  /** Whether the class of each image follows its part, bool [N]. */
  #isFollowed = '';

  /** @param seen - the network's input before anything is subtracted; undefined where the graph begins with features */
  constructor(emit: Emitter, seen: string | undefined, shape: Shape) {
    this.#emit = emit;
    this.#shape = shape;
    this.#cells = cellGrid(shape.size);
    const { rows, columns } = this.#cells;
    if (seen === undefined)
      this.input = valueInfo(cellsInput, { dtype: 'uint8', shape: ['N', rows, columns] });
    else this.#distances = groundDistances(emit, cellColours(emit, seen, this.#cells), this.#cells);
  }

  get constants(): readonly TensorProto[] {
    return this.#emit.constants;
  }

  /** The nodes that were written since it was asked last. */
  take(): NodeProto[] {
    return this.#emit.nodes.splice(0);
  }

  /**
   * Which voters count for each class: of a class that follows the part those that lie on something, as no class is known yet.
   * @param ofClasses - float32 [voters, classes]
   * @param voters - the constant with the numbers of the patches that vote; undefined where all do
   * @returns [N, voters, classes]
   */
  votes(add: Add, ofClasses: string, voters: string | undefined): string {
    const { floats, integers } = this.#bound();
    const patches = this.#onSomething(add);
    const voting = voters === undefined ? patches : add('Gather', [patches, voters], { axis: { int: 1 } });
    const count = add('ReduceSum', [voting, integers([1])], { keepdims: { int: 1 } });
    const some = add('Where', [add('GreaterOrEqual', [count, floats([enough])]), voting, floats([1])]);
    const column = add('Reshape', [some, integers([0, -1, 1])]);
    const both = add('Mul', [column, ofClasses]);
    return add('Where', [add('Cast', [roiNames.follows], toBool), both, ofClasses]);
  }

  /** Patches on which something lies that is not ground, by the nearest ground of all classes, float32 [N, patches]; those at its rim are left out. */
  #onSomething(add: Add): string {
    const { floats, integers } = this.#bound();
    const { rows, columns } = this.#cells;
    if (this.#distances === undefined) return this.#touched(add, this.#given(add));
    const grounds = add('Reshape', [
      add('Gather', [roiNames.part, integers([0])], { axis: { int: 1 } }),
      integers([-1]),
    ]);
    const followed = add('Where', [add('Cast', [roiNames.follows], toBool), grounds, floats([1e9])]);
    const ground = add('ReduceMin', [followed, integers([0])], { keepdims: { int: 1 } });
    const laid = add('Reshape', [this.#distances, integers([-1, 1, rows, columns])]);
    const near = add('Cast', [add('LessOrEqual', [laid, ground])], toFloat);
    const window = { kernel_shape: { ints: [3, 3] }, pads: { ints: [1, 1, 1, 1] } };
    const deep = add('Sub', [floats([1]), add('MaxPool', [near], window)]);
    return this.#touched(add, add('Reshape', [deep, integers([-1, rows, columns])]));
  }

  #given(add: Add): string {
    return add('Cast', [cellsInput], toFloat);
  }

  /** Patches that touch a cell inside, float32 [N, patches]. @param cells - float32 [N, rows, columns] */
  #touched(add: Add, cells: string): string {
    const { floats, integers } = this.#bound();
    const { size, grid } = this.#shape;
    const { rows, columns } = this.#cells;
    const down = floats(cellsOfPatches(size.height, grid.rows, rows), [grid.rows, rows]);
    const across = floats(cellsOfPatches(size.width, grid.columns, columns), [grid.columns, columns]);
    const turned = add('Transpose', [across], { perm: { ints: [1, 0] } });
    const counts = add('MatMul', [add('MatMul', [down, cells]), turned]);
    const touched = add('Cast', [add('Greater', [counts, floats([0.5])])], toFloat);
    return add('Reshape', [touched, integers([-1, grid.rows * grid.columns])]);
  }

  /** Finds the part. @param classOf - class of each image, int64 [N] */
  find(classOf: string): void {
    const { add, floats, integers } = this.#bound();
    const { size } = this.#shape;
    const ofClass = (name: string) => add('Gather', [name, classOf], { axis: { int: 0 } });
    this.#isFollowed = add('Cast', [ofClass(roiNames.follows)], toBool);
    const cells =
      this.#distances === undefined
        ? this.#given(add)
        : partCells(this.#emit, this.#distances, ofClass(roiNames.part), this.#cells).cells;
    const rows = add('Gather', [cells, integers(cellOf(size.height, this.#cells.rows))], {
      axis: { int: 1 },
    });
    const places = integers(cellOf(size.width, this.#cells.columns));
    const found = add('Cast', [add('Gather', [rows, places], { axis: { int: 2 } })], toBool);
    const isWhole = add('Not', [this.#isFollowed]);
    const within = add('Cast', [ofClass(roiNames.pixels)], toBool);
    const both = add('And', [within, add('Or', [found, add('Reshape', [isWhole, integers([-1, 1, 1])])])]);
    const highest = add('ReduceMax', [add('Cast', [both], toFloat), integers([1, 2])], {
      keepdims: { int: 1 },
    });
    const isSome = add('Greater', [highest, floats([0.5])]);
    // Nothing of the class's own region is left: that counts, rather than nothing.
    this.pixels = add('Or', [both, add('And', [within, add('Not', [isSome])])]);
    const column = integers([-1, 1]);
    const ofPatches = add('Cast', [ofClass(roiNames.patches)], toFloat);
    const isTouched = add('Max', [
      this.#touched(add, cells),
      add('Cast', [add('Reshape', [isWhole, column])], toFloat),
    ]);
    this.patches = add('Where', [
      add('Reshape', [isSome, column]),
      add('Mul', [ofPatches, isTouched]),
      ofPatches,
    ]);
  }

  /**
   * How many of the highest pixels make an image's score: as large a share of those inside as of the whole map.
   * @param ofClass - float32 [N], for classes that do not follow the part
   * @param most - of the whole map
   */
  top(add: Add, ofClass: string, most: number): string {
    const { floats, integers } = this.#bound();
    const { width, height } = this.#shape.size;
    const inside = add('ReduceSum', [add('Cast', [this.pixels], toFloat), integers([1, 2])], {
      keepdims: { int: 0 },
    });
    const share = add('Round', [add('Mul', [inside, floats([most / (width * height)])])]);
    return add('Where', [this.#isFollowed, add('Max', [share, floats([1])]), ofClass]);
  }

  /** Declares the output that tells what is inside. */
  tell(): ValueInfoProto {
    const { width, height } = this.#shape.size;
    const uint8 = { to: { int: dtypeCode.uint8 } } as const;
    this.#emit.add('Cast', [this.pixels], uint8);
    // The last node's one result is the output.
    const node = this.#emit.nodes.pop()!;
    this.#emit.nodes.push({ ...node, output: [insideOutput] });
    return valueInfo(insideOutput, { dtype: 'uint8', shape: ['N', height, width] });
  }

  #bound() {
    const emit = this.#emit;
    return { add: emit.add.bind(emit), floats: emit.floats.bind(emit), integers: emit.integers.bind(emit) };
  }
}
