/** @file Fields of a query that no route reads. */
import type { FastifyRequest } from 'fastify';
import { describe, expect, it } from 'vitest';
import { requireKnownFields, unknownField } from '../../../src/server/known-fields.ts';
import { predictSchema } from '../../../src/server/schemas.ts';

const path = '/v1/detectors/:name/predict';
const asked = (url: string, query: object, schema: object = {}) =>
  requireKnownFields({ query, routeOptions: { url, schema } } as unknown as FastifyRequest);

describe('a query', () => {
  it('with fields of the schema alone passes', () => {
    asked(path, { map: 'png', file: 'x' }, predictSchema(path));
    asked(path, {}, predictSchema(path));
  });

  it('with another is refused by name, with those there are and the nearest', () => {
    expect(() => asked(path, { map: 'png', mapLegnd: 'true' }, predictSchema(path))).toThrow(
      'The request cannot be understood: unknown field mapLegnd in its query (did you mean mapLegend?); expected map, mapSize, mapLegend, class, file.',
    );
    for (const url of ['/v1/detectors', '/v2/models/:name', '/v2/models/:name/versions/:version/infer'])
      expect(() => asked(url, { map: 'png' }), url).toThrow(
        /unknown field map in its query; expected none\./,
      );
  });

  it.each(['/', '/metrics', '/v2/health/ready', '/v2/models/:name/ready', '/docs/static/*'])(
    'of probes and browsers to %s may have fields of their own',
    (url) => asked(url, { cached: '1' }),
  );
});

it('a long name is shortened', () => {
  expect(unknownField('form', 'x'.repeat(5000), ['image']).message.length).toBeLessThan(250);
});
