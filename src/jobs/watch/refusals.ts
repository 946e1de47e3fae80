/** @file What may work later: a full disk, a network drive that is away, a journal that another program holds. */
import { CladError } from '../../core/errors.ts';

const codes: readonly string[] = ['FILE_REFUSED', 'FILE_UNREADABLE', 'JOURNAL_UNUSABLE'];

export function isRefusal(error: unknown): error is CladError {
  return error instanceof CladError && codes.includes(error.code);
}
