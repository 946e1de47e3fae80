/** @file Addresses as a page gives them: a text, which begins at the page where it is relative, or a URL. */
import type { Kind } from '../core/arguments.ts';

export const address: Kind = {
  expected: 'an address, as a text or a URL',
  holds: (value) => (typeof value === 'string' && value !== '') || value instanceof URL,
};

/** The same for a worker, which lies elsewhere than the page. */
export function absoluteAddress(given: string | URL | undefined): string | undefined {
  if (given === undefined) return undefined;
  const base = globalThis.location?.href;
  return URL.canParse(String(given), base) ? new URL(given, base).href : String(given);
}
