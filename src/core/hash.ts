/** @file Keys for what was made from something. */
import { sha256 } from './sha256.ts';

/** A key for what was made from these texts. */
export function hashOf(parts: readonly string[]): Promise<string> {
  return sha256(parts.join('\u0000'));
}
