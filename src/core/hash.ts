/** @file Keys for what was made from something. */
import { createHash } from 'node:crypto';

/** A key for what was made from these texts. */
export function hashOf(parts: readonly string[]): string {
  return createHash('sha256').update(parts.join('\u0000')).digest('hex');
}
