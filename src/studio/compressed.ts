/**
 * @file JSON goes out compressed to whoever takes that. Pages, scripts and styles are compressed by the build; pictures and detector files are so already or are sent as they are; the stream of
 * events passes by here, as it must not be held back. A plugin for all of it would bring eight packages, and compress pages anew each time.
 */
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { FastifyReply, FastifyRequest } from 'fastify';

/** Characters below which it is not worth it. */
const least = 1024;
const gzipped = promisify(gzip);

/** A hook before an answer is sent. */
export async function compressed(
  { headers }: FastifyRequest,
  reply: FastifyReply,
  payload: unknown,
): Promise<unknown> {
  if (typeof payload !== 'string' || payload.length < least || reply.hasHeader('Content-Encoding'))
    return payload;
  reply.header('Vary', 'Accept-Encoding');
  if (!takesGzip(headers['accept-encoding'])) return payload;
  reply.header('Content-Encoding', 'gzip').removeHeader('Content-Length');
  return gzipped(payload);
}

/** @param accepted - the header, as `gzip, deflate;q=0.5` */
export function takesGzip(accepted: string | string[] | undefined): boolean {
  const offers = String(accepted ?? '')
    .toLowerCase()
    .split(',')
    .map((offer) => offer.split(';').map((part) => part.trim()));
  const [, quality] = offers.find(([name]) => name === 'gzip') ??
    offers.find(([name]) => name === '*') ?? ['', 'q=0'];
  return !(quality !== undefined && /^q=0(\.0*)?$/.test(quality));
}
