/** @file Where tests find their numbers, and what they skip, visibly, when it is not on this machine. */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** A parsed JSON file of test/fixtures. */
export function fixture<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(`../fixtures/${name}`, import.meta.url), 'utf8')) as T;
}

/** Development data beside the checkout (real photographs, textures, weights); absent on most machines. */
export const shared = fileURLToPath(new URL('../../../shared/', import.meta.url));
export const hasShared = existsSync(shared);

/** The built command line, for integration tests. */
export const cladCommand = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
