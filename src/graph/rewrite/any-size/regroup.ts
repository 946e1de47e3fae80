/**
 * @file What a Reshape does, from its sizes before and after: elements keep their order, so each size behind it is made of the factors before it, from the
 * first to the last, whole or in parts. That tells what a number in the file is, even where it is written there as a number.
 */
import { type Factor, joinedFixed, piecesOf, stands } from './factor.ts';
import { type Size, sizeOf } from './size.ts';

/** A Reshape with the factors that it moves. */
export interface Regrouped {
  /** Factors of the input in order, none of them in parts: the sizes between, where some have to be filled up. */
  readonly before: readonly Factor[];
  /** Sizes of the output as factors. Parts that come together are still parts here. */
  readonly after: readonly (readonly Factor[])[];
  readonly sizes: readonly Size[];
}

/**
 * @param input - sizes before
 * @param target - sizes behind, as the file has them
 * @throws MODEL_UNSUITABLE where these do not fall together
 */
export function regrouped(input: readonly Size[], target: readonly number[], value: string): Regrouped {
  const passed = passedThrough(input, target);
  if (passed) return passed;
  const offset = input.find(({ before, after }) => before !== 0 || after !== 0);
  if (offset) stands(`its value ${value} takes places apart among which are class tokens`);
  const before = input.flatMap(({ factors }) => [...factors]);
  const rest = joined(before);
  const after = target.map((size) => taken(rest, size, value));
  const last = after.at(-1);
  for (const factor of rest) {
    if (factor.from !== 1 || !last)
      stands(`its value ${value} has a shape that does not follow from that of what it is made of`);
    last.push(...piecesOf(factor));
  }
  for (const factors of after) {
    const batch = factors.some(({ state }) => state === 'batch');
    for (const factor of factors) if (batch && factor.state === 'open') factor.besideBatch = true;
  }
  return { before, after, sizes: after.map((factors) => sizeOf(factors)) };
}

/** Where sizes with class tokens stay as they are beside others that are taken apart. */
function passedThrough(input: readonly Size[], target: readonly number[]): Regrouped | undefined {
  const at = input.findIndex(({ before, after }) => before !== 0 || after !== 0);
  if (at < 0) return undefined;
  const kept = input[at] as Size;
  const number = kept.factors.reduce((product, { from }) => product * from, 1) + kept.before + kept.after;
  const front = input.slice(0, at).reduce((all, size) => all * productOf(size), 1);
  let reached = 1;
  const place = target.findIndex((size) => {
    if (reached === front && size === number) return true;
    reached *= size;
    return false;
  });
  if (place < 0) return undefined;
  const one = regrouped(input.slice(0, at), target.slice(0, place), '');
  const two = regrouped(input.slice(at + 1), target.slice(place + 1), '');
  return {
    before: [...one.before, ...kept.factors, ...two.before],
    after: [...one.after, kept.factors, ...two.after],
    sizes: [...one.sizes, kept, ...two.sizes],
  };
}

function productOf({ factors, before, after }: Size): number {
  return factors.reduce((product, { from }) => product * from, 1) + before + after;
}

/** Fixed factors that follow each other as one, since these may be taken apart anew in any way. */
function joined(factors: readonly Factor[]): Factor[] {
  const result: Factor[] = [];
  for (const factor of factors) {
    const last = result.at(-1);
    if (factor.state === 'fixed' && last?.state === 'fixed')
      result[result.length - 1] = joinedFixed([last, factor]);
    else result.push(factor);
  }
  return result;
}

/** Takes the factors of one size from the front. */
function taken(rest: Factor[], size: number, value: string): Factor[] {
  const result: Factor[] = [];
  let left = size;
  if (size === 1 && rest[0]?.from === 1) return [...piecesOf(rest.shift() as Factor)];
  while (left > 1) {
    const factor = rest.shift();
    if (!factor)
      stands(`its value ${value} has a shape that does not follow from that of what it is made of`);
    if (left % factor.from === 0) {
      result.push(...piecesOf(factor));
      left /= factor.from;
    } else if (factor.from % left === 0) {
      const [outer, inner] = factor.split(left);
      result.push(...piecesOf(outer));
      rest.unshift(inner);
      left = 1;
    } else {
      stands(
        `its value ${value} takes sizes apart across each other (${size} out of ${[...result, factor].map(({ from }) => from).join(' x ')})`,
      );
    }
  }
  return result;
}
