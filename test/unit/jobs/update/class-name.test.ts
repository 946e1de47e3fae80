import { expect, it } from 'vitest';
import { joinedClass } from '../../../../src/jobs/update/class-name.ts';

const classes = ['bottle', 'screw', 'cap'];
const asked = (given: string | undefined, newClass: boolean, images = ['/photos/cork/good']) =>
  joinedClass(
    { class: given, newClass, images },
    classes,
    images.map(() => true),
  );

it.each([
  [undefined, false, undefined],
  ['screw', false, { name: 'screw', isNew: false }],
  ['cork', false, { name: 'cork', isNew: true }],
  ['bottles', true, { name: 'bottles', isNew: true }],
  // The folder's name, without that of the split.
  [undefined, true, { name: 'cork', isNew: true }],
  // One form of an accent.
  ['Bu\u0308gel', false, { name: 'B\u00fcgel', isNew: true }],
])('the class of --class %s and --new-class %s', (given, newClass, expected) => {
  expect(asked(given, newClass)).toEqual(expected);
});

it.each([
  ['botle', false, /Class botle: the detector has no such class, but bottle/],
  ['Screw', false, /but screw/],
  ['cap', true, /the detector has it already/],
  ['a/b', false, /no name of a class/],
  ['', true, /no name of a class/],
  ['good', true, /no name of a class/],
])('is refused for --class %j and --new-class %s', (given, newClass, words) => {
  expect(() => asked(given, newClass)).toThrow(words);
});

it('is not guessed from several folders', () => {
  expect(() => asked(undefined, true, ['/a/cork', '/a/lid'])).toThrow(/several names \(cork, lid\)/);
  expect(joinedClass({ newClass: true, images: ['/a/cork/1.png'] }, classes, [false])?.name).toBe('cork');
});

it('is near another only where both are of some length', () => {
  expect(asked('cup', false)).toEqual({ name: 'cup', isNew: true });
});
