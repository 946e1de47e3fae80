import { describe, expect, it } from 'vitest';
import { givenClass } from '../../../src/server/given-classes.ts';

const classes = ['bolt', 'M\u00fctze'];

describe('a class of a request', () => {
  it('is one of the detector, by name or index, or left to the image', () => {
    expect(['bolt', 'Mu\u0308tze', 0, 1, undefined].map((given) => givenClass(classes, given))).toEqual([
      'bolt',
      'M\u00fctze',
      'bolt',
      'M\u00fctze',
      undefined,
    ]);
  });

  it.each(['nut', '', '0', '__proto__', 2, -1, 0.5, 2 ** 60])(
    'is refused where there is none such: %j',
    (given) => {
      expect(() => givenClass(classes, given)).toThrow(
        expect.objectContaining({
          code: 'CLASS_GIVEN_UNKNOWN',
          message: expect.stringContaining('knows bolt, M'),
        }),
      );
    },
  );
});
