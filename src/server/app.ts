/** @file The HTTP application of the service: its routes, on what every application passes (http-app.ts). It holds no detector itself. */

import type { IncomingMessage } from 'node:http';
import multipart from '@fastify/multipart';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { collect } from './body.ts';
import { documentation } from './documentation.ts';
import { frontPage, wantsPage } from './front-page.ts';
import { gateOf } from './gate.ts';
import { httpApp, noContent } from './http-app.ts';
import { routesV1 } from './routes-v1.ts';
import { routesV2 } from './routes-v2.ts';
import type { Parts, Service } from './service.ts';

/** Pages for machines that ask whether the service is well, and those that say the same of every installation. */
const openRoutes = /^\/(v2\/health\/|docs(\/|$)|openapi\.json$)/;

/** The page of the documentation: its own scripts, and the styles and images that they make. */
const ownContent =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; frame-ancestors 'none'";

/** Makes the application; it does not listen yet. */
export async function createApp(parts: Parts): Promise<FastifyInstance> {
  const { options, state } = parts;
  const app = await httpApp(options, {
    state,
    isOpen: ({ headers, routeOptions: { url = '' } }) =>
      openRoutes.test(url) || (url === '/' && wantsPage(headers.accept)),
    contentPolicy: (url) => (url.startsWith('/docs') ? ownContent : noContent),
    corsMethods: ['GET', 'HEAD', 'POST'],
    retryAfter: () => parts.predictions.retryAfter,
    onAnswered: (...answer) => parts.metrics.answered(...answer),
  });
  app.removeAllContentTypeParsers();
  await app.register(multipart);
  const service: Service = { ...parts, ...gateOf(parts) };
  app.addContentTypeParser('*', async (request: FastifyRequest, payload: IncomingMessage) => {
    const lease = service.findLease(request);
    return lease && collect(payload, lease, options.maxBody);
  });
  await documentation(app, parts.version);
  frontPage(app, service);
  app.get(
    '/metrics',
    { schema: { summary: 'Counters for Prometheus', tags: ['service'] } },
    async (_, reply) => reply.type(parts.metrics.contentType).send(await parts.metrics.text()),
  );
  routesV1(app, service);
  routesV2(app, service);
  return app;
}
