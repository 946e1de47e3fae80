/** @file Legends of heat maps: the same scale as the maps, in words for pages and as a strip below images. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { withLegend } from '../../../../src/detector/heat/heat-image.ts';
import { heatLegend, legendGradient } from '../../../../src/detector/heat/heat-legend.ts';
import type { DetectorMetadata } from '../../../../src/detector/metadata.ts';
import { heatOf, mapValueAt, paintOf } from '../../../../src/image/heat-scale.ts';
import { legendStrip } from '../../../../src/image/legend.ts';

const metadata = { display: { nut: { low: 2, high: 6, top: 20 }, old: { low: 2, high: 6 } } };

describe('the scale of heat maps', () => {
  it('gives for each share of heat a map value, and back', () => {
    const number = fc.double({ min: 0.01, max: 1000, noNaN: true });
    fc.assert(
      fc.property(
        number,
        number,
        number,
        fc.double({ min: 0, max: 1, noNaN: true }),
        (low, half, rest, heat) => {
          const scale = { low, middle: low + half, top: low + half + rest };
          expect(heatOf(mapValueAt(heat, scale), scale)).toBeCloseTo(heat, 5);
          expect(heatOf(low, scale)).toBe(0);
          expect(heatOf(scale.middle, scale)).toBeCloseTo(0.5, 9);
          expect(heatOf(scale.top, scale)).toBe(1);
          expect([Number.NaN, -Infinity, Infinity].map((value) => heatOf(value, scale))).toEqual([0, 0, 1]);
        },
      ),
    );
  });
});

describe('a legend', () => {
  it('has the colours of the maps at the values that have them', () => {
    const legend = heatLegend(metadata, 'nut')!;
    expect(legend.scale).toEqual({ low: 2, middle: 4, top: 20 });
    for (const { heat, value, colour } of legend.stops) {
      expect(heatOf(value, legend.scale)).toBeCloseTo(heat, 9);
      expect(colour).toContain(paintOf(heat).colour.join(' '));
    }
    expect(legendGradient(legend)).toMatch(
      /^linear-gradient\(to right, rgb\(\d+ \d+ \d+ \/ 0\) 0\.0%, .* 100\.0%\)$/,
    );
    expect(heatLegend(metadata, 'old')!.scale).toEqual({ low: 2, middle: 4, top: 6, straight: true });
    expect(heatLegend(metadata, 'bolt')).toBeUndefined();
    expect(heatLegend(metadata, 'toString')).toBeUndefined();
  });

  it('stands below a heat map, as wide as it, and leaves it as it is', () => {
    const data = new Uint8Array(200 * 20 * 3).fill(7);
    const image = { width: 200, height: 20, data };
    const both = withLegend({ metadata: metadata as unknown as DetectorMetadata }, image, 'nut');
    expect([both.width, both.height]).toEqual([200, 20 + 13]);
    expect(both.data.subarray(0, data.length)).toEqual(data);
    expect(withLegend({ metadata: metadata as unknown as DetectorMetadata }, image, 'bolt')).toBe(image);
    const at = (x: number, y: number) => [...both.data.subarray((y * 200 + x) * 3, (y * 200 + x) * 3 + 3)];
    // No heat is the ground, full heat its colour over it.
    expect(at(0, 22)).toEqual([128, 128, 128]);
    expect(at(199, 22)).toEqual(
      paintOf(199.5 / 200).colour.map((of) => Math.round(128 + (of - 128) * paintOf(199.5 / 200).opacity)),
    );
  });

  it.each([1, 3, 40, 61, 1000])('is drawn at %i pixels, whatever the numbers', (width) => {
    for (const scale of [
      { low: -12.3456, middle: 0.00001234, top: 1e9 },
      { low: 0, middle: 1, top: 2 },
    ])
      expect(legendStrip(scale, width).data.length % (width * 3)).toBe(0);
  });
});
