import { describe, expect, it } from 'vitest';
import { type Named, Registry } from '../../../src/server/registry.ts';

const detector = (name: string, version: string, current?: Named['current']): Named => ({
  source: { name, version, path: '/x' },
  current,
});

describe('Registry', () => {
  const registry = new Registry(['9', '10', '2'].map((version) => detector('parts', version)));

  it('takes the newest version where none is given, and compares numbers as numbers', () => {
    expect(registry.get('parts').source.version).toBe('10');
    expect(registry.get('parts', '2').source.version).toBe('2');
    expect(registry.versions('parts').map(({ source }) => source.version)).toEqual(['10', '9', '2']);
  });

  it.each([
    ['labels', undefined],
    ['parts', '3'],
    ['__proto__', undefined],
  ])('refuses %s, version %s', (name, version) => {
    expect(() => registry.get(name, version)).toThrow(expect.objectContaining({ code: 'DETECTOR_UNKNOWN' }));
  });

  it('is ready when all detectors are', () => {
    expect(registry.ready).toBe(false);
    expect(new Registry([detector('a', '1', {} as Named['current'])]).ready).toBe(true);
  });
});
