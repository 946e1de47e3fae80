/**
 * @file Fields of queries that nobody reads are refused: misspelt, `?mapp=png` would silently do nothing. Probes, scrapers and browsers add
 * fields of their own to addresses that read none, and are let be.
 */
import type { FastifyRequest } from 'fastify';
import { CladError } from '../core/errors.ts';
import { nearestOf } from '../core/unknown-option.ts';
import { clipped } from './clipped.ts';

/** Addresses of detectors, whether they read a query or not. */
const ofDetectors = /^\/v1\/|^\/v2\/models\/(?!.*\/ready$)/;

/** @throws REQUEST_INVALID for a query with a field that the route does not read */
export function requireKnownFields({ query, routeOptions: { url, schema } }: FastifyRequest): void {
  if (url === undefined || !ofDetectors.test(url)) return;
  const { properties = {} } = (schema?.querystring ?? {}) as { readonly properties?: object };
  const unknown = Object.keys(query as object).find((name) => !Object.hasOwn(properties, name));
  if (unknown !== undefined) throw unknownField('query', unknown, Object.keys(properties));
}

/** The refusal of a field of a query or a form. @param known - those there are */
export function unknownField(of: string, name: string, known: readonly string[]): CladError {
  const nearest = nearestOf(name, known);
  const guess = nearest === undefined ? '' : ` (did you mean ${nearest}?)`;
  const expected = known.length === 0 ? 'none' : known.join(', ');
  return new CladError('REQUEST_INVALID', {
    reason: `unknown field ${clipped(name)} in its ${of}${guess}; expected ${expected}`,
  });
}
