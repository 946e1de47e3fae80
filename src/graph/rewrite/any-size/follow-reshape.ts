/**
 * @file A Reshape for any size. Its shape is said anew, by what it takes apart and puts together. A map that is cut into windows is filled up with
 * zeros to whole ones, and cut back where the windows become a map again: what a network that was exported at another size would have in its file.
 */
import type { Emitter } from './emitter.ts';
import { type Factor, paddingWindow } from './factor.ts';
import { type Regrouped, regrouped } from './regroup.ts';
import {
  type Followed,
  type FollowRule,
  inputName,
  outputName,
  type Step,
  shapeAt,
  shownName,
  sizesOf,
} from './rule.ts';
import { assembled, onlyFactor, type Size, sizeOf } from './size.ts';

export const reshape: FollowRule = (step): Followed => {
  const input = sizesOf(step, 0);
  const groups = regrouped(input, shapeAt(step), shownName(outputName(step)));
  const leaves = groups.after.flat();
  for (const factor of groups.before)
    if (factor.origin?.kind === 'rolled' && !leaves.includes(factor)) {
      const parts = leaves.filter((leaf) => comesFrom(leaf, factor));
      const product = (factors: readonly Factor[]): Size => ({ before: 0, factors, after: 0 });
      const [a, b] = [product([factor]), product(parts)];
      step.equal.push({ a, b, value: shownName(outputName(step)) });
    }
  return { outputs: [groups.sizes], write: (emit) => write(emit, step, input, groups) };
};

function write(emit: Emitter, step: Step, input: readonly Size[], { before, after, sizes }: Regrouped): void {
  let name = inputName(step, 0);
  const leaves = after.flat();
  const filled = before.filter((factor) => isWindowed(factor) && !leaves.includes(factor));
  if (filled.length > 0) {
    const alone = filled.every((factor) => input.some((size) => onlyFactor(size) === factor));
    const dims = alone ? input : before.map((factor) => sizeOf([factor]));
    if (!alone) name = emit.add('Reshape', [name, emit.shape(dims)]);
    const ends = dims.map((size) => {
      const factor = filled.find((each) => onlyFactor(size) === each);
      if (!factor) return 0;
      const whole = emit.product(leaves.filter((leaf) => comesFrom(leaf, factor)));
      return emit.add('Sub', [whole, emit.factor(factor)]);
    });
    name = emit.add('Pad', [name, emit.vector([...dims.map(() => 0), ...ends])]);
  }
  const made = after.map((factors) => assembled(factors));
  const cut = made.flat().filter(({ factor, parts }) => parts.length > 1 && isWindowed(factor));
  const output = outputName(step);
  if (cut.length === 0) {
    emit.add('Reshape', [name, emit.shape(sizes)], {}, { output });
    return;
  }
  const alone = sizes.every((size, at) => onlyFactor(size) || !made[at]?.some((each) => cut.includes(each)));
  const dims = alone ? sizes : made.flat().map(({ factor }) => sizeOf([factor]));
  // Before it is cut, such a factor is as large as its windows are together.
  const whole = dims.map((size): Size | string => {
    const factor = onlyFactor(size);
    const windows = cut.find((each) => each.factor === factor);
    return windows ? emit.product(windows.parts) : size;
  });
  name = emit.add('Reshape', [name, emit.shape(whole)]);
  const axes = dims.flatMap((size, axis) =>
    cut.some(({ factor }) => factor === onlyFactor(size)) ? [axis] : [],
  );
  const ends = axes.map((axis) => emit.factor(onlyFactor(dims[axis] as Size) as Factor));
  const slice = [name, emit.integers(axes.map(() => 0)), emit.vector(ends), emit.integers(axes)];
  if (alone) emit.add('Slice', slice, {}, { output });
  else emit.add('Reshape', [emit.add('Slice', slice), emit.shape(sizes)], {}, { output });
}

/** Whether a factor has to be filled up to whole windows; what a Pad of the file fills up does not, and what is rolled cannot be. */
function isWindowed(factor: Factor): boolean {
  if (factor.origin?.kind === 'rolled') return false;
  return factor.state === 'grid' && factor.windows.length > 0 && paddingWindow(factor) === undefined;
}

function comesFrom(leaf: Factor, whole: Factor): boolean {
  for (let at = leaf; at.origin?.kind === 'part'; at = at.origin.whole)
    if (at.origin.whole === whole) return true;
  return false;
}
