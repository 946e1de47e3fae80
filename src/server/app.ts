/** @file The HTTP application: what every request passes, and the routes. It holds no detector itself. */

import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import cors from '@fastify/cors';
import multipart from '@fastify/multipart';
import fastify, {
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  LogController,
} from 'fastify';
import { CladError } from '../core/errors.ts';
import { collect } from './body.ts';
import { clipped } from './clipped.ts';
import { documentation } from './documentation.ts';
import { frontPage, wantsPage } from './front-page.ts';
import { gateOf } from './gate.ts';
import { errorBody, httpError } from './http-errors.ts';
import { requireKnownFields } from './known-fields.ts';
import { KnownRoutes } from './known-routes.ts';
import { routesV1 } from './routes-v1.ts';
import { routesV2 } from './routes-v2.ts';
import type { Parts, Service } from './service.ts';
import { allowedHosts, guard } from './site-guard.ts';
import { tokenCheck } from './token.ts';

const maxConnections = 1024;
/** Milliseconds. */
const headersTimeout = 10_000;
const keepAliveTimeout = 65_000;

/** Pages for machines that ask whether the service is well, and those that say the same of every installation. */
const openRoutes = /^\/(v2\/health\/|docs(\/|$)|openapi\.json$)/;

/** Makes the application; it does not listen yet. */
export async function createApp(parts: Parts): Promise<FastifyInstance> {
  const { options, state } = parts;
  const timeout = 1000 * options.timeout;
  const answerError = errorAnswers(() => parts.predictions.retryAfter);
  const app = fastify({
    logger: { level: options.logLevel, stream: process.stderr },
    // One line a request, ours: see `note` below.
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: options.maxBody,
    requestTimeout: timeout,
    keepAliveTimeout,
    // Without Host there is a sentence, as for one that is wrong.
    http: {
      requireHostHeader: false,
      headersTimeout: Math.min(headersTimeout, timeout),
      connectionsCheckingInterval: 1000,
    },
    // The gate refuses work by itself while the service stops; readiness and metrics go on being told.
    return503OnClosing: false,
    requestIdHeader: false,
    genReqId: ({ headers }) => safeId(headers['x-request-id']) ?? randomUUID(),
    routerOptions: { maxParamLength: 200 },
    ajv: { customOptions: { strictTypes: false } },
    clientErrorHandler: refuseConnection,
    frameworkErrors: (error, request, reply) =>
      void answerError(error, request, reply.headers(safetyHeaders)),
  });
  app.server.maxConnections = maxConnections;
  app.setSerializerCompiler(() => (value) => JSON.stringify(value));
  app.setErrorHandler(answerError);
  const known = new KnownRoutes(app);
  app.setNotFoundHandler(async ({ method, url }, reply) => {
    const path = url.split('?', 1)[0] ?? url;
    const methods = known.methodsOf(path);
    // A known one whose file or detector is not there, too.
    if (methods.length === 0 || methods.includes(method))
      throw new CladError('ROUTE_UNKNOWN', { method, route: clipped(path, 200) });
    const allowed = methods.join(', ');
    reply.header('Allow', allowed);
    if (method === 'OPTIONS') return reply.status(204).send();
    throw new CladError('METHOD_UNKNOWN', { method, route: clipped(path, 200), allowed });
  });
  // Whoever asks before sending is told to go on by the gate, once the request has passed it.
  app.server.on('checkContinue', (request, response) => app.routing(request, response));
  await everyRequest(app, parts);
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
  app.addHook('onClose', async () => {
    state.stopping = true;
  });
  return app;
}

/** What all requests pass, in this order. */
async function everyRequest(app: FastifyInstance, { options, metrics, state }: Parts): Promise<void> {
  const hosts = allowedHosts(options);
  const origins = new Set(options.cors);
  const allowed = options.token === undefined ? () => true : tokenCheck(options.token);

  app.addHook('onRequest', async (request, reply) => {
    state.open++;
    reply.raw.once('close', () => {
      state.open--;
    });
    reply.header('X-Request-Id', request.id);
    reply.headers(safetyHeaders);
    const page = request.routeOptions.url?.startsWith('/docs') ?? false;
    reply.header('Content-Security-Policy', page ? ownContent : noContent);
    guard(request.headers, { hosts, origins });
  });
  if (options.cors.length > 0) {
    await app.register(cors, {
      origin: [...options.cors],
      methods: ['GET', 'HEAD', 'POST'],
      exposedHeaders: ['X-Request-Id', 'Inference-Header-Content-Length', 'Retry-After'],
    });
  }
  app.addHook('onRequest', async ({ headers, routeOptions: { url = '' } }, reply) => {
    if (openRoutes.test(url) || (url === '/' && wantsPage(headers.accept))) return;
    if (allowed(headers.authorization)) return;
    reply.header('WWW-Authenticate', 'Bearer');
    throw new CladError('UNAUTHORIZED', {});
  });
  app.addHook('onRequest', async (request) => requireKnownFields(request));
  app.addHook('onSend', async (request, reply) => {
    if (state.stopping) reply.header('Connection', 'close');
    const late = setTimeout(() => {
      request.log.info('the answer was not read in time');
      reply.raw.destroy();
    }, 1000 * options.timeout);
    const read = () => clearTimeout(late);
    reply.raw.once('finish', read).once('close', read);
  });
  app.addHook('onResponse', async (request, reply) => {
    note(request, reply.statusCode, reply.elapsedTime);
  });
  app.addHook('onRequestAbort', async (request) => {
    note(request, 499, 0);
  });

  const note = (request: FastifyRequest, status: number, milliseconds: number) => {
    const { method, routeOptions } = request;
    const route = routeOptions.url ?? '(none)';
    metrics.answered(method, route, status, milliseconds / 1000);
    const facts = { method, route, status, milliseconds: Math.round(milliseconds), params: request.params };
    request.log[route.startsWith('/v2/health/') ? 'debug' : 'info'](facts, 'answered');
  };
}

/** The page of the documentation: its own scripts, and the styles and images that they make. */
const ownContent =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; frame-ancestors 'none'";
const noContent = "default-src 'none'; frame-ancestors 'none'";
const safetyHeaders = {
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Cache-Control': 'no-store',
} as const;

/** An id of the client's, where it can stand in logs and headers as it is. */
function safeId(given: string | string[] | undefined): string | undefined {
  return typeof given === 'string' && /^[\w.:-]{1,128}$/.test(given) ? given : undefined;
}

/**
 * The one place where errors become answers.
 * @param retryAfter - whole seconds
 */
function errorAnswers(retryAfter: () => number) {
  return (thrown: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const error = httpError(thrown);
    const { status, code, message } = error;
    if (status >= 500 && status !== 503) request.log.error({ err: thrown }, code);
    else if (code === 'ENGINE_FAILED' || code === 'MEMORY_SHORT') request.log.warn({ err: thrown }, code);
    else request.log.debug({ code, message }, 'refused');
    if (status === 503) reply.header('Retry-After', retryAfter());
    // What is left of a body is read and forgotten, within the time of a request: a connection that closes while its client still writes
    // would take the answer with it.
    return reply
      .status(status)
      .type('application/json')
      .send(JSON.stringify(errorBody(request.url, error, request.id)));
  };
}

/** Answers what is no HTTP, or came too slowly, before there is a request. */
function refuseConnection(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const slow = error.code === 'ERR_HTTP_REQUEST_TIMEOUT';
  const large = error.code === 'HPE_HEADER_OVERFLOW';
  const { code, message } = slow
    ? new CladError('REQUEST_TOO_SLOW', {})
    : new CladError('REQUEST_INVALID', {
        reason: large ? 'its headers are too long' : 'it is no HTTP',
      });
  const status = slow
    ? '408 Request Timeout'
    : large
      ? '431 Request Header Fields Too Large'
      : '400 Bad Request';
  const body = JSON.stringify({ error: { code, message, requestId: randomUUID() } });
  socket.end(
    `HTTP/1.1 ${status}\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
}
