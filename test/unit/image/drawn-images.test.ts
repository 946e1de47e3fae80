import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { resizeLinear as resizeInGraph } from '../../../src/graph/index.ts';
import { colourOf } from '../../../src/image/colour.ts';
import { heatOverlay, sideBySide } from '../../../src/image/overlay.ts';
import { centreCrop, resizeNearest, resizePixels } from '../../../src/image/resize.ts';
import { noise } from '../../helpers/images.ts';
import { runGraph } from '../../helpers/run-graph.ts';

describe('resizeNearest', () => {
  it('takes the pixel the centre falls into', () => {
    const mask = { width: 5, height: 1, data: Uint8Array.of(0, 1, 2, 3, 4) };
    expect(Array.from(resizeNearest(mask, 2, 1).data)).toEqual([1, 3]);
    expect(Array.from(resizeNearest(mask, 3, 1).data)).toEqual([0, 2, 4]);
    expect(Array.from(resizeNearest(mask, 10, 1).data)).toEqual([0, 0, 1, 1, 2, 2, 3, 3, 4, 4]);
  });
});

describe('resizePixels', () => {
  it.each([
    [8, 8],
    [23, 17],
    [5, 40],
    [3, 3],
  ])('agrees with ONNX Resize (antialias) at %i x %i', async (width, height) => {
    const image = noise(19, 14);
    const { y } = await runGraph({ x: { data: image.data, shape: [1, 14, 19, 3] } }, (_, { x }) => ({
      y: resizeInGraph(x!, [1, 2], [height, width], { antialias: true }),
    }));
    const ours = resizePixels(image, width, height).data;
    const worst = Math.max(
      ...Array.from(ours, (value, index) => Math.abs(value - (y!.data[index] as number))),
    );
    expect(worst).toBeLessThan(0.501);
  });

  it('keeps a constant image constant', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 40 }),
        fc.nat(255),
        (w, h, value) => {
          const image = { width: 9, height: 11, data: new Uint8Array(297).fill(value) };
          return resizePixels(image, w, h).data.every((pixel) => pixel === value);
        },
      ),
    );
  });

  it('leaves an image of the same size as it is', () => {
    const image = noise(9, 5);
    expect(resizePixels(image, 9, 5)).toEqual(image);
  });
});

describe('centreCrop', () => {
  it('takes the middle; an odd remainder leaves one pixel more at the end', () => {
    const row = { width: 7, height: 1, data: Uint8Array.of(0, 1, 2, 3, 4, 5, 6) };
    expect(Array.from(centreCrop(row, 3, 1).data)).toEqual([2, 3, 4]);
    expect(Array.from(centreCrop(row, 4, 1).data)).toEqual([1, 2, 3, 4]);
    expect(Array.from(centreCrop(row, 6, 1).data)).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it('refuses a crop larger than the image', () => {
    expect(() => centreCrop(noise(4, 4), 5, 4)).toThrow(/at most 4 x 4/);
  });
});

describe('colourOf', () => {
  const luma = (value: number) => {
    const [red, green, blue] = colourOf(value).map((c) => (c / 255) ** 2.2) as [number, number, number];
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };

  it('grows lighter all the way along the scale', () => {
    for (let step = 1; step <= 255; step++)
      expect(luma(step / 255)).toBeGreaterThan(luma((step - 1) / 255) - 0.004);
    expect(luma(0)).toBeLessThan(0.05);
    expect(luma(1)).toBeGreaterThan(0.7);
  });

  it('has no jumps, and clamps values outside', () => {
    for (let step = 1; step <= 255; step++) {
      const before = colourOf((step - 1) / 255);
      expect(
        Math.max(...colourOf(step / 255).map((c, i) => Math.abs(c - (before[i] as number)))),
      ).toBeLessThan(12);
    }
    expect(colourOf(-1)).toEqual(colourOf(0));
    expect(colourOf(2)).toEqual(colourOf(1));
    expect(colourOf(Number.NaN)).toEqual(colourOf(0));
  });
});

describe('heatOverlay', () => {
  const image = noise(40, 30);
  const range = { low: 1, middle: 2, top: 7 };

  it('leaves the image alone at or below low', () => {
    expect(heatOverlay(image, new Float32Array(12).fill(1), { width: 4, height: 3 }, range)).toEqual(image);
  });

  it('has the same colour at the top and above, stronger than below', () => {
    const at = (value: number) =>
      heatOverlay(image, new Float32Array(12).fill(value), { width: 4, height: 3 }, range).data;
    expect(at(9)).toEqual(at(7));
    const change = (value: number) => at(value).reduce((sum, v, i) => sum + Math.abs(v - image.data[i]!), 0);
    expect(change(7)).toBeGreaterThan(change(4));
    expect(change(4)).toBeGreaterThan(change(2));
    expect(change(2)).toBeGreaterThan(change(1.5));
  });

  it('warms where the map is high, and outlines the regions', () => {
    const map = Float32Array.from({ length: 12 }, (_, index) => (index % 4 < 2 ? 0 : 3));
    const { data } = heatOverlay(
      image,
      map,
      { width: 4, height: 3 },
      range,
      map.map((value) => value - 1.5),
    );
    expect(Array.from(data.subarray(0, 30))).toEqual(Array.from(image.data.subarray(0, 30)));
    const outlined = Array.from({ length: 40 }, (_, column) => column).filter(
      (column) => data.subarray(column * 3, column * 3 + 3).join() === '0,255,255',
    );
    expect(outlined).toEqual([20]);
  });

  it('outlines what is above zero, not what is at it, as the verdict does', () => {
    const map = new Float32Array(12).fill(3);
    const flat = (value: number) =>
      heatOverlay(
        image,
        map,
        { width: 4, height: 3 },
        range,
        map.map((_, index) => (index % 4 < 2 ? -3 : value)),
      ).data;
    const outlined = (data: Uint8Array) => {
      for (let at = 0; at < data.length; at += 3)
        if (data.subarray(at, at + 3).join() === '0,255,255') return true;
      return false;
    };
    expect(outlined(flat(0))).toBe(false);
    expect(outlined(flat(0.1))).toBe(true);
  });

  it('refuses a map of another size, and a scale that does not rise', () => {
    expect(() => heatOverlay(image, new Float32Array(11), { width: 4, height: 3 }, range)).toThrow(
      /4 x 3 values/,
    );
    const flat = { low: 1, middle: 1, top: 7 };
    expect(() => heatOverlay(image, new Float32Array(12), { width: 4, height: 3 }, flat)).toThrow(
      /low below middle/,
    );
  });
});

describe('sideBySide', () => {
  it('puts images in a row on white', () => {
    const black = { width: 2, height: 1, data: new Uint8Array(6) };
    const both = sideBySide([black, { width: 1, height: 2, data: new Uint8Array(6) }], 1);
    expect([both.width, both.height]).toEqual([4, 2]);
    const red = Array.from({ length: 8 }, (_, index) => both.data[index * 3]);
    expect(red).toEqual([0, 0, 255, 0, 255, 255, 255, 0]);
  });
});
