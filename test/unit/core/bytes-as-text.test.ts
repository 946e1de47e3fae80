/** @file Bytes as text, without what Node alone has; and the version, which a page cannot read from package.json. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { fromBase64, toBase64 } from '../../../src/core/base64.ts';
import { fromHex, toHex } from '../../../src/core/sha256.ts';
import { packageVersion } from '../../../src/core/version.ts';
import { version } from '../../../src/jobs/version.ts';

it('writes and reads base64 and hexadecimal as Node does', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
      expect(toBase64(bytes)).toBe(Buffer.from(bytes).toString('base64'));
      expect(fromBase64(toBase64(bytes))).toEqual(bytes);
      expect(toHex(bytes)).toBe(Buffer.from(bytes).toString('hex'));
      expect(fromHex(toHex(bytes))).toEqual(bytes);
    }),
  );
  const long = Uint8Array.from({ length: 200_000 }, (_, at) => (at * 31) % 256);
  expect(toBase64(long)).toBe(Buffer.from(long).toString('base64'));
});

it('pages have the version of package.json', () => {
  expect(packageVersion).toBe(version);
});
