import { describe, expect, it } from 'vitest';
import { backboneErrors } from '../../../src/core/catalogue/backbone-errors.ts';
import { fileErrors } from '../../../src/core/catalogue/file-errors.ts';
import { pageErrors } from '../../../src/core/catalogue/page-errors.ts';
import { serviceErrors } from '../../../src/core/catalogue/service-errors.ts';
import { type CatalogueEntry, errorCatalogue } from '../../../src/core/error-catalogue.ts';
import { CladError, type ErrorCode } from '../../../src/core/errors.ts';

const entries: readonly [string, CatalogueEntry][] = Object.entries(errorCatalogue);

describe('CladError', () => {
  it('puts the values into the message of its code', () => {
    const error = new CladError('CLASS_UNKNOWN', { name: 'screw', known: 'bottle, pill' });
    expect(error).toMatchObject({
      code: 'CLASS_UNKNOWN',
      kind: 'input',
      message: 'Unknown class screw; the detector knows bottle, pill. Rename the folder, or train again.',
    });
  });

  it('leaves no two spaces where a value in the middle is empty', () => {
    const values = { option: 'sed', where: 'run.yaml', nearest: '', known: 'seed' };
    expect(new CladError('OPTION_UNKNOWN', values).message).toBe(
      'Unknown option sed in run.yaml. Known options: seed.',
    );
  });

  it('leaves braces in a value alone, and no space where a last value is empty', () => {
    const error = new CladError('FILE_NOT_FOUND', { path: '{hint}', hint: '' });
    expect(error.message).toBe('{hint}: no such file or folder.');
  });

  it('keeps the message of an error that comes from another thread', () => {
    const error = CladError.told({ code: 'IMAGE_INVALID', message: 'a.png: cannot be decoded.' });
    expect(error).toBeInstanceOf(CladError);
    expect(error.words).toEqual({ code: 'IMAGE_INVALID', message: 'a.png: cannot be decoded.' });
    expect(error.kind).toBe('input');
  });

  // tsc refuses this file where one of these lines compiles.
  it('takes the values that its message names, and no others', () => {
    // @ts-expect-error: {known} is missing.
    new CladError('CLASS_UNKNOWN', { name: 'screw' });
    // @ts-expect-error: the message has no {path}.
    new CladError('CLASS_UNKNOWN', { name: 'screw', known: 'pill', path: 'x' });
    // @ts-expect-error: a list has to be made a text first.
    new CladError('CLASS_UNKNOWN', { name: 'screw', known: ['pill'] });
    // @ts-expect-error: this message has no placeholder.
    new CladError('STOPPING', { reason: 'x' });
    // @ts-expect-error: no such code.
    expect(() => new CladError('CLASS_UNKNOWNN', {})).toThrow(TypeError);
    const either = (other: boolean) => (other ? 'IN_USE' : 'RUN_EXISTS');
    // @ts-expect-error: the message of IN_USE needs {who}.
    new CladError(either(false), { path: 'x' });
    new CladError(either(true), { path: 'x', who: 'y' });
    new CladError('STOPPING', {});
    const caught: unknown = new CladError('STOPPING', {});
    // @ts-expect-error: an error that was caught may have any code, but none that there is not.
    expect(caught instanceof CladError && caught.code === 'STOPING').toBe(false);
    const code: ErrorCode | undefined = caught instanceof CladError ? caught.code : undefined;
    expect(code).toBe('STOPPING');
  });
});

describe('the catalogue', () => {
  it('has no code in two of its themes', () => {
    const codes = [fileErrors, backboneErrors, serviceErrors, pageErrors].flatMap((theme) =>
      Object.keys(theme),
    );
    expect(new Set(codes).size).toBe(codes.length);
    expect(Object.keys(errorCatalogue)).toEqual(expect.arrayContaining(codes));
  });

  it.each(entries)('%s reads well', (_, { message }) => {
    // A list or a file's text after a line end is no sentence.
    for (const sentence of message.split(/\n|(?<=[.?:])\s+(?=[A-Z`{])/)) {
      expect(sentence.split(/\s+/).length, sentence).toBeLessThanOrEqual(30);
    }
    expect(message).toMatch(/[.}]$/);
    expect(message).not.toMatch(/ {2}|\.\.$/);
  });

  it("gives the HTTP status of an error, and 500 where the fault is clad's", () => {
    for (const [code, { kind, status = 500 }] of entries) {
      expect(status, code).toBeGreaterThanOrEqual(kind === 'internal' ? 500 : 400);
      expect(status, code).toBeLessThan(600);
    }
  });
});
