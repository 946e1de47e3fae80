/** @file A request's body or query by its schema, refused with a sentence. */
import type { z } from 'zod';
import { badRequest } from '../server/bad-request.ts';
import { clipped } from '../server/clipped.ts';

/** @throws REQUEST_INVALID */
export function checked<S extends z.ZodType>(schema: S, value: unknown): z.output<S> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const where = issue?.path.join('.');
  const said = (issue?.message ?? 'it is something else').replace(/\.$/, '');
  throw badRequest(clipped(where ? `${where}: ${said}` : said, 300));
}
