/** @file Whether something failed for lack of memory, which is nobody's mistake and may go better later. */
import { reasonOf } from './errors.ts';

/** The words of Node, the image library and the engine. */
const words = /out of memory|allocation failed|failed to allocate|bad_alloc|memory limit/i;

export function isShortOfMemory(thrown: unknown): boolean {
  return words.test(reasonOf(thrown));
}
