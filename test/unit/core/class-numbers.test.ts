/** @file Numbers for all classes or for one, as flags have them. */
import { expect, it } from 'vitest';
import { type ClassNumbers, numbersByClass, withClassNumber } from '../../../src/core/class-numbers.ts';

const read = (...texts: readonly string[]) =>
  texts.reduce<ClassNumbers | undefined>((before, text) => before && withClassNumber(text, before), {});

it.each([
  [['4.2'], { all: 4.2 }],
  [['-1e-3', 'screw=5'], { all: -0.001, classes: { screw: 5 } }],
  // A name is anything before the last equals sign.
  [
    ['a=b=5', '__proto__=2'],
    {
      classes: Object.fromEntries([
        ['a=b', 5],
        ['__proto__', 2],
      ]),
    },
  ],
])('%j is %j', (texts, numbers) => {
  expect(read(...texts)).toEqual(numbers);
});

it.each([['x'], ['screw='], ['screw=x'], ['=5'], ['Infinity'], ['']])('%j says none', (text) => {
  expect(read(text)).toBeUndefined();
});

it('names a class once, and all of them once', () => {
  expect(read('screw=5', 'screw=6')).toBeUndefined();
  expect(read('5', '6')).toBeUndefined();
});

it('gives each known class its own number, else that of all', () => {
  const known = ['nut', 'screw', 'Stück'];
  const decomposed = 'Stück'.normalize('NFD');
  expect([...numbersByClass(read('1', 'screw=5', `${decomposed}=7`), known, '--threshold')]).toEqual([
    ['nut', 1],
    ['screw', 5],
    ['Stück', 7],
  ]);
  expect(numbersByClass(undefined, known, '--threshold').size).toBe(0);
  expect(() => numbersByClass(read('bolt=5'), known, '--threshold')).toThrow(
    /--threshold to be for a class that the detector knows \(nut, screw, Stück\), got bolt/,
  );
});
