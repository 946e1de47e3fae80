/** @file Requests of the jobs checked for programs that pass them without types (core/arguments.ts): each job says what its own may hold. */
import { callback, type Kind, oneOf, optional, requireFields, wholeFrom } from '../core/arguments.ts';
import { devices } from '../runtime/engine.ts';

/** Every field of a request, and what it may hold. */
export type Fields<T> = { readonly [K in keyof Required<T>]: Kind };

/** On what a job runs. */
export const machine = { device: optional(oneOf(devices)), threads: optional(wholeFrom(1)) };
/** Whom it tells. */
export const talk = { onProgress: optional(callback), note: optional(callback) };

/**
 * Checks a request.
 * @param of - the function, as its caller writes it
 * @param fields - what it may hold
 * @throws ARGUMENT_INVALID, OPTION_UNKNOWN
 */
export function requireRequest(of: string, fields: Readonly<Record<string, Kind>>, request: object): void {
  requireFields(of, 'request', request as Record<string, unknown>, fields);
}
