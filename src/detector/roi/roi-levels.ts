/** @file The levels that are taken off scores where an image is seen in tiles, with a region of interest: the mean of what is inside, of an image or around a patch. */
import { rimNames } from '../../features/memory-bank/class-search.ts';
import { leastWeight } from '../../features/memory-bank/local-level.ts';
import { float32Constant, int64Constant } from '../../graph/constants.ts';
import type { NodeProto } from '../../graph/onnx.ts';
import { constantNamed } from '../bank-entries.ts';
import type { Add } from './found-part.ts';
import { cannot, type GraphChange, renamed, toBool } from './graph-change.ts';
import { roiNames } from './roi-constants.ts';

/** Which patches of each image are inside, float32 [N, patches]. */
type PatchesInside = (add: Add, classOf: string) => string;

/** An image's own level, where it is taken off: the mean of what is inside. */
export function maskLevel(change: GraphChange, patches: PatchesInside, classOf: string): void {
  const { shares } = rimNames;
  if (!constantNamed(change.model, shares)) return;
  const columns = change.nodes.find(({ input }) => input?.[1] === shares)?.output?.[0];
  const level = change.nodes.find(({ opType, input }) => opType === 'MatMul' && input?.[1] === columns);
  if (!columns || !level) throw cannot();
  const made: NodeProto[] = [];
  const add = change.adder(made);
  const [mean, line] = [level.output![0]!, level.input![0]!];
  const ofAll = change.fresh(`${mean}/all`);
  const inside = patches(add, classOf);
  const within = add('Unsqueeze', [inside, change.axes([2])]);
  const count = add('MatMul', [add('Unsqueeze', [inside, change.axes([1])]), within]);
  const ofInside = add('Div', [add('MatMul', [line, within]), count]);
  const wholes = add('Cast', [add('Gather', [roiNames.whole, classOf], { axis: { int: 0 } })], toBool);
  const ofImages = change.constant('roi_level', int64Constant('', [3], [-1, 1, 1]));
  made.push({
    opType: 'Where',
    input: [add('Reshape', [wholes, ofImages]), ofAll, ofInside],
    output: [mean],
  });
  change.replace(level, [renamed(level, mean, ofAll), ...made]);
}

/** The level around a patch, where it is taken off: the mean of what is inside. */
export function maskLevelAround(change: GraphChange, patches: PatchesInside, classOf: string): void {
  const { across, down } = rimNames;
  if (!constantNamed(change.model, across)) return;
  const level = change.nodes.find(({ opType, input }) => opType === 'MatMul' && input?.[1] === across);
  const lines = change.maker(level?.input?.[0]);
  const laidOut = change.maker(lines.input?.[1]);
  if (!level || lines.input?.[0] !== down || laidOut.opType !== 'Reshape') throw cannot();
  const made: NodeProto[] = [];
  const add = change.adder(made);
  const inside = add('Reshape', [patches(add, classOf), laidOut.input![1]!]);
  const blurred = (of: string) => add('MatMul', [add('MatMul', [down, of]), across]);
  const least = change.constant('roi_least', float32Constant('', [], Float32Array.of(leastWeight)));
  const ofInside = add('Div', [
    blurred(add('Mul', [laidOut.output![0]!, inside])),
    add('Max', [blurred(inside), least]),
  ]);
  const wholes = add('Cast', [add('Gather', [roiNames.whole, classOf], { axis: { int: 0 } })], toBool);
  const ofImages = change.constant('roi_level', int64Constant('', [3], [-1, 1, 1]));
  const value = level.output![0]!;
  const ofAll = change.fresh(`${value}/all`);
  made.push({
    opType: 'Where',
    input: [add('Reshape', [wholes, ofImages]), ofAll, ofInside],
    output: [value],
  });
  change.replace(level, [renamed(level, value, ofAll), ...made]);
}
