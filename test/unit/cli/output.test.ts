import { execFileSync } from 'node:child_process';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  printError,
  printJson,
  printJsonLine,
  printNote,
  printText,
  shellWord,
} from '../../../src/cli/output.ts';
import { CladError } from '../../../src/core/errors.ts';

let out = '';
let err = '';
beforeEach(() => {
  out = '';
  err = '';
  vi.stubEnv('CLAD_DEBUG', undefined);
  vi.spyOn(process.stdout, 'write').mockImplementation((chunk) => {
    out += String(chunk);
    return true;
  });
  vi.spyOn(process.stderr, 'write').mockImplementation((chunk) => {
    err += String(chunk);
    return true;
  });
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

const missing = () => new CladError('FILE_NOT_FOUND', { path: 'photos', hint: 'Give the folder.' });

describe('results', () => {
  it('go to stdout, as one document, one line or text', () => {
    printJson({ a: [1, Number.NaN] });
    expect(JSON.parse(out)).toEqual({ a: [1, null] });
    out = '';
    printJsonLine({ a: 'x\ny' });
    printText('text');
    expect(out).toBe('{"a":"x\\ny"}\ntext\n');
    expect(err).toBe('');
  });

  it('never share a stream with notes', () => {
    printNote('working');
    expect([out, err]).toEqual(['', 'working\n']);
  });
});

describe('shellWord', () => {
  it('leaves a plain path alone, and quotes what a shell would take apart', () => {
    expect(shellWord('runs/parts-2.onnx')).toBe('runs/parts-2.onnx');
    for (const path of ['my run', "o'clock", '$HOME', 'a;b', '']) {
      const said = execFileSync('sh', ['-c', `printf %s ${shellWord(path)}`], { encoding: 'utf8' });
      expect(said).toBe(path);
    }
  });
});

describe('printError', () => {
  it('prints a mistake of the user in one sentence, with status 2', () => {
    expect(printError(missing(), false)).toBe(2);
    expect(err).toBe('clad: photos: no such file or folder. Give the folder.\n');
    expect(out).toBe('');
  });

  it('adds the code for machines', () => {
    printError(missing(), true);
    // One line, since some verbs print one document a line.
    expect(out).toMatch(/^.*\n$/);
    expect(JSON.parse(out)).toEqual({
      error: { code: 'FILE_NOT_FOUND', message: 'photos: no such file or folder. Give the folder.' },
    });
  });

  it.each([
    [new TypeError('x is not a function')],
    ['x is not a function'],
    [new Error('x is not a function.')],
  ])('calls any other error a defect of clad, with status 1', (thrown) => {
    expect(printError(thrown, false)).toBe(1);
    expect(err).toMatch(/^clad: x is not a function\. This is a defect of clad: please report it.*\n$/);
  });

  it('prints the stack and the cause only with CLAD_DEBUG=1', () => {
    const thrown = new CladError(
      'FILE_UNREADABLE',
      { path: 'a', reason: 'b' },
      { cause: new RangeError('why') },
    );
    printError(thrown, false);
    expect(err).not.toContain('output.test');
    vi.stubEnv('CLAD_DEBUG', '1');
    printError(thrown, false);
    expect(err).toContain('output.test');
    expect(err).toContain('caused by: RangeError: why');
  });
});
