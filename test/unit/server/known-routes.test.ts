import fastify from 'fastify';
import { expect, it } from 'vitest';
import { KnownRoutes } from '../../../src/server/known-routes.ts';

it('the methods of an address are told from its route patterns', () => {
  const app = fastify();
  const known = new KnownRoutes(app);
  app.get('/v1/a.b/:name', async () => 1);
  app.post('/v1/a.b/:name', async () => 1);
  app.get('/docs/*', async () => 1);
  app.options('*', async () => 1);
  expect(known.methodsOf('/v1/a.b/x')).toEqual(['GET', 'HEAD', 'POST']);
  expect(known.methodsOf('/docs/a/b.js')).toEqual(['GET', 'HEAD']);
  for (const none of ['/v1/a.b', '/v1/a.b/x/y', '/v1/aXb/x', '/', '/v1/a.b/'])
    expect(known.methodsOf(none)).toEqual([]);
});
