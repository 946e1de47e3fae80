/** @file Sizes through what is done element by element, through products, convolutions, norms and sums. */
import { intOf, intsOf, stringOf } from '../../attributes.ts';
import { stands } from './factor.ts';
import {
  type Followed,
  type FollowRule,
  inputName,
  met,
  numbersAt,
  type Step,
  shapeAt,
  sizesOf,
  windowed,
} from './rule.ts';
import { fixedSize, hasBatch, isFixed, isGrid, numberOf, type Size, settleFixed } from './size.ts';
import { writeTable } from './tables.ts';

/** Sizes stay. */
const asFirst: FollowRule = (step) => ({ outputs: [sizesOf(step, 0)] });

/** Sizes stay, and those from an axis on meet parameters. */
const normalised =
  (axis: (step: Step) => number, behind: boolean): FollowRule =>
  (step) => {
    const sizes = sizesOf(step, 0);
    const at = axis(step);
    const from = at < 0 ? at + sizes.length : at;
    for (const size of behind ? sizes.slice(from) : sizes.slice(from, from + 1)) settleFixed(size);
    return { outputs: [sizes] };
  };

/** What several sizes on one axis become. */
function together(sizes: readonly Size[], step: Step): Size {
  const large = sizes.filter((size) => numberOf(size) !== 1);
  const [first, ...others] = large.length > 0 ? large : sizes;
  if (large.length > 0) return others.reduce((all, size) => met(all, size, step), first as Size);
  return sizes.find((size) => !isFixed(size)) ?? (first as Size);
}

/** Operands that are broadcast. A constant of the file as large as the grid is a table of positions. */
const broadcast: FollowRule = (step) => {
  const { inputs, file } = step;
  const rank = Math.max(...inputs.map((sizes) => sizes?.length ?? 0));
  const onAxis = (sizes: readonly Size[] | undefined, axis: number) => sizes?.[sizes.length - rank + axis];
  const constantAt = inputs.findIndex((_, at) => file.isConstant(inputName(step, at)));
  const tabled: number[] = [];
  const outputs = Array.from({ length: rank }, (_, axis) => {
    const all = inputs.flatMap((sizes) => onAxis(sizes, axis) ?? []);
    const constant = constantAt < 0 ? undefined : onAxis(inputs[constantAt], axis);
    const grid = all.find((size) => size !== constant && isGrid(size) && numberOf(size) !== 1);
    if (!constant || !grid || numberOf(constant) === 1) return together(all, step);
    if (hasBatch(grid)) stands('it has a table for the windows of one image, so it takes no second one');
    tabled.push(axis);
    return grid;
  });
  if (tabled.length === 0) return { outputs: [outputs] };
  return { outputs: [outputs], write: (emit) => writeTable(emit, step, constantAt, outputs, tabled) };
};

const product: FollowRule = (step) => {
  const [a, b] = [sizesOf(step, 0), sizesOf(step, 1)];
  if (a.length < 2 || b.length < 2) stands('it multiplies by a vector');
  const inner = [a.at(-1), b.at(-2)] as [Size, Size];
  const weights = [0, 1].some((at) => step.file.isConstant(inputName(step, at)));
  if (weights && inner.some(isGrid))
    stands('it has weights for each place of its grid, which are there for one size only');
  met(...inner, step);
  const rank = Math.max(a.length, b.length) - 2;
  const batch = Array.from({ length: rank }, (_, axis) =>
    together(
      [a, b].flatMap((sizes) => sizes[sizes.length - 2 - rank + axis] ?? []),
      step,
    ),
  );
  return { outputs: [[...batch, a.at(-2) as Size, b.at(-1) as Size]] };
};

const gemm: FollowRule = (step) => {
  const [a, b] = [sizesOf(step, 0), sizesOf(step, 1)];
  const turned = (name: string) => intOf(step.attributes, name, 0) === 1;
  const [rows, inner] = (turned('transA') ? [a[1], a[0]] : a) as [Size, Size];
  const [other, columns] = (turned('transB') ? [b[1], b[0]] : b) as [Size, Size];
  if (isGrid(inner)) stands('it has weights for each place of its grid, which are there for one size only');
  met(inner, other, step);
  return { outputs: [[rows, columns]] };
};

const convolved: FollowRule = (step) => {
  const x = sizesOf(step, 0);
  settleFixed(x[1] as Size);
  const channels = fixedSize(shapeAt(step)[1] as number);
  const spatial = x.slice(2).map((size, at) => windowed(step, at + 2, size));
  return { outputs: [[x[0] as Size, channels, ...spatial]] };
};

const pooled: FollowRule = (step): Followed => {
  const x = sizesOf(step, 0);
  const kernel = intsOf(step.attributes, 'kernel_shape') ?? [];
  const spatial = x.slice(2);
  const unpadded = (intsOf(step.attributes, 'pads') ?? []).every((pad) => pad === 0);
  // A window as large as the map is the whole map, whatever its size.
  if (unpadded && spatial.some(isGrid) && spatial.every((size, at) => numberOf(size) === kernel[at])) {
    const opType = step.operation === 'MaxPool' ? 'GlobalMaxPool' : 'GlobalAveragePool';
    const node = { ...step.node, opType, attribute: [] };
    return {
      outputs: [[...x.slice(0, 2), ...spatial.map(() => fixedSize(1))]],
      write: (emit) => emit.keep(node),
    };
  }
  return { outputs: [[...x.slice(0, 2), ...spatial.map((size, at) => windowed(step, at + 2, size))]] };
};

const globallyPooled: FollowRule = (step) => {
  const x = sizesOf(step, 0);
  return { outputs: [x.map((size, axis) => (axis < 2 ? size : fixedSize(1)))] };
};

const reduced: FollowRule = (step) => {
  const x = sizesOf(step, 0);
  const said = numbersAt(step, 1) ?? [];
  const none = intOf(step.attributes, 'noop_with_empty_axes', 0) === 1 ? [] : [...x.keys()];
  const axes = said.length > 0 ? said.map((axis) => (axis < 0 ? axis + x.length : axis)) : none;
  if (axes.some((axis) => hasBatch(x[axis] as Size))) stands('it puts images of its batch together');
  const kept = intOf(step.attributes, 'keepdims', 1) === 1;
  return {
    outputs: [x.flatMap((size, axis) => (!axes.includes(axis) ? [size] : kept ? [fixedSize(1)] : []))],
  };
};

/** Letters are sizes: a letter that stands at several is one size. */
const einsum: FollowRule = (step) => {
  const [from = '', to] = stringOf(step.attributes, 'equation', '').replaceAll(' ', '').split('->');
  const letters = new Map<string, Size>();
  if (to === undefined || from.includes('.')) stands('it leaves letters of its equation out');
  for (const [at, word] of from.split(',').entries())
    for (const [axis, letter] of [...word].entries()) {
      const size = sizesOf(step, at)[axis] as Size;
      const before = letters.get(letter);
      letters.set(letter, before ? met(before, size, step) : size);
    }
  const constants = from.split(',').filter((_, at) => step.file.isConstant(inputName(step, at)));
  const weighed = [...constants.join('')].some((letter) => isGrid(letters.get(letter) as Size));
  if (weighed) stands('it has weights for each place of its grid, which are there for one size only');
  return { outputs: [[...to].map((letter) => letters.get(letter) as Size)] };
};

const named = (names: string, rule: FollowRule) =>
  Object.fromEntries(names.split(/\s+/).map((name) => [name, rule]));

export const elementRules: Readonly<Record<string, FollowRule>> = {
  ...named(
    `Abs Cast Ceil Celu Clip Cos Elu Erf Exp Floor HardSigmoid HardSwish Identity LeakyRelu Log LogSoftmax Mish Neg Not Reciprocal Relu
    Round Selu Sigmoid Sign Sin Softmax Softplus Softsign Sqrt Tanh ThresholdedRelu`,
    asFirst,
  ),
  ...named(
    'Add And Div Equal Greater GreaterOrEqual Less LessOrEqual Max Min Mul Or PRelu Pow Sub Sum Where',
    broadcast,
  ),
  ...named('ReduceL1 ReduceL2 ReduceMax ReduceMean ReduceMin ReduceProd ReduceSum ReduceSumSquare', reduced),
  ...named('GlobalAveragePool GlobalMaxPool', globallyPooled),
  ...named('AveragePool MaxPool', pooled),
  ...named('Conv ConvTranspose', convolved),
  ...named(
    'BatchNormalization InstanceNormalization',
    normalised(() => 1, false),
  ),
  LayerNormalization: normalised(({ attributes }) => intOf(attributes, 'axis', -1), true),
  Einsum: einsum,
  MatMul: product,
  Gemm: gemm,
};
