import { describe, expect, it } from 'vitest';
import type { Sample } from '../../../src/data/dataset.ts';
import { defaultPatches, largePatches, largePatchesNote } from '../../../src/data/patch-size.ts';
import { sizeOption } from '../../../src/image/size-option.ts';
import { cladPresets as presets } from '../../../src/methods/clad/clad-options.ts';
import { squareGrid, squareOf } from '../../helpers/sizes.ts';

const sample = (className: string, name: string): Sample => ({
  path: `/${className}/${name}`,
  className,
  split: 'train',
  anomalous: false,
  defect: 'good',
});
const samples = [
  sample('bolt', '0'),
  sample('nut', '0'),
  sample('nut', '1'),
  sample('cap', '0'),
  sample('pin', '0'),
];
const sizes = new Map([
  ['/bolt/0', { width: 2000, height: 1600 }],
  ['/nut/0', { width: 640, height: 480 }],
  ['/nut/1', { width: 4000, height: 3000 }],
  ['/cap/0', { width: 1024, height: 1024 }],
]);

describe('largePatches', () => {
  it('names the classes whose photographs are shrunk much, the largest first', () => {
    const large = largePatches(samples, sizes, defaultPatches);
    expect(large).toEqual([
      {
        className: 'nut',
        message:
          'a patch covers up to 100 x 75 pixels of a photograph of 4000 x 3000, and much smaller defects are lost: crop to the part, or train with --tiles auto (--smallest-defect PIXELS says how small they may be)',
      },
      {
        className: 'bolt',
        message: expect.stringMatching(/up to 50 x 40 pixels of a photograph of 2000 x 1600/),
      },
    ]);
    expect(largePatchesNote(large)).toMatch(
      /^nut, bolt: a patch covers up to 100 x 75 pixels .* may be\)\.$/,
    );
    expect(largePatchesNote([])).toBeUndefined();
  });

  it('goes by the input that was asked for, and by the cut', () => {
    expect(largePatches(samples, sizes, { geometry: squareOf(1024), grid: squareGrid(128) })).toEqual([]);
    const [cut] = largePatches(samples, sizes, {
      geometry: { ...squareOf(224), resizeTo: squareOf(256) },
      grid: squareGrid(28),
    });
    expect(cut?.message).toMatch(/125 x 94 pixels/);
  });

  it('says without a training what the default preset does', () => {
    const { inputSize, resizeTo } = presets.fast.features;
    expect({ inputSize, resizeTo }).toEqual({
      inputSize: sizeOption(defaultPatches.geometry),
      resizeTo: null,
    });
  });
});
