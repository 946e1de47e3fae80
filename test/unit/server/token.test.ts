import { describe, expect, it } from 'vitest';
import { findToken, tokenCheck } from '../../../src/server/token.ts';
import { withFiles } from '../../helpers/images.ts';

const token = 'correct-horse-battery';

describe('tokenCheck', () => {
  const allowed = tokenCheck(token);

  it.each([`Bearer ${token}`, `bearer ${token}`, `Bearer  ${token} `])('accepts %j', (header) => {
    expect(allowed(header)).toBe(true);
  });

  it.each([
    undefined,
    '',
    'Bearer',
    'Bearer ',
    token,
    `Basic ${token}`,
    `Bearer ${token}x`,
    `Bearer ${token.slice(0, -1)}`,
    `Bearer ${token.toUpperCase()}`,
    `Bearer x ${token}`,
  ])('refuses %j', (header) => {
    expect(allowed(header)).toBe(false);
  });
});

describe('findToken', () => {
  it('prefers the file, and reads the environment without one', async () => {
    await withFiles({ token: `${token}\n` }, async (root) => {
      expect(await findToken(`${root}/token`, 'another-token-of-the-environment')).toBe(token);
    });
    expect(await findToken(undefined, token)).toBe(token);
    expect(await findToken(undefined, undefined)).toBeUndefined();
    expect(await findToken(undefined, '')).toBeUndefined();
  });

  it.each(['', 'short', 'with a space in the middle', 'ünïcödé-is-not-for-headers'])(
    'refuses the token %j',
    async (text) => {
      await withFiles({ token: text }, async (root) => {
        await expect(findToken(`${root}/token`, undefined)).rejects.toMatchObject({ code: 'TOKEN_UNUSABLE' });
      });
    },
  );

  it('reports a missing file', async () => {
    await expect(findToken('/no/such/token', token)).rejects.toMatchObject({ code: 'FILE_UNREADABLE' });
  });
});
