/** @file Sizes through what cuts sides off, pads and resizes: their numbers in a file are mostly those of one size. */
import { intsOf, stringOf } from '../../attributes.ts';
import { axesOf } from '../../shapes/known.ts';
import { cutFromAxis } from './cut.ts';
import { toTheEnd } from './emitter.ts';
import { Factor, paddingWindow, repeated, stands } from './factor.ts';
import {
  type Followed,
  type FollowRule,
  inputName,
  numbersAt,
  type Step,
  shapeAt,
  sizesOf,
  windowed,
} from './rule.ts';
import { fixedSize, isFixed, numberOf, onlyFactor, type Size, sizeOf } from './size.ts';

const slice: FollowRule = (step) => {
  const x = sizesOf(step, 0);
  const [starts, ends, named, steps] = [1, 2, 3, 4].map((at) => numbersAt(step, at));
  const axes = axesOf(named ?? [...(starts?.keys() ?? [])], x.length);
  if (!starts || !ends || !axes) stands('where it cuts is not known');
  const outputs = [...x];
  const written = starts.map((said, at): { start: number | Factor; end: number | Size; from?: Size } => {
    const axis = axes[at] as number;
    const size = x[axis] as Size;
    const by = steps?.[at] ?? 1;
    const { start, end } = fromNearerEnd(size, said, Math.min(ends[at] as number, toTheEnd), by);
    if (isFixed(size)) {
      outputs[axis] = fixedSize(shapeAt(step)[axis] as number);
      return { start, end };
    }
    if (by !== 1) {
      const whole = by > 1 && start >= 0 && start < by && end >= numberOf(size);
      if (!whole) stands('it takes each so-manieth place of a part of its grid');
      outputs[axis] = windowed({ ...step, ...withEnd(step, at) }, axis, size);
      return { start, end: toTheEnd };
    }
    const part = cutFromAxis(size, start, end);
    outputs[axis] = part;
    const padded = onlyFactor(size);
    const trimmed = padded?.origin?.kind === 'padded' && onlyFactor(part) === padded.origin.base;
    if (trimmed) return { start: padded, end: part };
    return {
      start,
      end:
        end < 0 || isFixed(part)
          ? end
          : end >= numberOf(size)
            ? toTheEnd
            : { ...part, before: part.before + start },
    };
  });
  const write: Followed['write'] = (emit) => {
    const from = written.map(({ start }) => (typeof start === 'number' ? start : emit.paddedBefore(start)));
    const to = written.map(({ start, end }, at) => {
      if (typeof end === 'number') return end;
      const count = emit.size(end);
      const first = from[at] as number | string;
      if (typeof start === 'number' || first === 0) return count;
      return emit.add('Add', [emit.vector([first]), emit.vector([count])]);
    });
    const input = [inputName(step, 0), emit.vector(from), emit.vector(to), emit.integers(axes)];
    emit.keep({ ...step.node, input: [...input, ...(steps ? [emit.integers(steps)] : [])] });
  };
  return { outputs: [outputs], write: x.every(isFixed) ? undefined : write };
};

/** A grid that is cut once, behind its middle, is cut so many places before its end: where it is rolled back, some exporters count from its beginning. */
function fromNearerEnd(size: Size, start: number, end: number, by: number) {
  const all = numberOf(size);
  const factor = onlyFactor(size);
  if (!factor || isFixed(size) || factor.origin?.kind === 'padded' || by !== 1) return { start, end };
  if (end >= all && start > all / 2) return { start: start - all, end: toTheEnd };
  return start === 0 && end < all && end > all / 2 ? { start, end: end - all } : { start, end };
}

/** A slice whose end is that of any image. */
function withEnd(step: Step, at: number): Pick<Step, 'file'> {
  const { file } = step;
  const name = inputName(step, 2);
  const known = (each: string) => {
    const value = file.known(each);
    return each === name && value?.values ? { ...value, values: value.values.with(at, toTheEnd) } : value;
  };
  return { file: { ...file, known } };
}

const pad: FollowRule = (step) => {
  const x = sizesOf(step, 0);
  const amounts = numbersAt(step, 1);
  const axes = axesOf(numbersAt(step, 3) ?? [...x.keys()], x.length);
  if (!amounts || !axes) stands('how much it pads is not known');
  const zeros = stringOf(step.attributes, 'mode', 'constant') === 'constant';
  const outputs = [...x];
  for (const [at, axis] of axes.entries()) {
    const [before, after] = [amounts[at] as number, amounts[at + axes.length] as number];
    const size = x[axis] as Size;
    const base = onlyFactor(size);
    if (before === 0 && after === 0) continue;
    if (isFixed(size)) outputs[axis] = fixedSize(numberOf(size) + before + after);
    else if (base && base.state !== 'batch' && zeros && before >= 0 && after >= 0)
      outputs[axis] = sizeOf([
        new Factor(base.from + before + after, base.state === 'open' ? 'open' : 'grid', {
          kind: 'padded',
          base,
          before,
          after,
        }),
      ]);
    else outputs[axis] = sizeOf(size.factors, size.before + before, size.after + after);
  }
  const write: Followed['write'] = (emit) => {
    const padded = axes.map((axis, at) => {
      const factor = outputs[axis] === x[axis] ? undefined : onlyFactor(outputs[axis] as Size);
      const fills = factor && factor.origin?.kind === 'padded' && paddingWindow(factor) !== undefined;
      return fills
        ? [emit.paddedBefore(factor), emit.paddedAfter(factor)]
        : [amounts[at] as number, amounts[at + axes.length] as number];
    });
    const vector = emit.vector(
      [...padded, ...padded].map((pair, at) => pair[at < axes.length ? 0 : 1] as number | string),
    );
    emit.keep({ ...step.node, input: [inputName(step, 0), vector, inputName(step, 2), emit.integers(axes)] });
  };
  return { outputs: [outputs], write: x.every(isFixed) ? undefined : write };
};

const resize: FollowRule = (step) => {
  const x = sizesOf(step, 0);
  if (inputName(step, 3) === '') return { outputs: [x.map((size, axis) => windowed(step, axis, size))] };
  const made = step.file.sizesIn(inputName(step, 3));
  const all = intsOf(step.attributes, 'axes') === undefined;
  const outputs = shapeAt(step).map((to, axis) => {
    const size = x[axis] as Size;
    if (to === numberOf(size)) return size;
    const said = all ? made?.[axis] : undefined;
    if (said && !isFixed(said)) return said;
    // One place is brought to as many as those of the map that it is put beside, a map to a finer one.
    if (isFixed(size)) return numberOf(size) === 1 ? sizeOf([repeated(to)]) : fixedSize(to);
    const [base, from] = [onlyFactor(size), numberOf(size)];
    const whole = base && (to % from === 0 || from % to === 0);
    const [times, per] = [Math.max(to / from, 1), Math.max(from / to, 1)];
    return sizeOf([
      repeated(to, whole ? new Factor(to, 'grid', { kind: 'scaled', base, times, per }) : undefined),
    ]);
  });
  if (!all) stands('it brings maps to sizes on chosen axes');
  const write: Followed['write'] = (emit) => {
    const sizes = outputs.map((size) => emit.size(size));
    emit.keep({ ...step.node, input: [inputName(step, 0), inputName(step, 1), '', emit.vector(sizes)] });
  };
  return { outputs: [outputs], write };
};

export const sideRules: Readonly<Record<string, FollowRule>> = { Pad: pad, Resize: resize, Slice: slice };
