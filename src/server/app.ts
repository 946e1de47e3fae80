/** @file The HTTP application: what every request passes, and the routes. It holds no detector itself. */

import { randomUUID } from 'node:crypto';
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
import { Budget } from './budget.ts';
import { documentation } from './documentation.ts';
import { errorBody, httpError } from './http-errors.ts';
import type { Judging } from './judging.ts';
import type { ServiceMetrics } from './metrics.ts';
import type { ServeOptions } from './options.ts';
import type { PictureThreads } from './pictures.ts';
import type { Registry } from './registry.ts';
import { routesV1 } from './routes-v1.ts';
import { routesV2 } from './routes-v2.ts';
import { allowedHosts, guard } from './site-guard.ts';
import { tokenCheck } from './token.ts';

/** What the application is made of. */
export interface Parts {
  readonly options: ServeOptions;
  readonly registry: Registry;
  readonly judging: Judging;
  readonly pictures: PictureThreads;
  readonly metrics: ServiceMetrics;
  /** Of this package. */
  readonly version: string;
  readonly state: ServiceState;
}

export interface ServiceState {
  /** No more work is taken. */
  stopping: boolean;
  /** Requests whose answer is not out yet. */
  open: number;
}

/** What routes get. */
export interface Service extends Parts {
  /** Refuses work before its body is read, where that can be known. */
  gate(request: FastifyRequest, reply: FastifyReply): Promise<void>;
}

/** Bodies in memory have at most so many times `maxBody` together. */
const bodyBudget = 4;
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
  const answerError = errorAnswers(() => parts.judging.retryAfter);
  const app = fastify({
    logger: { level: options.logLevel, stream: process.stderr },
    // One line a request, ours: see `note` below.
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: options.maxBody,
    requestTimeout: timeout,
    keepAliveTimeout,
    http: { headersTimeout: Math.min(headersTimeout, timeout), connectionsCheckingInterval: 1000 },
    // The gate refuses work by itself while the service stops; readiness and metrics go on being told.
    return503OnClosing: false,
    requestIdHeader: false,
    genReqId: ({ headers }) => safeId(headers['x-request-id']) ?? randomUUID(),
    routerOptions: { maxParamLength: 200 },
    ajv: { customOptions: { strictTypes: false } },
    clientErrorHandler: refuseConnection,
    frameworkErrors: (error, request, reply) => void answerError(error, request, reply),
  });
  app.server.maxConnections = maxConnections;
  app.setSerializerCompiler(() => (value) => JSON.stringify(value));
  app.setErrorHandler(answerError);
  app.setNotFoundHandler(({ method, url }) => {
    throw new CladError('ROUTE_UNKNOWN', { method, route: url.split('?', 1)[0] ?? url });
  });
  await everyRequest(app, parts);
  app.removeAllContentTypeParsers();
  await app.register(multipart);
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_, body, done) => done(null, body));
  await documentation(app, parts.version);
  const service = { ...parts, gate: gateOf(parts) };
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
  const hosts = allowedHosts(options.host, options.allowedHosts);
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
  app.addHook('onRequest', async ({ headers, routeOptions }, reply) => {
    if (openRoutes.test(routeOptions.url ?? '')) return;
    if (allowed(headers.authorization)) return;
    reply.header('WWW-Authenticate', 'Bearer');
    throw new CladError('UNAUTHORIZED', {});
  });
  app.addHook('onSend', async (_, reply) => {
    if (state.stopping) reply.header('Connection', 'close');
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

/** The page of the documentation: its own scripts, and the styles and pictures that they make. */
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

function gateOf({ options, registry, judging, state }: Parts): Service['gate'] {
  const bytes = new Budget(bodyBudget * options.maxBody);
  return async (request, reply) => {
    if (state.stopping) throw new CladError('STOPPING', {});
    const { name, version } = request.params as { readonly name: string; readonly version?: string };
    registry.get(name, version);
    const { headers } = request;
    const encoding = headers['content-encoding'];
    if (encoding !== undefined && encoding !== 'identity') {
      const expected = 'one without Content-Encoding';
      throw new CladError('MEDIA_TYPE_UNKNOWN', { type: `compressed as ${encoding}`, expected });
    }
    judging.requirePlace();
    const said = Number(headers['content-length'] ?? options.maxBody);
    if (said > options.maxBody) {
      const reason = `its body has ${said} bytes, at most ${options.maxBody} are allowed`;
      throw new CladError('BODY_TOO_LARGE', { reason });
    }
    const giveBack = bytes.tryTake(said);
    if (!giveBack) throw new CladError('QUEUE_FULL', { reason: 'other requests fill its memory' });
    reply.raw.once('close', giveBack);
  };
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
