/** @file Sizes through what moves, repeats and cuts out, and what is written anew where numbers of the file are for one size. */
import { intOf, intsOf } from '../../attributes.ts';
import type { NodeProto } from '../../onnx.ts';
import { axesOf } from '../../shapes/known.ts';
import { cutFromAxis } from './cut.ts';
import { Factor, fixed, repeated, stands } from './factor.ts';
import { reshape } from './follow-reshape.ts';
import {
  type Followed,
  type FollowRule,
  inputName,
  met,
  numbersAt,
  outputName,
  shapeAt,
  shownName,
  sizesOf,
} from './rule.ts';
import { fixedSize, hasBatch, isFixed, numberOf, onlyFactor, type Size, sizeOf } from './size.ts';

const transpose: FollowRule = (step) => {
  const x = sizesOf(step, 0);
  const order = intsOf(step.attributes, 'perm') ?? [...x.keys()].reverse();
  return { outputs: [order.map((axis) => x[axis] as Size)] };
};

/** Axes of size 1 come and go. */
const unsqueeze: FollowRule = (step) => {
  const x = [...sizesOf(step, 0)];
  const axes = axesOf(numbersAt(step, 1) ?? [], shapeAt(step).length) ?? [];
  const outputs = shapeAt(step).map((_, axis) => (axes.includes(axis) ? fixedSize(1) : (x.shift() as Size)));
  return { outputs: [outputs] };
};

const squeeze: FollowRule = (step) => {
  const x = sizesOf(step, 0);
  const said = numbersAt(step, 1) ?? x.flatMap((size, axis) => (numberOf(size) === 1 ? [axis] : []));
  const axes = axesOf(said, x.length) ?? [];
  if (axes.some((axis) => hasBatch(x[axis] as Size))) stands('it takes the axis of the batch away');
  return { outputs: [x.filter((_, axis) => !axes.includes(axis))] };
};

const concat: FollowRule = (step) => {
  const parts = step.inputs.filter((sizes) => sizes !== undefined);
  const rank = parts[0]?.length ?? 0;
  const said = intOf(step.attributes, 'axis', 0);
  const at = said < 0 ? said + rank : said;
  /** Axes on which a part that is the same for all images stands beside one of each image. */
  const repeated = new Map<number, Size>();
  const outputs = Array.from({ length: rank }, (_, axis) => {
    const sizes = parts.map((part) => part[axis] as Size);
    if (axis === at) return inARow(sizes);
    const batch = sizes.find(hasBatch);
    if (!batch) return sizes.reduce((all, size) => met(all, size, step));
    if (sizes.some((size) => !hasBatch(size))) repeated.set(axis, batch);
    return batch;
  });
  if (repeated.size === 0) return { outputs: [outputs] };
  const write: Followed['write'] = (emit) => {
    const input = (step.node.input ?? []).map((name, part) => {
      const lacking = outputs.map(
        (_, axis) => repeated.get(axis) && !hasBatch(step.inputs[part]?.[axis] as Size),
      );
      if (!lacking.includes(true)) return name;
      const shape = outputs.map((_, axis) => (lacking[axis] ? emit.size(repeated.get(axis) as Size) : 1));
      return emit.add('Expand', [name, emit.vector(shape)]);
    });
    emit.keep({ ...step.node, input });
  };
  return { outputs: [outputs], write };
};

/** Sizes one behind the other: at most one grows. */
function inARow(sizes: readonly Size[]): Size {
  const growing = sizes.findIndex((size) => !isFixed(size));
  if (growing < 0) return fixedSize(sizes.reduce((sum, size) => sum + numberOf(size), 0));
  const sum = (of: readonly Size[]) => of.reduce((all, size) => all + numberOf(size), 0);
  const behind = sizes.slice(growing + 1);
  if (behind.some((size) => !isFixed(size))) stands('it puts places of several maps in one row');
  const { factors, before, after } = sizes[growing] as Size;
  const [first, last] = [before + sum(sizes.slice(0, growing)), after + sum(behind)];
  const [factor, ...others] = factors;
  if (first + last !== 0 || first === 0 || !factor || others.length > 0) return sizeOf(factors, first, last);
  return sizeOf([factor.rolled()]);
}

const split: FollowRule = (step) => {
  const x = sizesOf(step, 0);
  const said = intOf(step.attributes, 'axis', 0);
  const axis = said < 0 ? said + x.length : said;
  const size = x[axis] as Size;
  const counts = (step.node.output ?? []).map((_, at) => shapeAt(step, at)[axis] as number);
  let start = 0;
  const parts = counts.map((count) => {
    const part = cutFromAxis(size, start, start + count);
    start += count;
    return part;
  });
  const outputs = parts.map((part) => x.with(axis, part));
  if (isFixed(size)) return { outputs };
  const write: Followed['write'] = (emit) =>
    emit.keep({
      ...step.node,
      input: [inputName(step, 0), emit.vector(parts.map((part) => emit.size(part)))],
      attribute: (step.node.attribute ?? []).filter(({ name }) => name !== 'num_outputs'),
    });
  return { outputs, write };
};

const gather: FollowRule = (step) => {
  const [x, indices] = [sizesOf(step, 0), sizesOf(step, 1)];
  const said = intOf(step.attributes, 'axis', 0);
  const axis = said < 0 ? said + x.length : said;
  const size = x[axis] as Size;
  if (hasBatch(size)) stands('it takes single images of its batch');
  const places = numbersAt(step, 1);
  if (!isFixed(size) && !places?.every((place) => place >= 0 && place < size.before))
    stands('it takes single places of its grid');
  return { outputs: [[...x.slice(0, axis), ...indices, ...x.slice(axis + 1)]] };
};

/** What is repeated to a shape: that of other values, or numbers of the file. */
const expand: FollowRule = (step) => {
  const x = sizesOf(step, 0);
  const said = step.file.sizesIn(inputName(step, 1));
  const shape = shapeAt(step);
  const [skipped, left] = [shape.length - x.length, shape.length - (said?.length ?? 0)];
  const outputs = shape.map((to, axis) => {
    const own = x[axis - skipped] ?? fixedSize(1);
    if (numberOf(own) === to && !(to === 1 && isFixed(own))) return own;
    const size = said?.[axis - left];
    return to === 1 || (size && !isFixed(size)) ? (size ?? own) : sizeOf([repeated(to)]);
  });
  const write: Followed['write'] = (emit) => {
    const sizes = outputs.map((size, axis) => (size === x[axis - skipped] ? 1 : emit.size(size)));
    emit.keep({ ...step.node, input: [inputName(step, 0), emit.vector(sizes)] });
  };
  return { outputs: [outputs], write: outputs.every(isFixed) ? undefined : write };
};

const filled: FollowRule = (step) => {
  const outputs = step.file.sizesIn(inputName(step, 0)) ?? shapeAt(step).map(fixedSize);
  const write: Followed['write'] = (emit) =>
    emit.keep({ ...step.node, input: [emit.vector(outputs.map((size) => emit.size(size)))] });
  return { outputs: [outputs], write: outputs.every(isFixed) ? undefined : write };
};

const tile: FollowRule = (step) => {
  const x = sizesOf(step, 0);
  const outputs = shapeAt(step).map((to, axis) => {
    const own = x[axis] as Size;
    if (numberOf(own) === to) return own;
    if (numberOf(own) !== 1) return isFixed(own) ? fixedSize(to) : stands('it repeats a map side by side');
    return sizeOf([repeated(to)]);
  });
  const write: Followed['write'] = (emit) => {
    const times = outputs.map((size, axis) => {
      const own = x[axis] as Size;
      if (size === own) return 1;
      return isFixed(own) && numberOf(own) !== 1 ? numberOf(size) / numberOf(own) : emit.size(size);
    });
    emit.keep({ ...step.node, input: [inputName(step, 0), emit.vector(times)] });
  };
  return { outputs: [outputs], write };
};

/** Channels as places, or places as channels. */
const reordered =
  (larger: boolean): FollowRule =>
  (step) => {
    const [batch, channels, ...sides] = sizesOf(step, 0) as [Size, Size, ...Size[]];
    const block = intOf(step.attributes, 'blocksize', 1);
    const count = numberOf(channels);
    const grown = sides.map((size) => {
      if (isFixed(size)) return fixedSize(larger ? numberOf(size) * block : numberOf(size) / block);
      const base = onlyFactor(size);
      if (!base) stands('it takes a map apart that is no plain one');
      const [times, per] = larger ? [block, 1] : [1, block];
      return sizeOf([new Factor((base.from * times) / per, 'grid', { kind: 'scaled', base, times, per })]);
    });
    // A map whose sides are no multiples cannot be folded up.
    if (!larger)
      for (const [at, size] of sides.entries()) {
        const factor = onlyFactor(grown[at] as Size);
        const whole = { before: 0, factors: factor ? [factor, fixed(block)] : [], after: 0 };
        if (factor && !isFixed(size))
          step.equal.push({ a: size, b: whole, value: shownName(outputName(step)) });
      }
    return { outputs: [[batch, fixedSize(larger ? count / block ** 2 : count * block ** 2), ...grown]] };
  };

const shape: FollowRule = (step) => ({ outputs: [shapeAt(step).map(fixedSize)] });

/** As a Reshape, whose shape is written anew in any case. */
const flatten: FollowRule = (step) => {
  const node: NodeProto = { ...step.node, opType: 'Reshape', attribute: [] };
  return reshape({ ...step, node, operation: 'Reshape' });
};

const passed: FollowRule = (step) => ({ outputs: [sizesOf(step, 0)] });

export const movementRules: Readonly<Record<string, FollowRule>> = {
  Concat: concat,
  ConstantOfShape: filled,
  DepthToSpace: reordered(true),
  Dropout: passed,
  Expand: expand,
  Flatten: flatten,
  Gather: gather,
  Reshape: reshape,
  Shape: shape,
  SpaceToDepth: reordered(false),
  Split: split,
  Squeeze: squeeze,
  Tile: tile,
  Transpose: transpose,
  Unsqueeze: unsqueeze,
};
