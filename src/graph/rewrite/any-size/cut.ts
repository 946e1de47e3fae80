/** @file A part of an axis that grows with the image: which places of it a Slice or a Split means. */
import { stands } from './factor.ts';
import { fixedSize, isFixed, numberOf, onlyFactor, type Size, sizeOf } from './size.ts';

/**
 * What is left between two places of an axis.
 * @param start, end - as the file has them, at its own size; negative ones count from the end
 */
export function cutFromAxis(size: Size, start: number, end: number): Size {
  const all = numberOf(size);
  if (isFixed(size)) {
    const at = (place: number) => Math.min(Math.max(place < 0 ? place + all : place, 0), all);
    return fixedSize(Math.max(at(end) - at(start), 0));
  }
  const { before, factors, after } = size;
  const factor = onlyFactor(size);
  const grid = all - before - after;
  // What a Pad added is cut off again.
  if (
    factor?.origin?.kind === 'padded' &&
    end === start + factor.origin.base.from &&
    start === factor.origin.before
  )
    return sizeOf([factor.origin.base]);
  const toEnd = end >= all;
  if (start === 0 && toEnd) return size;
  if (start < 0 && toEnd) return fixedSize(Math.min(-start, all));
  if (start < 0) stands('it cuts its grid from the end on both sides');
  if (end < 0) return sizeOf(factors, before - start, after + end);
  if (toEnd) return start >= before + grid ? fixedSize(all - start) : sizeOf(factors, before - start, after);
  if (end <= Math.max(before, 0)) return fixedSize(end - start);
  if (start <= before && end === before + grid) return sizeOf(factors, before - start, 0);
  // The first places, as many on any image: rows that a shift brings to the other end.
  if (start === 0) return fixedSize(end);
  return stands(`it cuts places ${start} to ${end} out of ${all}, which shows no rule for another size`);
}
