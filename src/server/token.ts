/** @file The bearer token: where it comes from, and whether a request has it. */
import { createHash, timingSafeEqual } from 'node:crypto';
import { CladError } from '../core/errors.ts';
import { readBytes } from '../core/files.ts';

/** Characters of a token, at least. */
const leastTokenLength = 16;

/**
 * The token of a file, else of the environment. Never of the command line, which other users of the machine can read.
 * @param file - holds the token alone; space around it is ignored
 * @param environment - value of `CLAD_TOKEN`; empty counts as absent
 * @throws FILE_UNREADABLE, TOKEN_UNUSABLE
 */
export async function findToken(
  file: string | undefined,
  environment: string | undefined,
): Promise<string | undefined> {
  if (file === undefined) return environment ? usable(environment, 'CLAD_TOKEN') : undefined;
  const text = (await readBytes(file)).toString('utf8');
  return usable(text.trim(), file);
}

function usable(token: string, where: string): string {
  if (token.length < leastTokenLength || !/^[\x21-\x7e]+$/.test(token))
    throw new CladError('TOKEN_UNUSABLE', { where, least: leastTokenLength });
  return token;
}

/**
 * Makes the check of the header `Authorization`. Hashes are compared, so that neither the token's length nor its beginning shows in
 * the time it takes.
 */
export function tokenCheck(token: string): (authorization: string | undefined) => boolean {
  const wanted = sha256(token);
  return (authorization) => {
    const [, given] = /^bearer +([^ ]+) *$/i.exec(authorization ?? '') ?? [];
    return given !== undefined && timingSafeEqual(sha256(given), wanted);
  };
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text, 'utf8').digest();
}
