/** @file The factory as a line's camera sees it: photographs that are no squares, small defects, dirt that harms nobody. */
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { demoProduct, demoProducts } from '../../../src/demo/products.ts';
import { type PartName, renderFlawed, renderGood } from '../../../src/demo/render.ts';
import { smallFlaws } from '../../../src/demo/small-flaws.ts';
import { lengthOf } from '../../../src/demo/small-part.ts';
import { frameOf } from '../../../src/demo/surface.ts';
import type { RgbImage } from '../../../src/image/rgb.ts';

const size = '640x480';
const name = (part: string): PartName => ({ seed: 3, part, size, scene: 'line' });
const kinds = Object.keys(smallFlaws);
const sha256Of = ({ data }: RgbImage) => createHash('sha256').update(data).digest('hex');

describe('a frame', () => {
  it('shows the square of the parts, and what is left beside it along the longer side', () => {
    expect(frameOf({ width: 128, height: 128 })).toEqual({
      width: 128,
      height: 128,
      pixel: 2,
      left: 0,
      top: 0,
    });
    const wide = frameOf({ width: 640, height: 320 });
    expect([wide.pixel, wide.left, wide.top]).toEqual([0.8, -128, 0]);
    // All the way along, the square lies at the right edge.
    expect(frameOf({ width: 640, height: 320 }, 1).left).toBe(-256);
    expect(frameOf({ width: 320, height: 640 }, -1)).toMatchObject({ left: 0, top: -0 });
  });

  it('of another shape shows the same part: its middle is what a square shows', () => {
    for (const made of [demoProduct('printed_label'), demoProduct('woven_cloth')]) {
      const part = { seed: 3, part: 'a' };
      const square = renderGood(made, { ...part, size: 96 });
      const wide = renderGood(made, { ...part, size: '160x96' });
      let apart = 0;
      for (let row = 0; row < 96; row++)
        for (let column = 0; column < 96; column++)
          apart += Math.abs(
            square.data[(row * 96 + column) * 3]! - wide.data[(row * 160 + column + 32) * 3]!,
          );
      // The sensor's noise is another, and the corners are darker.
      expect(apart / 96 ** 2, made.name).toBeLessThan(8);
    }
  });
});

describe('a small defect', () => {
  it.each(demoProducts.map((product, index) => [product, kinds[index % kinds.length]!] as const))(
    '$name: 20 to 60 pixels long, on the part, the rest untouched',
    (product, kind) => {
      const severity = kinds.indexOf(kind) % 2;
      const { image, mask, good, contrast } = renderFlawed(product, name(`test/${kind}`), kind, severity);
      expect([image.width, image.height, mask.width, mask.height]).toEqual([640, 480, 640, 480]);
      expect(lengthOf(mask)).toBeGreaterThanOrEqual(20);
      expect(lengthOf(mask)).toBeLessThanOrEqual(60);
      expect(contrast).toBeGreaterThan(6);
      const without = good();
      let [changed, outside] = [0, 0];
      for (const [at, value] of image.data.entries()) {
        const change = Math.abs(value - without.data[at]!);
        if (mask.data[Math.floor(at / 3)] === 1) changed = Math.max(changed, change);
        else outside += Number(change > 14);
      }
      expect(changed).toBeGreaterThan(6);
      expect(outside).toBeLessThan(200);
    },
  );

  it('is drawn into a photograph that is the same without it, and the same again', () => {
    const product = demoProduct('screw');
    const flawed = renderFlawed(product, name('test/spot/1'), 'spot', 0.5);
    expect(sha256Of(flawed.good())).toBe(sha256Of(renderGood(product, name('test/spot/1'))));
    const again = renderFlawed(product, name('test/spot/1'), 'spot', 0.5);
    expect(sha256Of(again.image)).toBe(sha256Of(flawed.image));
  });

  it('is of no other kind there', () => {
    expect(() => renderFlawed(demoProduct('screw'), name('test/0'), 'bent')).toThrow(
      /kind of defect of screw: scratch, dent, spot, hair/,
    );
  });
});

describe('dirt', () => {
  it('lies beside the part of a good photograph, in other places on each', () => {
    const part = (which: string, scene: 'line' | 'studio') =>
      renderGood(demoProduct('printed_label'), { seed: 3, part: which, size: '480x320', scene });
    const placesOf = (which: string) => {
      const [clean, dirty] = [part(which, 'studio').data, part(which, 'line').data];
      return dirty.reduce<number[]>((all, value, at) => {
        if (at % 3 === 0 && Math.abs(value - clean[at]!) > 25) all.push(at / 3);
        return all;
      }, []);
    };
    const [first, second] = [placesOf('a'), placesOf('b')];
    expect(first.length + second.length).toBeGreaterThan(20);
    expect(first).not.toEqual(second);
  });
});
