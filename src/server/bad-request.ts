/** @file The refusal of a request that cannot be understood. */
import { CladError } from '../core/errors.ts';

/** @param reason - without a full stop; what a client wrote is clipped in it */
export function badRequest(reason: string): CladError {
  return new CladError('REQUEST_INVALID', { reason });
}
