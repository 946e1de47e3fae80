/** @file What the browser says of its private files when it refuses, as sentences. */
import { CladError, reasonOf } from '../core/errors.ts';

/** @param cause - what the browser threw; undefined where it lacks what is needed */
export function unavailable(cause: unknown): CladError {
  return new CladError('STORAGE_UNAVAILABLE', { reason: whyUnavailable(cause) }, { cause });
}

function whyUnavailable(cause: unknown): string {
  if (!globalThis.isSecureContext) return 'browsers offer it only to pages from https:// or localhost';
  if (cause === undefined)
    return 'this browser has no private file system for sites, or one that cannot rename';
  // Private windows of some browsers, blocked site data, and frames without an origin of their own.
  if (isNamed(cause, 'SecurityError', 'NotAllowedError', 'InvalidStateError'))
    return `the browser refuses it, as some do in private windows or where site data is blocked (${reasonOf(cause)})`;
  return reasonOf(cause);
}

/** Whether it is an exception of the browser with one of these names. */
export function isNamed(error: unknown, ...names: readonly string[]): boolean {
  return error instanceof Error && names.includes(error.name);
}

export function unreadable(path: string, cause: unknown): CladError {
  return new CladError('FILE_UNREADABLE', { path, reason: explained(cause) }, { cause });
}

/**
 * Does work that the browser may refuse.
 * @throws STORAGE_FULL, FILE_REFUSED
 */
export async function orRefused<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof CladError) throw error;
    if (!isNamed(error, 'QuotaExceededError'))
      throw new CladError('FILE_REFUSED', { path, reason: explained(error) }, { cause: error });
    throw new CladError('STORAGE_FULL', { path, room: await roomOfSite() }, { cause: error });
  }
}

async function roomOfSite(): Promise<string> {
  const { usage = 0, quota = 0 } = await navigator.storage.estimate().catch(() => ({}) as StorageEstimate);
  const megabytes = (bytes: number) => (bytes / 1e6).toFixed(1);
  return `${megabytes(usage)} of ${megabytes(quota)} MB are taken`;
}

function explained(error: unknown): string {
  if (isNamed(error, 'TypeMismatchError'))
    return 'there is a folder where a file is expected, or a file where a folder is';
  if (isNamed(error, 'NotReadableError')) return 'it was changed meanwhile';
  if (isNamed(error, 'NoModificationAllowedError')) return 'somebody else has it open';
  return reasonOf(error).replace(/\.$/, '');
}
