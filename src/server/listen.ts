/** @file How an application begins to listen, and how it ends. */
import { type AddressInfo, isIP } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { CladError, reasonOf } from '../core/errors.ts';
import type { ServeOptions } from './serve-options.ts';
import type { ServiceState } from './service.ts';
import { isLoopback } from './site-guard.ts';

/** Milliseconds between two looks whether the last request has been answered. */
const closingLook = 20;

/** @throws TOKEN_NEEDED where other machines could reach it without one */
export function requireToken({
  host,
  token,
  insecure,
}: Pick<ServeOptions, 'host' | 'token' | 'insecure'>): void {
  if (!isLoopback(host) && token === undefined && !insecure) throw new CladError('TOKEN_NEEDED', { host });
}

/**
 * Begins to listen.
 * @returns the address, e.g. `http://127.0.0.1:8080`
 * @throws ADDRESS_UNUSABLE
 */
export async function listen(
  app: FastifyInstance,
  { host, port }: Pick<ServeOptions, 'host' | 'port'>,
): Promise<string> {
  try {
    await app.listen({ host, port, listenTextResolver: (address) => `listening on ${address}` });
    const bound = app.server.address() as AddressInfo;
    // The framework would name 127.0.0.1 for all addresses of the machine.
    return `http://${isIP(host) === 6 ? `[${host}]` : host}:${bound.port}`;
  } catch (error) {
    const address = `${host}:${port}`;
    throw new CladError(
      'ADDRESS_UNUSABLE',
      { address, reason: reasonOf(error), flags: '--host and --port' },
      { cause: error },
    );
  }
}

/**
 * Stops listening at once; connections end when the last request has been answered, even those that say nothing. A request that does not
 * arrive is waited for as long as it may take, and then no more: the framework's own clock stops when it stops listening.
 * @param timeout - seconds that a request may take to arrive, and to be answered
 */
export async function closeConnections(
  app: FastifyInstance,
  state: ServiceState,
  timeout: number,
): Promise<void> {
  const deadline = performance.now() + 2 * 1000 * timeout;
  const look = setInterval(() => {
    if (state.open === 0 || performance.now() > deadline) app.server.closeAllConnections();
  }, closingLook);
  try {
    await app.close();
  } finally {
    clearInterval(look);
  }
}
