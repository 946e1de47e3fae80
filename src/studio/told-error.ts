/** @file What was thrown, as processes and pages are told it. */
import { CladError, reasonOf } from '../core/errors.ts';
import { asRefusal } from '../core/files.ts';
import type { ToldError } from './api.ts';

/** A code and a sentence; of an error of the program, its reason and nothing of the code. */
export function asToldError(thrown: unknown): ToldError {
  const known = asRefusal(thrown);
  if (known instanceof CladError) return known.words;
  return new CladError('INTERNAL', { reason: reasonOf(thrown).replace(/\.?$/, '.') }).words;
}
