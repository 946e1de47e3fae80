/** @file What several routes of the studio have in common: names in addresses, bytes that are sent, pictures that are answered. */
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { CladError } from '../core/errors.ts';
import { checked } from './checked.ts';
import { name } from './fields.ts';

const namedParams = z.object({ name });

/** The `:name` of an address. @throws what `checked` throws */
export const nameIn = (params: unknown): string => checked(namedParams, params).name;

/** @throws MEDIA_TYPE_UNKNOWN */
export function requireBytes(body: unknown): Buffer {
  if (Buffer.isBuffer(body)) return body;
  throw new CladError('MEDIA_TYPE_UNKNOWN', { type: 'none', expected: 'application/octet-stream' });
}

/** What a picture shows changes with its address (a run's and an image's may be made again), so that a page asks once more after a while. */
export function sendPicture(
  reply: FastifyReply,
  content: Buffer | NodeJS.ReadableStream,
  type: string,
): FastifyReply {
  return reply.header('Cache-Control', 'private, max-age=60').type(type).send(content);
}
