/** @file Errors as answers, with the status that the catalogue gives them. What has none is our own fault, and told to the log alone. */
import { type CatalogueEntry, errorCatalogue } from '../core/error-catalogue.ts';
import { CladError, type ErrorCode, reasonOf } from '../core/errors.ts';
import { clipped } from './clipped.ts';

/** An error as it is answered. */
export interface HttpError {
  readonly status: number;
  readonly code: ErrorCode;
  readonly message: string;
}

/** Characters of a message, at most: whatever a client may have written into it. */
const longestMessage = 2000;

/**
 * What is answered for anything thrown.
 * @param inputStatus - of errors that are the user's to mend and have no status of their own; where absent they are told as our own fault
 */
export function httpError(thrown: unknown, inputStatus?: number): HttpError {
  const error = lacksMemory(thrown)
    ? new CladError('MEMORY_SHORT', { what: 'this' })
    : thrown instanceof CladError
      ? thrown
      : fromFramework(thrown);
  const entry: CatalogueEntry = errorCatalogue[error.code];
  const status = entry.status ?? (entry.kind === 'input' ? inputStatus : undefined);
  if (status !== undefined)
    return { status, code: error.code, message: clipped(error.message, longestMessage) };
  const reason = 'The request could not be answered.';
  return { status: 500, ...new CladError('INTERNAL', { reason }).words };
}

/** As Node and the engine say it. Not looked for in what was thrown on purpose, which may have a client's words in it. */
function lacksMemory(thrown: unknown): boolean {
  if (thrown instanceof CladError && thrown.code !== 'ENGINE_FAILED' && thrown.code !== 'WORKER_DIED')
    return false;
  return /out of memory|allocation failed|failed to allocate|bad_alloc|memory limit/i.test(reasonOf(thrown));
}

/** The framework's own refusals have a status; anything else is a defect. */
function fromFramework(thrown: unknown): CladError {
  const status = (thrown as { readonly statusCode?: unknown } | null)?.statusCode;
  const reason = clipped(reasonOf(thrown).replace(/\.$/, ''), 300);
  if (status === 408) return new CladError('REQUEST_TOO_SLOW', {});
  if (status === 413) return new CladError('BODY_TOO_LARGE', { reason });
  if (status === 415) return new CladError('MEDIA_TYPE_UNKNOWN', { type: reason, expected: 'another' });
  if (typeof status === 'number' && status >= 400 && status < 500)
    return new CladError('REQUEST_INVALID', { reason });
  return new CladError('INTERNAL', { reason });
}

/** The body: for the inference protocol (`/v2`) as it has it, else the one shape of this service. */
export function errorBody(address: string, { code, message }: HttpError, requestId: string): object {
  if (/^\/v2(\/|\?|$)/.test(address)) return { error: message };
  return { error: { code, message, requestId } };
}
