/** @file Which images are held out: a partition by class, at random but fixed by the seed. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Sample } from '../../../src/data/dataset.ts';
import { splitHeldOut } from '../../../src/training/held-out.ts';

const sample = (className: string, number: number): Sample => ({
  path: `/${className}/${number}.png`,
  className,
  split: 'train',
  anomalous: false,
  defect: 'good',
});

const samplesOf = (sizes: readonly number[]) =>
  sizes.flatMap((size, index) => Array.from({ length: size }, (_, number) => sample(`c${index}`, number)));

const sizes = fc.array(fc.integer({ min: 2, max: 40 }), { minLength: 1, maxLength: 5 });
const share = fc.double({ min: 0.02, max: 0.5, noNaN: true });

describe('held-out images', () => {
  it('and training images are all images, each once, with some of every class on both sides', () => {
    fc.assert(
      fc.property(sizes, share, fc.nat(), (counts, part, seed) => {
        const samples = samplesOf(counts);
        const { fit, heldOut } = splitHeldOut(samples, part, seed);
        expect([...fit, ...heldOut].sort((a, b) => a - b)).toEqual([...samples.keys()]);
        for (const [index, size] of counts.entries()) {
          const held = [...heldOut].filter((id) => samples[id]?.className === `c${index}`).length;
          expect(held).toBeGreaterThanOrEqual(1);
          expect(held).toBeLessThan(size);
          if (size > 2) expect(Math.abs(held - part * size)).toBeLessThanOrEqual(1);
        }
      }),
    );
  });

  it('are the same for the same seed, and do not depend on other classes', () => {
    fc.assert(
      fc.property(sizes, share, fc.nat(), (counts, part, seed) => {
        const samples = samplesOf(counts);
        const { heldOut } = splitHeldOut(samples, part, seed);
        expect(splitHeldOut(samples, part, seed).heldOut).toEqual(heldOut);
        const more = splitHeldOut([...samples, sample('z', 0), sample('z', 1)], part, seed).heldOut;
        expect([...more].filter((id) => id < samples.length)).toEqual([...heldOut]);
      }),
    );
  });

  it('differ between seeds, and are not simply the first', () => {
    const drawn = [0, 1, 2, 3].map((seed) => [...splitHeldOut(samplesOf([30]), 0.2, seed).heldOut].join());
    expect(new Set(drawn).size).toBe(4);
  });

  it('cannot be taken from a class of one image', () => {
    expect(() => splitHeldOut(samplesOf([5, 1]), 0.1, 0)).toThrow(
      /Class c1 has no second training image: expected at least two/,
    );
  });
});
