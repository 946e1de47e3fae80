/** @file Sizes as they are written: in options, on cards, on the command line. */
import { describe, expect, it } from 'vitest';
import { sizeFromText } from '../../../src/cli/arguments.ts';
import { checkOptions, optionFromText } from '../../../src/core/options.ts';
import { sizeOf, sizeOption, sizeText } from '../../../src/image/size-option.ts';
import { cladOptions, cladPresets } from '../../../src/methods/clad/clad-options.ts';

describe('a size', () => {
  it('is one number for a square, else width x height', () => {
    expect(sizeOf(256)).toEqual({ width: 256, height: 256 });
    expect(sizeOf('320x240')).toEqual({ width: 320, height: 240 });
    expect(sizeOption({ width: 320, height: 240 })).toBe('320x240');
    expect(sizeOption({ width: 64, height: 64 })).toBe(64);
    expect(sizeText({ width: 64, height: 64 })).toBe('64');
    for (const wrong of ['', 'x', '320x', 'x240', '0x9', '320 x 240', '320x240x3', '-3x4', '1e3x4'])
      expect(() => sizeOf(wrong)).toThrow(/to be pixels, e\.g\. 256, or width x height, e\.g\. 320x240/);
  });

  it('on the command line is refused in a sentence where it is none, or too small', () => {
    const read = sizeFromText(32, 2048);
    expect(read('96x64')).toBe('96x64');
    expect(read('96x96')).toBe(96);
    for (const wrong of ['31', '96x31', '2049x64', '96.5', '96,64', ''])
      expect(() => read(wrong)).toThrow(/^Expected pixels, whole numbers from 32 to 2048: .*as 320x240\.$/);
  });
});

describe('features.inputSize', () => {
  const features = (inputSize: unknown, resizeTo: unknown = null) =>
    checkOptions(cladOptions, {
      ...cladPresets.fast,
      features: { ...cladPresets.fast.features, inputSize, resizeTo },
    }).features;

  it('is a number or a text, the same however a square is written', () => {
    expect(features(320).inputSize).toBe(320);
    expect(features('320x240', '400x240')).toMatchObject({ inputSize: '320x240', resizeTo: '400x240' });
    expect(features('320x320', '330x330')).toMatchObject({ inputSize: 320, resizeTo: 330 });
    expect(optionFromText('features.inputSize=320x240', '--set')).toEqual({
      features: { inputSize: '320x240' },
    });
  });

  it.each([
    [16, null, /features\.inputSize to be at least 32, got 16/],
    ['320x16', null, /features\.inputSize to be 32 to 8192 pixels, .*, got "320x16"/],
    [[320, 240], null, /or width x height, e\.g\. 320x240, got \[320,240\]/],
    ['320x240', 280, /features\.resizeTo to be at least features\.inputSize, 320x240, or null, got 280/],
    ['320x240', '400x239', /at least features\.inputSize, 320x240/],
    [320, 0, /features\.resizeTo to be at least 1, got 0/],
  ])('%j with resizeTo %j is refused', (inputSize, resizeTo, message) => {
    expect(() => features(inputSize, resizeTo)).toThrow(message);
  });
});
