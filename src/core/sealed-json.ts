/**
 * @file JSON files that say whether they are whole: the first value of the object, `crc32`, is the checksum of all text after it.
 */
import { checksumOf } from './crc32.ts';

const heads = { compact: /^\{"crc32":"([0-9a-f]{8})",/, indented: /^\{\n {2}"crc32": "([0-9a-f]{8})",/ };

/**
 * The text of a file.
 * @param content - of at least one value
 * @param indent - for files that people read
 */
export function sealedJson(content: object, indent = true): string {
  const rest = indent
    ? `${JSON.stringify(content, undefined, 2).slice(1)}\n`
    : JSON.stringify(content).slice(1);
  const seal = checksumOf(new TextEncoder().encode(rest));
  return indent ? `{\n  "crc32": "${seal}",${rest}` : `{"crc32":"${seal}",${rest}`;
}

/** What `sealedJson` was given; undefined where the text is not whole, or was never sealed. */
export function openSealed(text: string): unknown {
  const head = heads.compact.exec(text) ?? heads.indented.exec(text);
  if (!head) return undefined;
  const rest = text.slice(head[0].length);
  if (checksumOf(new TextEncoder().encode(rest)) !== head[1]) return undefined;
  return JSON.parse(`{${rest}`);
}
