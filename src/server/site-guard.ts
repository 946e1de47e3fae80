/**
 * @file What a service on one's own machine must refuse because browsers run there too. A page of anywhere can make the browser send
 * requests to 127.0.0.1; and by changing what its own name resolves to (DNS rebinding) it could read the answers as well. The first shows in
 * the header Origin or Sec-Fetch-Site, the second in Host.
 */
import { isIP } from 'node:net';
import { CladError } from '../core/errors.ts';

/** Headers that are looked at. */
export interface GuardedHeaders {
  readonly host?: string | undefined;
  readonly origin?: string | undefined;
  readonly 'sec-fetch-site'?: string | undefined;
}

export interface GuardOptions {
  /** Host names, in lower case and without a port, that may stand in Host; undefined for any. */
  readonly hosts: ReadonlySet<string> | undefined;
  /** Origins whose pages may use the service. */
  readonly origins: ReadonlySet<string>;
}

const ownNames = ['localhost', '127.0.0.1', '[::1]'];

/** Whether only this machine can reach a service that listens there. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

/**
 * Names to answer to: on this machine its own and those that are added; elsewhere any, unless some are named, since the token
 * already keeps out pages that do not know it.
 */
export function allowedHosts(listenOn: string, added: readonly string[]): ReadonlySet<string> | undefined {
  const lower = added.map((name) => name.toLowerCase());
  if (isLoopback(listenOn)) return new Set([...ownNames, bracketed(listenOn), ...lower]);
  return lower.length > 0 ? new Set([...ownNames, ...lower]) : undefined;
}

function bracketed(host: string): string {
  return isIP(host) === 6 ? `[${host}]` : host;
}

/** @throws HOST_REFUSED, ORIGIN_REFUSED */
export function guard(headers: GuardedHeaders, { hosts, origins }: GuardOptions): void {
  const host = (headers.host ?? '').toLowerCase();
  const name = host.replace(/:\d*$/, '');
  if (hosts && !hosts.has(name)) throw new CladError('HOST_REFUSED', { host: headers.host ?? '(none)' });
  const { origin } = headers;
  if (origin !== undefined) {
    if (origins.has(origin) || origin === `http://${host}` || origin === `https://${host}`) return;
    throw new CladError('ORIGIN_REFUSED', { origin });
  }
  const site = headers['sec-fetch-site'];
  if (site === 'cross-site' || site === 'same-site')
    throw new CladError('ORIGIN_REFUSED', { origin: 'another site' });
}
