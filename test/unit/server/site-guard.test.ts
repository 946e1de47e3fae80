import { hostname } from 'node:os';
import { describe, expect, it } from 'vitest';
import { allowedHosts, guard, isLoopback } from '../../../src/server/site-guard.ts';

const none = new Set<string>();
const hostsOf = (host: string, added: readonly string[] = [], token?: string) =>
  allowedHosts({ host, allowedHosts: added, token });
const local = { hosts: hostsOf('127.0.0.1'), origins: none };

describe('guard', () => {
  it.each(['localhost', 'localhost:8080', '127.0.0.1:1', '[::1]:80', 'LOCALHOST'])(
    'answers to %s',
    (host) => {
      expect(() => guard({ host }, local)).not.toThrow();
    },
  );

  it.each([
    'evil.example',
    'localhost.evil.example',
    '127.0.0.1.evil.example:80',
    '',
    undefined,
    '192.168.0.7',
  ])('does not answer to %s on its own machine', (host) => {
    expect(() => guard({ host }, local)).toThrow(expect.objectContaining({ code: 'HOST_REFUSED' }));
  });

  it('answers to added names, and on other interfaces to all names unless some were added', () => {
    const named = { hosts: hostsOf('127.0.0.1', ['Camera.Line']), origins: none };
    expect(() => guard({ host: 'camera.line:80' }, named)).not.toThrow();
    const token = 'a-token-for-this-test';
    expect(hostsOf('0.0.0.0', [], token)).toBeUndefined();
    expect(() => guard({ host: 'x' }, { hosts: hostsOf('0.0.0.0', ['y'], token), origins: none })).toThrow();
  });

  it.each(['0.0.0.0', '::', '192.168.0.7'])(
    'answers on %s without a token to addresses and names of the machine, and not to foreign names (DNS rebinding)',
    (host) => {
      const open = { hosts: hostsOf(host, ['camera.line']), origins: none };
      for (const own of [
        'localhost:80',
        '192.168.0.7:80',
        '[fe80::1]:80',
        'camera.line',
        hostname(),
        `${hostname()}.local`,
      ])
        expect(() => guard({ host: own }, open)).not.toThrow();
      for (const foreign of ['evil.example', 'evil.example:80', '192.168.0.7.evil.example', '', undefined])
        expect(() => guard({ host: foreign }, open)).toThrow(
          expect.objectContaining({ code: 'HOST_REFUSED' }),
        );
    },
  );

  it.each([
    { origin: 'http://evil.example' },
    { origin: 'null' },
    { origin: 'http://localhost:3000' },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
  ])('refuses requests of a page elsewhere: %o', (headers) => {
    const thrown = expect.objectContaining({ code: 'ORIGIN_REFUSED' });
    expect(() => guard({ host: 'localhost:80', ...headers }, local)).toThrow(thrown);
  });

  it.each([
    { origin: 'http://localhost:80' },
    { 'sec-fetch-site': 'same-origin' },
    { 'sec-fetch-site': 'none' },
    {},
  ])('accepts requests of its own page or of no page: %o', (headers) => {
    expect(() => guard({ host: 'localhost:80', ...headers }, local)).not.toThrow();
  });

  it('accepts requests of a page of an allowed origin', () => {
    const origins = new Set(['https://line.example']);
    const headers = { host: 'localhost', origin: 'https://line.example', 'sec-fetch-site': 'cross-site' };
    expect(() => guard(headers, { ...local, origins })).not.toThrow();
  });
});

describe('isLoopback', () => {
  it.each(['127.0.0.1', '127.8.9.1', '::1', 'localhost'])('accepts %s', (host) => {
    expect(isLoopback(host)).toBe(true);
  });
  it.each(['0.0.0.0', '::', '192.168.0.1', '127.evil.example', 'example'])('refuses %s', (host) => {
    expect(isLoopback(host)).toBe(false);
  });
});
