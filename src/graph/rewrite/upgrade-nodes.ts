/** @file Operators that changed between sets 7 and 18: how each is said in 18. */
import { CladError } from '../../core/errors.ts';
import { floatOf, floatsOf, intOf, intsOf, readAttributes, stringOf } from '../attributes.ts';
import { type AttributeProto, attributeType, type NodeProto } from '../onnx.ts';
import type { Known } from '../shapes/known.ts';

/** Adds a constant to the file and returns its name: a vector of 64-bit integers, or of what is said. */
export type MakeConstant = (
  stem: string,
  values: readonly number[],
  dtype?: 'int64' | 'float32',
  dims?: readonly number[],
) => string;

export interface UpgradeContext {
  /** The file's operator set. */
  readonly from: number;
  readonly makeConstant: MakeConstant;
  /** What is known of a value. */
  of(name: string): Known | undefined;
  /** Names that nodes of the file read. */
  readonly read: ReadonlySet<string>;
}

type Change = (node: NodeProto, context: UpgradeContext) => readonly NodeProto[];

/** Refuses a file, with what is the matter with it. */
export function notUpgradable(reason: string): never {
  throw new CladError('MODEL_UNSUITABLE', { reason });
}

const attributesOf = ({ attribute }: NodeProto) => readAttributes(attribute);

function without(node: NodeProto, ...names: readonly string[]): AttributeProto[] {
  return (node.attribute ?? []).filter(({ name }) => !names.includes(name));
}

const int = (name: string, value: number): AttributeProto => ({ name, type: attributeType.INT, i: value });
const text = (name: string, value: string): AttributeProto => ({
  name,
  type: attributeType.STRING,
  s: new TextEncoder().encode(value),
});

const stemOf = ({ output, opType }: NodeProto) => output?.[0] ?? opType;
const inputOf = ({ input }: NodeProto, position: number) => input?.[position] ?? '';

/** The inputs with one more at a place; what lies between is left out. */
function withInput(node: NodeProto, position: number, name: string): string[] {
  const input = [...(node.input ?? [])];
  while (input.length < position) input.push('');
  input[position] = name;
  return input;
}

/** Integers that were an attribute are an input since. */
function intsAsInput(
  node: NodeProto,
  name: string,
  position: number,
  { makeConstant }: UpgradeContext,
): NodeProto {
  const values = intsOf(attributesOf(node), name);
  if (!values) return node;
  const input = withInput(node, position, makeConstant(stemOf(node), values));
  return { ...node, input, attribute: without(node, name) };
}

const axesAsInput =
  (since: number): Change =>
  (node, context) => [context.from < since ? intsAsInput(node, 'axes', 1, context) : node];

/** A number that was an attribute is an input since, of the type of the numbers it is used on. */
function numberAsInput(node: NodeProto, name: string, position: number, context: UpgradeContext): NodeProto {
  const attributes = attributesOf(node);
  if (!Object.hasOwn(attributes, name)) return node;
  const dtype = context.of(inputOf(node, 0))?.dtype ?? 'float32';
  if (dtype !== 'float32') notUpgradable(`its ${node.opType} of set ${context.from} is of type ${dtype}`);
  const input = withInput(
    node,
    position,
    context.makeConstant(stemOf(node), [floatOf(attributes, name, 0)], 'float32', []),
  );
  return { ...node, input, attribute: without(node, name) };
}

/** Equal parts were the default until 18; since then their number is said. */
function withPartsSaid(split: NodeProto): NodeProto {
  if (inputOf(split, 1) !== '') return split;
  const parts = int('num_outputs', (split.output ?? []).length);
  return { ...split, input: (split.input ?? []).slice(0, 1), attribute: [...(split.attribute ?? []), parts] };
}

/** Before 13 all axes from `axis` on were one; since then it is that axis alone. */
const flattening: Change = (node, { from, of }) => {
  if (from >= 13) return [node];
  const axis = intOf(attributesOf(node), 'axis', 1);
  const input = inputOf(node, 0);
  const rank = of(input)?.shape.length;
  const along = { ...node, attribute: [...without(node, 'axis'), int('axis', -1)] };
  if (axis === -1 || axis + 1 === rank) return [along];
  const stem = `${stemOf(node)}/upgraded`;
  const [flat, result, sizes] = ['flat', 'result', 'sizes'].map((name) => `${stem}/${name}`) as [
    string,
    string,
    string,
  ];
  return [
    { opType: 'Flatten', input: [input], output: [flat], attribute: [int('axis', axis)] },
    { ...along, input: [flat], output: [result] },
    { opType: 'Shape', input: [input], output: [sizes] },
    { opType: 'Reshape', input: [result, sizes], output: [...(node.output ?? [])] },
  ];
};

const dropout: Change = (node, { from, of, read }) => {
  const training = inputOf(node, 2);
  if (from >= 12 && training !== '' && of(training)?.values?.[0] !== 0)
    notUpgradable('its Dropout may be in training, where it drops values by chance; export it for inference');
  const mask = node.output?.[1] ?? '';
  if (mask !== '' && read.has(mask)) notUpgradable('it uses the mask of a Dropout; export it for inference');
  return [
    {
      ...node,
      opType: 'Identity',
      input: (node.input ?? []).slice(0, 1),
      output: (node.output ?? []).slice(0, 1),
      attribute: [],
    },
  ];
};

/** Before 14 it was in training when it gave out statistics; before 9 it could normalise each element instead of each channel. */
const batchNorm: Change = (node, { from }) => {
  const [, ...statistics] = (node.output ?? []).filter((name) => name !== '');
  if (from < 14 && statistics.length > 0)
    notUpgradable(
      'its BatchNormalization is in training: it uses the statistics of the batch; export it for inference',
    );
  if (from < 9 && intOf(attributesOf(node), 'spatial', 1) === 0)
    notUpgradable('its BatchNormalization normalises each element on its own (spatial = 0)');
  return [{ ...node, attribute: without(node, 'spatial') }];
};

const clip: Change = (node, context) => [
  context.from < 11 ? numberAsInput(numberAsInput(node, 'min', 1, context), 'max', 2, context) : node,
];

const pad: Change = (node, context) => {
  if (context.from >= 11) return [node];
  const moved = intsAsInput(node, 'pads', 1, context);
  // 0 is the default, whatever the type.
  const plain = floatOf(attributesOf(node), 'value', 0) === 0;
  return [
    plain ? { ...moved, attribute: without(moved, 'value') } : numberAsInput(moved, 'value', 2, context),
  ];
};

const slice: Change = (node, context) => {
  if (context.from >= 10) return [node];
  return [
    ['starts', 'ends', 'axes'].reduce((moved, name, at) => intsAsInput(moved, name, at + 1, context), node),
  ];
};

const topK: Change = (node, { from, makeConstant }) => {
  if (from >= 10) return [node];
  const input = withInput(node, 1, makeConstant(stemOf(node), [intOf(attributesOf(node), 'k', 1)]));
  return [{ ...node, input, attribute: without(node, 'k') }];
};

/** Until 10 nearest neighbours were those below where a map grew, and those above where it shrank; pixels began at 0. */
function resizedOfOld(node: NodeProto, scales: string, { from, of }: UpgradeContext): NodeProto {
  const mode = stringOf(attributesOf(node), 'mode', 'nearest');
  const nearest: AttributeProto[] = [];
  if (mode === 'nearest') {
    const factors = of(scales)?.values?.map(Number);
    const [grows, shrinks] = [factors?.every((each) => each >= 1), factors?.every((each) => each <= 1)];
    if (!grows && !shrinks)
      notUpgradable(
        `its ${node.opType} of set ${from} has scales that are not known, or that grow and shrink; export it with operator set 13 or newer`,
      );
    nearest.push(text('nearest_mode', grows ? 'floor' : 'ceil'));
  }
  return {
    opType: 'Resize',
    input: [inputOf(node, 0), '', scales],
    output: [...(node.output ?? [])],
    attribute: [text('mode', mode), text('coordinate_transformation_mode', 'asymmetric'), ...nearest],
  };
}

const upsample: Change = (node, context) => {
  const { from, makeConstant } = context;
  const said = floatsOf(attributesOf(node), 'scales');
  const scales = from < 9 ? said && makeConstant(stemOf(node), said, 'float32') : inputOf(node, 1);
  if (!scales || from > 9) notUpgradable(`its Upsample of set ${from} does not say its scales`);
  return [resizedOfOld(node, scales, context)];
};

const resize: Change = (node, context) => {
  const { from } = context;
  if (from >= 13) return [node];
  if (from < 11) return [resizedOfOld(node, inputOf(node, 1), context)];
  const coordinates = stringOf(attributesOf(node), 'coordinate_transformation_mode', '');
  if (coordinates === 'tf_half_pixel_for_nn')
    notUpgradable(`its Resize places pixels by ${coordinates}, which newer sets do not have`);
  // Sets 11 and 12 had to give scales where sizes say all: an empty vector, which means none.
  const sized = inputOf(node, 3) !== '';
  const input = (node.input ?? []).map((name, at) => (at === 2 && sized ? '' : name));
  // Without a part to cut out there is no need of one.
  if (coordinates !== 'tf_crop_and_resize' && input.length > 1) input[1] = '';
  return [{ ...node, input }];
};

/** By operator, from any set between 7 and 17. */
export const changed: Readonly<Record<string, Change>> = {
  BatchNormalization: batchNorm,
  Clip: clip,
  Dropout: dropout,
  Hardmax: flattening,
  LogSoftmax: flattening,
  Pad: pad,
  ReduceL1: axesAsInput(18),
  ReduceL2: axesAsInput(18),
  ReduceLogSum: axesAsInput(18),
  ReduceLogSumExp: axesAsInput(18),
  ReduceMax: axesAsInput(18),
  ReduceMean: axesAsInput(18),
  ReduceMin: axesAsInput(18),
  ReduceProd: axesAsInput(18),
  ReduceSum: axesAsInput(13),
  ReduceSumSquare: axesAsInput(18),
  Resize: resize,
  /** Renamed in 11. */
  Scatter: (node) => [{ ...node, opType: 'ScatterElements' }],
  Slice: slice,
  Softmax: flattening,
  Split: (node, context) => [
    withPartsSaid(context.from < 13 ? intsAsInput(node, 'split', 1, context) : node),
  ],
  Squeeze: axesAsInput(13),
  TopK: topK,
  Unsqueeze: axesAsInput(13),
  Upsample: upsample,
};
