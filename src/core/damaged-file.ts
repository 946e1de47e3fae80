/** @file What is thrown where a file of ours is not as it was written. */
import { CladError } from './errors.ts';

/** @param remedy - a sentence; none where the program mends it */
export function fileDamaged(path: string, reason: string, remedy = ''): CladError {
  return new CladError('FILE_DAMAGED', { path, reason, remedy });
}
