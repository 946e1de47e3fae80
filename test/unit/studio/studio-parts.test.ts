/** @file Smaller parts of the studio: requests, the session, sizes of images, where dropped files belong. */
import { describe, expect, it } from 'vitest';
import { demoProduct } from '../../../src/demo/products.ts';
import { jobSchema } from '../../../src/studio/api.ts';
import { checked } from '../../../src/studio/checked.ts';
import { commandOf, runCommands } from '../../../src/studio/commands.ts';
import { oddSizes } from '../../../src/studio/run-job.ts';
import { hasSession, sessionCookie } from '../../../src/studio/session.ts';
import { demo } from '../../../studio/src/data/demo.ts';

describe('requests', () => {
  const train = { kind: 'train', dataset: 'x', run: 'r', method: 'm', preset: 'p' };
  it.each([
    [{}, /./],
    [{ kind: 'demo' }, /dataset/],
    [{ kind: 'demo', dataset: 'x', more: 1 }, /more/],
    [{ kind: 'threshold', run: 'r', base: null, thresholds: {} }, /one product at least/],
    [
      { kind: 'update', run: 'r', dataset: 'd', of: 'k', falseAlarms: [], missed: [] },
      /marked image at least/,
    ],
    [{ kind: 'threshold', run: 'r', base: null, thresholds: { washer: 'high' } }, /thresholds\.washer/],
    [{ ...train, device: 'tpu' }, /device/],
    [{ ...train, tiles: { how: '3 by 4' } }, /tiles\.how.*rows x columns/],
    [{ ...train, tiles: { smallestDefect: 40 } }, /tiles\.how/],
    [{ ...train, tiles: { how: 'auto', smallestDefect: 0 } }, /smallestDefect/],
    [{ ...train, backbonePrecision: 'int4' }, /backbonePrecision/],
  ])('%j is refused with a sentence', (request, reason) => {
    expect(() => checked(jobSchema, request)).toThrow(reason);
  });
});

describe('the session', () => {
  const token = 'a-token-for-this-test';
  const cookie = sessionCookie(token).split(';')[0];
  it('is known by its cookie, among others, and by no other', () => {
    expect(sessionCookie(token)).toMatch(/HttpOnly; SameSite=Strict$/);
    expect(hasSession(`a=b; ${cookie}`, token)).toBe(true);
    expect(hasSession(cookie, 'another-token-of-this')).toBe(false);
    expect(hasSession(`${cookie}x`, token)).toBe(false);
    expect(hasSession(undefined, token)).toBe(false);
    expect(cookie).not.toContain(token);
  });
});

it('the command of what thresholds cost counts on the same images as the page', () => {
  expect(runCommands('r', 'my parts').tradeoff).toBe("clad tradeoff runs/r 'data/my parts'");
  expect(runCommands('r', null).tradeoff).toBe('clad tradeoff runs/r');
});

it('marks are learnt from by a command for each kind, the one after the other', () => {
  const job = {
    kind: 'update' as const,
    ...{ run: 'r', dataset: 'my parts', of: 'k', force: true },
    ...{ falseAlarms: ['bolt/test/good/1.png'], missed: ['bolt/test/crack/2.png'] },
  };
  expect(commandOf(job, [], [], false)).toBe(
    "clad update runs/r --false-alarm 'data/my parts/bolt/test/good/1.png' --force && clad update runs/r --missed 'data/my parts/bolt/test/crack/2.png' --force",
  );
});

describe('oddSizes', () => {
  const of = (className: string, name: string, size: string) => ({
    sample: { path: `/d/${className}/${name}`, className },
    size,
  });
  it('names images whose size is not that of most of their product', () => {
    const sizes = [
      of('a', '1', '64 x 64'),
      of('a', '2', '64 x 64'),
      of('a', '3', '32 x 64'),
      of('b', '1', '9 x 9'),
      of('b', '2', '8 x 8'),
    ];
    expect(oddSizes(sizes, '/d')).toEqual({ 'a/3': '32 x 64 pixels; most of a have 64 x 64' });
  });
});

it('the demo of the empty page asks for products that can be drawn', () => {
  for (const name of demo.classes) expect(demoProduct(name).name).toBe(name);
  expect(jobSchema.safeParse(demo).success).toBe(true);
});
