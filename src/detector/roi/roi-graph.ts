/**
 * @file Regions of interest put into a detector's graph (docs/decisions/0046-region-of-interest.md). The graph that a training makes, or one out of a file, is found
 * to have five places, which are given nodes of their own:
 *
 *     votes    a class has the share of the votes that are cast inside its region
 *     class    of each image: recognised by these, or given
 *     pixels   outside are painted over, and all but the votes is worked out anew of what is left (roi-hidden.ts)
 *     scores   of patches outside the region of that class: 0, before anything is made of them; an image's level, where there is one, is of what is inside
 *     map      (R S C^T) / (R inside C^T) within the region, so that blur brings nothing in and loses nothing at the border; 0 outside
 *
 * Where the region of some class follows the part, pixels and patches inside are found in each image (found-part.ts), and told by one more output, `inside`.
 * A class without a region divides by 1 and keeps its numbers to the last bit. A detector without any region is not touched at all.
 */
import { classGiven, undecided } from '../../features/memory-bank/class-given.ts';
import { float32Constant, int64Constant, int64Values } from '../../graph/constants.ts';
import { numberedCpuNodes } from '../../graph/cpu-node.ts';
import { encodeModel, type Graph, type ModelProto } from '../../graph/index.ts';
import type { NodeProto } from '../../graph/onnx.ts';
import type { ClassRegions } from '../../image/roi/region-of-interest.ts';
import { constantNamed } from '../bank-entries.ts';
import { Emitter } from './emit.ts';
import { type Add, FoundPart } from './found-part.ts';
import { cannot, GraphChange, renamed, toBool, toFloat } from './graph-change.ts';
import { withNamedRegions } from './named-graph.ts';
import {
  findsParts,
  hasRegions,
  mapShape,
  partConstants,
  regionConstants,
  roiNames,
  withRegionConstants,
} from './roi-constants.ts';
import { inOrder, withHidden } from './roi-hidden.ts';
import { maskLevel, maskLevelAround } from './roi-levels.ts';

/**
 * The model with these regions in the place of those it had.
 * @param regions - of each class of the detector
 * @throws Error where the graph is of a method that cannot have any
 */
export function withRegions(model: ModelProto, regions: ClassRegions | undefined): ModelProto {
  if (!regions) return model;
  if (hasRegions(model)) {
    if (regions.some((region) => region?.follows) && !findsParts(model)) throw cannot();
    return withNamedRegions(withRegionConstants(model, regions), regions);
  }
  if (!regions.some((region) => region)) return model;
  return withNamedRegions(new Splice(model).withRegions(regions), regions);
}

/** The bytes of a graph with these regions. */
export function graphBytes(graph: Graph, regions: ClassRegions | undefined): Uint8Array {
  return regions ? encodeModel(withRegions(graph.toModel(), regions)) : graph.toBytes();
}

/** Less than any score; still a float32. */
const beneath = -1e30;

/** A graph that gets regions. */
class Splice extends GraphChange {
  /** Where the part is, where a region follows it. */
  #part: FoundPart | undefined;
  #classes = 0;

  withRegions(regions: ClassRegions): ModelProto {
    const { graph } = this.model;
    const input = [...(graph.input ?? [])];
    const output = [...(graph.output ?? [])];
    if (regions.some((region) => region?.follows)) {
      const shape = mapShape(this.model);
      this.#part = new FoundPart(new Emitter(this.fresh), this.#centred()?.input?.[0], shape);
      if (this.#part.input) input.push(this.#part.input);
      this.nodes.push(...this.#part.take());
    }
    this.#classes = regions.length;
    const votes = this.#maskVotes();
    const classOf = this.#classOf(votes);
    this.#hidePixels(votes, classOf);
    this.#maskScores(classOf);
    const patches = (add: Add, of: string) => this.#patches(add, of);
    maskLevel(this, patches, classOf);
    maskLevelAround(this, patches, classOf);
    const top = this.#maskMap(classOf);
    const made = [...this.constants, ...regionConstants(this.model, regions, top)];
    if (this.#part) {
      output.push(this.#part.tell());
      this.nodes.push(...this.#part.take());
      made.push(...this.#part.constants, ...partConstants(regions));
    }
    const initializer = [...(graph.initializer ?? []), ...made];
    const ordered = inOrder(this.nodes);
    const node = this.#part ? numberedCpuNodes(ordered) : ordered;
    return { ...this.model, graph: { ...graph, input, output, node, initializer } };
  }

  /** The node that subtracts the mean from an image's pixels; undefined where the graph begins with features. */
  #centred(): NodeProto | undefined {
    const centred = this.nodes.find(({ opType, input }) => opType === 'Sub' && input?.[1] === 'mean');
    return constantNamed(this.model, 'mean') && centred;
  }

  /** Which pixels of each image are inside, bool [N, height, width]. */
  #pixels(add: Add, classOf: string): string {
    if (this.#part) return this.#part.pixels;
    return add('Cast', [add('Gather', [roiNames.pixels, classOf], { axis: { int: 0 } })], toBool);
  }

  /** Which patches are, float32 [N, patches]. */
  #patches(add: Add, classOf: string): string {
    if (this.#part) return this.#part.patches;
    return add('Cast', [add('Gather', [roiNames.patches, classOf], { axis: { int: 0 } })], toFloat);
  }

  /** Each class's share of the votes inside its region. @returns the name of what is counted, [N, classes] */
  #maskVotes(): string {
    const shares = this.maker(this.maker('class_share').input?.[0]);
    const counted = shares.input?.[0] ?? '';
    const summed = this.maker(this.maker(counted).input?.[0]);
    const [ones, ofPatches] = summed.input ?? [];
    if (shares.opType !== 'Div' || summed.opType !== 'MatMul') throw cannot();
    const made: NodeProto[] = [];
    const add = this.adder(made);
    const ofClasses = add('Transpose', [add('Cast', [roiNames.votes], toFloat)], { perm: { ints: [1, 0] } });
    const inside = this.#part?.votes(add, ofClasses, constantNamed(this.model, 'voters')?.name) ?? ofClasses;
    const cast = add('ReduceSum', [ofPatches!, this.axes([2])], { keepdims: { int: 1 } });
    const won = add('MatMul', [ones!, add('Mul', [ofPatches!, inside])]);
    const all = add('MatMul', [ones!, add('Mul', [cast, inside])]);
    made.push({ opType: 'Div', input: [won, all], output: [summed.output![0]!] });
    this.replace(summed, made);
    return counted;
  }

  /** Class of each image, int64 [N]: as the graph finds it, or by nodes of its own. */
  #classOf(votes: string): string {
    const asked = this.nodes.find(({ opType, input }) => opType === 'Less' && input?.[0] === classGiven);
    const chosen =
      asked && this.nodes.find(({ opType, input }) => opType === 'Where' && input?.[0] === asked.output?.[0]);
    if (chosen) return chosen.output![0]!;
    const made: NodeProto[] = [];
    const add = this.adder(made);
    this.constants.push(int64Constant(classGiven, [1], [undecided]));
    const open = add('Less', [classGiven, this.constant('no_class', int64Constant('', [], [0]))]);
    const best = add('ArgMax', [votes], { axis: { int: 1 }, keepdims: { int: 0 } });
    const classOf = add('Where', [open, best, classGiven]);
    this.nodes.push(...made);
    return classOf;
  }

  /** Pixels outside: the mean that is subtracted from all, where the graph begins with an image. */
  #hidePixels(votes: string, classOf: string): void {
    this.#part?.find(classOf);
    const seen = this.#centred()?.input?.[0];
    if (seen !== undefined) {
      const made: NodeProto[] = [];
      const add = this.adder(made);
      const inside = add('Unsqueeze', [this.#pixels(add, classOf), this.axes([3])]);
      const hidden = add('Where', [inside, seen, 'mean']);
      // What votes need is looked for from behind, and what finds the part was added there.
      const nodes = this.#part ? inOrder(this.nodes) : this.nodes;
      this.nodes = [
        ...withHidden(nodes, { votes, seen, hidden, forClass: this.#looksForClass() }, this.fresh),
        ...made,
      ];
    }
    // What finds the part sees all of the image, so it comes behind.
    this.nodes.push(...(this.#part?.take() ?? []));
  }

  /**
   * Of a detector of one class, which is told without looking: one tile is seen for it, and stands for all. Another class of `clad update` changes the constants, and
   * then all are seen.
   */
  #looksForClass(): ((loop: NodeProto) => NodeProto[]) | undefined {
    if (this.#classes > 1) return undefined;
    return (loop) => {
      const [all, ...others] = loop.input ?? [];
      const count = constantNamed(this.model, all ?? '');
      const [turns] = (count && int64Values(count)) ?? [];
      if (turns === undefined) return [loop];
      const stacked = loop.output!.at(-1)!;
      const made: NodeProto[] = [];
      const add = this.adder(made);
      const one = this.constant('roi_one_tile', int64Constant('', [], [1]));
      const isOne = add('Equal', [add('Size', [roiNames.whole]), one]);
      const seen = add('Where', [isOne, one, all!]);
      const few = this.fresh(`${stacked}/seen`);
      made.push(renamed({ ...loop, input: [seen, ...others] }, stacked, few));
      const tiles = this.constant(
        'roi_tiles',
        int64Constant(
          '',
          [turns],
          Array.from({ length: turns }, (_, at) => at),
        ),
      );
      const places = add('Min', [tiles, add('Sub', [seen, one])]);
      made.push({ opType: 'Gather', input: [few, places], output: [stacked] });
      return made;
    };
  }

  /** Scores of patches outside: 0. */
  #maskScores(classOf: string): void {
    const { laidOut } = this.#mapNodes();
    const scores = laidOut.input![0]!;
    const source = this.maker(scores);
    const made: NodeProto[] = [];
    const add = this.adder(made);
    const inside = this.#patches(add, classOf);
    const rows = add('Reshape', [inside, this.constant('roi_rows', int64Constant('', [1], [-1]))]);
    const all = this.fresh(`${scores}/all`);
    made.push({ opType: 'Mul', input: [all, rows], output: [scores] });
    this.replace(source, [renamed(source, scores, all)]);
    this.nodes.push(...made);
  }

  /** The map within the region. @returns how many of the highest pixels of the whole make the score; undefined for the highest alone, or where it is not of the map */
  #maskMap(classOf: string): number | undefined {
    const { laidOut, down, across } = this.#mapNodes();
    const map = across.output![0]!;
    const made: NodeProto[] = [];
    const add = this.adder(made);
    const scalar = (stem: string, value: number) =>
      this.constant(stem, float32Constant('', [], Float32Array.of(value)));
    const patches = this.#patches(add, classOf);
    const grid = add('Reshape', [patches, laidOut.input![1]!]);
    const weight = add('MatMul', [add('MatMul', [down.input![0]!, grid]), across.input![1]!]);
    const ofImages = this.constant('roi_images', int64Constant('', [3], [-1, 1, 1]));
    const wholes = add('Cast', [add('Gather', [roiNames.whole, classOf], { axis: { int: 0 } })], toBool);
    const divisor = add('Where', [add('Reshape', [wholes, ofImages]), scalar('roi_one', 1), weight]);
    const all = this.fresh(`${map}/all`);
    const mean = add('Div', [all, add('Max', [divisor, scalar('roi_least', 1e-6)])]);
    const pixels = this.#pixels(add, classOf);
    made.push({ opType: 'Where', input: [pixels, mean, scalar('roi_outside', 0)], output: [map] });
    const ranked = add('Where', [pixels, mean, scalar('roi_beneath', beneath)]);
    const scored = this.nodes.find(({ opType, input }) => opType === 'Reshape' && input?.[0] === map);
    this.replace(across, [renamed(across, map, all), ...made]);
    if (!scored) return undefined;
    const pixelsInRow = { ...scored, input: [ranked, ...scored.input!.slice(1)] };
    this.replace(scored, [pixelsInRow]);
    return this.#maskTop(pixelsInRow, classOf, wholes);
  }

  /** The mean of the highest pixels, as many as are of the region's share. */
  #maskTop(pixels: NodeProto, classOf: string, wholes: string): number | undefined {
    const highest = this.nodes.find(
      ({ opType, input }) => opType === 'TopK' && input?.[0] === pixels.output![0],
    );
    const meaned =
      highest &&
      this.nodes.find(({ opType, input }) => opType === 'ReduceMean' && input?.[0] === highest.output![0]);
    const count = constantNamed(this.model, highest?.input?.[1] ?? '');
    const [most] = (count && int64Values(count)) ?? [];
    if (!highest || !meaned || most === undefined) return undefined;
    const made: NodeProto[] = [];
    const add = this.adder(made);
    const score = meaned.output![0]!;
    const ofAll = this.fresh(`${score}/all`);
    const ofClass = add('Gather', [roiNames.top, classOf], { axis: { int: 0 } });
    const top = this.#part?.top(add, ofClass, most) ?? ofClass;
    const column = this.constant('roi_column', int64Constant('', [2], [-1, 1]));
    const counts = add('Cast', [add('Less', [roiNames.ranks, add('Reshape', [top, column])])], toFloat);
    // By a product: the engine's own sum goes another way for one image than for several, and would give another last digit.
    const line = this.constant('roi_line', int64Constant('', [3], [-1, 1, most]));
    const stack = this.constant('roi_stack', int64Constant('', [3], [-1, most, 1]));
    const laid = [add('Reshape', [highest.output![0]!, line]), add('Reshape', [counts, stack])];
    const sum = add('Reshape', [
      add('MatMul', laid),
      this.constant('roi_flat', int64Constant('', [1], [-1])),
    ]);
    made.push({ opType: 'Where', input: [wholes, ofAll, add('Div', [sum, top])], output: [score] });
    this.replace(meaned, [renamed(meaned, score, ofAll), ...made]);
    return most;
  }

  /** The nodes of anomaly-map.ts: scores laid out in rows and columns, the product with the rows' matrix, and that with the columns'. */
  #mapNodes() {
    const across = this.maker(this.maker('anomaly_map').input?.[0]);
    const down = this.maker(across.input?.[0]);
    const laidOut = this.maker(down.input?.[1]);
    if (across.opType !== 'MatMul' || down.opType !== 'MatMul' || laidOut.opType !== 'Reshape')
      throw cannot();
    return { across, down, laidOut };
  }
}
