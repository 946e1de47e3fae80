/**
 * @file What a service on one's own machine must refuse because browsers run there too. A page of anywhere can make the browser send
 * requests to 127.0.0.1; and by changing what its own name resolves to (DNS rebinding) it could read the answers as well. The first shows in
 * the header Origin or Sec-Fetch-Site, the second in Host.
 */
import { isIP } from 'node:net';
import { hostname } from 'node:os';
import { CladError } from '../core/errors.ts';
import { clipped } from './clipped.ts';
import type { ServeOptions } from './serve-options.ts';

/** Headers that are looked at. */
export interface GuardedHeaders {
  readonly host?: string | undefined;
  readonly origin?: string | undefined;
  readonly 'sec-fetch-site'?: string | undefined;
}

export interface GuardOptions {
  /** Of the names in Host; undefined for any. */
  readonly hosts: HostCheck | undefined;
  /** Origins whose pages may use the service. */
  readonly origins: ReadonlySet<string>;
}

const ownNames = ['localhost', '127.0.0.1', '[::1]'];

/** Whether only this machine can reach a service that listens there. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

/** Whether requests to a host name, in lower case and without a port, are answered; undefined where all are. */
export type HostCheck = (name: string) => boolean;

/**
 * Which host names to answer to.
 * - On this machine its own, and those that are added.
 * - Elsewhere with a token any, unless some are named: the token already keeps out pages that do not know it.
 * - Elsewhere without a token the machine's own name, those that are added, and addresses. Changing what a name resolves to needs a name:
 *   where `Host` has an address, the page came from that address, or is another site's, which Origin tells.
 */
export function allowedHosts({
  host,
  allowedHosts: added,
  token,
}: Pick<ServeOptions, 'host' | 'allowedHosts' | 'token'>): HostCheck | undefined {
  const names = new Set([...ownNames, bracketed(host), ...added.map((name) => name.toLowerCase())]);
  if (isLoopback(host)) return (name) => names.has(name);
  if (token !== undefined) return added.length > 0 ? (name) => names.has(name) : undefined;
  const machine = hostname().toLowerCase();
  for (const name of [machine, `${machine}.local`]) names.add(name);
  return (name) => names.has(name) || isIP(name.replace(/^\[(.*)\]$/, '$1')) !== 0;
}

function bracketed(host: string): string {
  return isIP(host) === 6 ? `[${host}]` : host;
}

/** @throws HOST_REFUSED, ORIGIN_REFUSED */
export function guard(headers: GuardedHeaders, { hosts, origins }: GuardOptions): void {
  const host = (headers.host ?? '').toLowerCase();
  const name = host.replace(/:\d*$/, '');
  if (hosts && !hosts(name)) throw new CladError('HOST_REFUSED', { host: clipped(headers.host || '(none)') });
  const { origin } = headers;
  if (origin !== undefined) {
    if (origins.has(origin) || origin === `http://${host}` || origin === `https://${host}`) return;
    throw new CladError('ORIGIN_REFUSED', { origin: clipped(origin) });
  }
  const site = headers['sec-fetch-site'];
  if (site === 'cross-site' || site === 'same-site')
    throw new CladError('ORIGIN_REFUSED', { origin: 'another site' });
}
