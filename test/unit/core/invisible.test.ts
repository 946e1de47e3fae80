/** @file Characters that cannot be seen: which are, and which are not. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hasInvisible, withVisible } from '../../../src/core/invisible.ts';

describe('characters that cannot be seen', () => {
  it.each([
    ...['a\u0000b', 'a\tb', 'a\u001b[31mb', 'a\u007f', 'a\u0085b', 'a\u2028b', 'a\u2029b'],
    ...['a\u202egnp.exe', 'a\u2066b', 'a\u200eb', 'a\u061cb', 'a\u200bb', 'a\u2060b', 'a\ufeffb', 'a\u00adb'],
    ...['a\u3164b', 'a\u{e0041}b', 'a\ud800b', 'a\ufff9b'],
  ])('%j has one', (text) => {
    expect(hasInvisible(text)).toBe(true);
    expect(hasInvisible(withVisible(text))).toBe(false);
    expect(withVisible(text)).toContain('?');
  });

  it.each([
    ...[
      'screw M4',
      'Schraube ü',
      '螺丝',
      'nut (left)',
      'می\u200cخواهم',
      'क्\u200dष',
      '❤\ufe0f',
      '👩\u200d🔧',
      '🔩',
    ],
    ...['a\u00a0b', 'e\u0301', '葛\u{e0100}'],
  ])('%j has none', (text) => {
    expect(hasInvisible(text)).toBe(false);
    expect(withVisible(text)).toBe(text);
  });

  it('of any text, what is shown has none, and has as many characters', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const shown = withVisible(text);
        expect(hasInvisible(shown)).toBe(false);
        expect([...shown]).toHaveLength([...text].length);
        expect(hasInvisible(text)).toBe(shown !== text);
      }),
    );
  });
});
