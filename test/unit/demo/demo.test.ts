/** @file The demo factory: the same names give the same bytes, masks are what differs, and it is not trivially easy. */
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { fitPixels, scorePixels } from '../../../bench/pixel-baseline.mjs';
import { demoDefaults, planDemo, renderPlanned } from '../../../src/demo/plan.ts';
import { demoProduct, demoProducts } from '../../../src/demo/products.ts';
import { renderFlawed, renderGood } from '../../../src/demo/render.ts';
import { Evaluator } from '../../../src/evaluation/evaluator.ts';
import type { RgbImage } from '../../../src/image/rgb.ts';

const size = 96;
const name = (part: string, seed = 5) => ({ seed, part, size });
const kinds = demoProducts.flatMap((product) =>
  Object.keys(product.defects).map((kind) => [product.name, kind] as const),
);

function digest({ data }: RgbImage): string {
  return createHash('sha256').update(data).digest('hex').slice(0, 16);
}

describe('the drawn products', () => {
  it('are eight, with at least four kinds of defects each, named as folders are', () => {
    expect(demoProducts.map((product) => product.name)).toEqual([
      'washer',
      'screw',
      'bottle_cap',
      'blister_pack',
      'printed_label',
      'woven_cloth',
      'wood_grain',
      'circuit_board',
    ]);
    for (const { defects } of demoProducts) {
      expect(Object.keys(defects).length).toBeGreaterThanOrEqual(4);
      for (const kind of Object.keys(defects)) expect(kind).toMatch(/^[a-z]+(_[a-z]+)*$/);
    }
  });

  it.each(demoProducts)('$name: parts vary, seeds differ, the same name gives the same bytes', (product) => {
    const parts = Array.from({ length: 3 }, (_, index) => renderGood(product, name(`train/${index}`)));
    expect(new Set(parts.map(digest)).size).toBe(3);
    expect(digest(renderGood(product, name('train/2')))).toBe(digest(parts[2]!));
    expect(digest(renderGood(product, name('train/2', 6)))).not.toBe(digest(parts[2]!));
    // More than the sensor's noise, and no image is flat, black or burnt out.
    let difference = 0;
    for (const [at, value] of parts[0]!.data.entries()) difference += Math.abs(value - parts[1]!.data[at]!);
    expect(difference / parts[0]!.data.length).toBeGreaterThan(3);
    for (const { data } of parts) {
      const mean = data.reduce((sum, value) => sum + value, 0) / data.length;
      expect(mean).toBeGreaterThan(40);
      expect(mean).toBeLessThan(215);
      const full = data.reduce((count, value) => count + Number(value > 252), 0) / data.length;
      expect(full).toBeLessThan(0.02);
    }
  });

  it('look the same at every size', () => {
    for (const product of demoProducts) {
      const means = [80, 160].map((side) => {
        const { data } = renderGood(product, { seed: 5, part: 'train/0', size: side });
        return data.reduce((sum, value) => sum + value, 0) / data.length;
      });
      expect(Math.abs(means[0]! - means[1]!), product.name).toBeLessThan(6);
    }
  });

  it('refuse a kind of defect that they do not have', () => {
    expect(() => renderFlawed(demoProduct('washer'), name('test/0'), 'knot')).toThrow(
      /kind of defect of washer: scratch, dent/,
    );
    expect(() => demoProduct('gear')).toThrow(/Expected classes to be among washer, screw/);
  });
});

describe('a defect', () => {
  it.each(kinds)('%s, %s: the mask is where the part differs, at every severity', (productName, kind) => {
    const product = demoProduct(productName);
    for (const severity of [0, 0.7]) {
      const flawed = renderFlawed(product, name(`test/${kind}/0`), kind, severity);
      const { image, mask } = flawed;
      const good = flawed.good();
      expect([mask.width, mask.height, mask.data.length]).toEqual([size, size, size * size]);
      let inside = 0;
      let changed = 0;
      let missed = 0;
      for (let pixel = 0; pixel < mask.data.length; pixel++) {
        let change = 0;
        for (let channel = 0; channel < 3; channel++)
          change = Math.max(
            change,
            Math.abs(image.data[pixel * 3 + channel]! - good.data[pixel * 3 + channel]!),
          );
        if (mask.data[pixel] === 1) {
          inside++;
          changed += Number(change > 5);
        } else missed += Number(change > 14);
      }
      expect(inside).toBeGreaterThanOrEqual(4);
      expect(inside).toBeLessThan(0.35 * size * size);
      // Closed gaps do not differ themselves; specks do, and are left out.
      expect(changed / inside).toBeGreaterThan(0.6);
      expect(missed).toBeLessThanOrEqual(Math.max(10, 0.1 * inside));
      // The defect is drawn on the part it would be without it.
      expect(digest(good)).toBe(digest(renderGood(product, name(`test/${kind}/0`))));
    }
  });

  it('is the same again for the same name', () => {
    const [first, second] = [0, 1].map(() => renderFlawed(demoProduct('screw'), name('test/bent/3'), 'bent'));
    expect(digest(first!.image)).toBe(digest(second!.image));
    expect(first!.mask).toEqual(second!.mask);
    expect(first!.severity).toBe(second!.severity);
  });
});

describe('the plan', () => {
  it('names every file once, spreads kinds and severities evenly', () => {
    const plan = planDemo(demoDefaults);
    expect(plan).toHaveLength(8 * 110);
    expect(new Set(plan.map(({ path }) => path)).size).toBe(plan.length);
    expect(new Set(plan.map(({ product, part }) => `${product}/${part}`)).size).toBe(plan.length);
    for (const { name: product, defects } of demoProducts) {
      const flawed = plan.filter((planned) => planned.product === product && planned.kind !== 'good');
      const severities = flawed.map(({ severity }) => severity).sort((a, b) => a - b);
      for (const [rank, severity] of severities.entries())
        expect(severity).toBeCloseTo(0.25 + (0.75 * (rank + 0.5)) / 30);
      for (const kind of Object.keys(defects)) {
        const count = flawed.filter((planned) => planned.kind === kind).length;
        expect(Math.abs(count - 30 / Object.keys(defects).length)).toBeLessThan(1);
      }
    }
    expect(plan.find(({ kind }) => kind === 'dent')).toMatchObject({
      product: 'washer',
      path: 'washer/test/dent/000.png',
      maskPath: 'washer/ground_truth/dent/000_mask.png',
    });
  });

  it('makes the same training parts whatever else is made', () => {
    const few = planDemo({ ...demoDefaults, train: 3, testAnomalous: 2, classes: ['wood_grain'] });
    const many = planDemo({ ...demoDefaults, classes: ['washer', 'wood_grain'] });
    for (const planned of few.filter(({ kind }) => kind === 'good')) expect(many).toContainEqual(planned);
  });

  it('makes a data set that the distance to the mean good image does not solve, and trains on no test image', () => {
    const side = 80;
    const options = { ...demoDefaults, size: side, train: 10, testGood: 6, testAnomalous: 6 };
    const evaluator = new Evaluator();
    for (const product of options.classes) {
      const plan = planDemo({ ...options, classes: [product] });
      const images = plan.map((planned) => ({ planned, ...renderPlanned(planned, options) }));
      expect(new Set(images.map(({ image }) => digest(image))).size).toBe(images.length);
      const training = images.filter(({ planned }) => planned.path.includes('/train/'));
      const fitted = fitPixels(training.map(({ image }) => image));
      for (const { image, mask, planned } of images.slice(training.length)) {
        const { map, score } = scorePixels(fitted, image);
        const anomalous = planned.kind !== 'good';
        evaluator.add({
          className: product,
          anomalous,
          mask: mask ?? null,
          prediction: { score, map },
        });
      }
    }
    const { mean } = evaluator.result();
    expect(mean.imageAuroc).toBeLessThan(0.8);
    expect(mean.pixelAuroc).toBeLessThan(0.85);
  });
});
