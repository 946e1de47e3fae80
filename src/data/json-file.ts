/** @file JSON files that came with somebody's data: read, and checked against what they should hold. */
import type { z } from 'zod';
import { type CladError, reasonOf } from '../core/errors.ts';
import { readRegular } from '../core/files.ts';

/**
 * What a file says.
 * @param refuse - the error for what is wrong with it: a reason without a full stop, and the place in the file before it, where there is one
 * @throws FILE_UNREADABLE; what `refuse` gives
 */
export async function readJsonFile<T>(
  path: string,
  schema: z.ZodType<T>,
  refuse: (reason: string) => CladError,
): Promise<T> {
  // Some editors begin a file with a mark of its encoding.
  const text = (await readRegular(path)).toString('utf8').replace(/^\ufeff/, '');
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (error) {
    throw refuse(`it is no JSON (${withoutStop(reasonOf(error))})`);
  }
  const parsed = schema.safeParse(content);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const place = issue?.path.length ? `${issue.path.join('.')}: ` : '';
  throw refuse(place + withoutStop(issue?.message ?? 'it holds something else'));
}

function withoutStop(sentence: string): string {
  return sentence.replace(/\.$/, '');
}
