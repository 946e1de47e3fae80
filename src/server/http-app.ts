/**
 * @file What every HTTP application here passes, whatever it answers: limits of time and size, the site guard, the token, headers that keep browsers
 * careful, one form for errors, a log line for each answer. The service (app.ts) and the studio are made on it.
 */

import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import cors from '@fastify/cors';
import fastify, {
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  LogController,
} from 'fastify';
import { CladError } from '../core/errors.ts';
import { clipped } from './clipped.ts';
import { errorBody, httpError } from './http-errors.ts';
import { requireKnownFields } from './known-fields.ts';
import { KnownRoutes } from './known-routes.ts';
import type { ServeOptions } from './serve-options.ts';
import type { ServiceState } from './service.ts';
import { allowedHosts, guard } from './site-guard.ts';
import { tokenCheck } from './token.ts';

const maxConnections = 1024;
/** Milliseconds. */
const headersTimeout = 10_000;
const keepAliveTimeout = 65_000;

/** What it listens to and whom it answers. */
export type HttpOptions = Pick<
  ServeOptions,
  'host' | 'token' | 'allowedHosts' | 'cors' | 'maxBody' | 'timeout' | 'logLevel'
>;

/** In what applications differ. */
export interface HttpRules {
  readonly state: ServiceState;
  /** Whether an answer needs no token. */
  isOpen(request: FastifyRequest): boolean;
  /** Whether a request shows in another way than by its header that it knows the token. @default it does not */
  knowsToken?(request: FastifyRequest): boolean;
  /** The content policy of a route's answers. @param url - as it was declared; empty where there is none */
  contentPolicy(url: string): string;
  /** What pages of other sites may ask for, where some are allowed. */
  readonly corsMethods: readonly string[];
  /** Status of errors that are the user's to mend and have none of their own; without one they are told to the log alone. */
  readonly inputStatus?: number;
  /** Whole seconds. */
  retryAfter(): number;
  /** @param seconds - from the first byte of the request to the last of the answer */
  onAnswered?(method: string, route: string, status: number, seconds: number): void;
}

/** Makes an application without routes; it does not listen yet. */
export async function httpApp(options: HttpOptions, rules: HttpRules): Promise<FastifyInstance> {
  const timeout = 1000 * options.timeout;
  const answerError = errorAnswers(rules);
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
  await everyRequest(app, options, rules);
  app.addHook('onClose', async () => {
    rules.state.stopping = true;
  });
  return app;
}

/** What all requests pass, in this order. */
async function everyRequest(
  app: FastifyInstance,
  options: HttpOptions,
  { state, ...rules }: HttpRules,
): Promise<void> {
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
    reply.header('Content-Security-Policy', rules.contentPolicy(request.routeOptions.url ?? ''));
    guard(request.headers, { hosts, origins });
  });
  if (options.cors.length > 0) {
    await app.register(cors, {
      origin: [...options.cors],
      methods: [...rules.corsMethods],
      exposedHeaders: ['X-Request-Id', 'Inference-Header-Content-Length', 'Retry-After'],
    });
  }
  app.addHook('onRequest', async (request, reply) => {
    if (rules.isOpen(request) || allowed(request.headers.authorization)) return;
    if (rules.knowsToken?.(request)) return;
    reply.header('WWW-Authenticate', 'Bearer');
    throw new CladError('UNAUTHORIZED', {});
  });
  app.addHook('onRequest', async (request) => requireKnownFields(request));
  app.addHook('onSend', async (request, reply) => {
    if (state.stopping) reply.header('Connection', 'close');
    // Of who has gone meanwhile nothing will be heard any more, and the clock would keep the process.
    if (reply.raw.destroyed) return;
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
    rules.onAnswered?.(method, route, status, milliseconds / 1000);
    const facts = { method, route, status, milliseconds: Math.round(milliseconds), params: request.params };
    request.log[route.startsWith('/v2/health/') ? 'debug' : 'info'](facts, 'answered');
  };
}

/** Nothing may be loaded: of answers that are no pages. */
export const noContent = "default-src 'none'; frame-ancestors 'none'";
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

/** The one place where errors become answers. */
function errorAnswers({ inputStatus, retryAfter }: HttpRules) {
  return (thrown: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const error = httpError(thrown, inputStatus);
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
