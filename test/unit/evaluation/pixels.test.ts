/** @file Regions and AUPRO against a slow reference that does loop over thresholds. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Random } from '../../../src/core/random.ts';
import { regionsOf } from '../../../src/core/regions.ts';
import { aupro } from '../../../src/evaluation/aupro.ts';
import { proCurve } from '../../../src/evaluation/curves.ts';
import { PixelScores } from '../../../src/evaluation/pixels.ts';
import { rankingMetrics } from '../../../src/evaluation/ranking.ts';
import { scoreKeys, sortKeys, sortKeysWith } from '../../../src/evaluation/sort.ts';

const width = 6;
const height = 5;
const pixels = width * height;

const image = fc.record({
  map: fc
    .array(fc.integer({ min: 0, max: 12 }), { minLength: pixels, maxLength: pixels })
    .map((values) => Float32Array.from(values, (value) => value / 4)),
  mask: fc
    .array(fc.integer({ min: 0, max: 3 }), { minLength: pixels, maxLength: pixels })
    .map((values) => Uint8Array.from(values, (value) => (value === 3 ? 255 : 0))),
});
type Image = { map: Float32Array; mask: Uint8Array };

const touching = (a: number, b: number, radius: number) =>
  Math.abs((a % width) - (b % width)) <= radius &&
  Math.abs(Math.floor(a / width) - Math.floor(b / width)) <= radius;

/** Regions by merging sets until nothing touches. */
function slowRegions(mask: Uint8Array): number[][] {
  let regions: number[][] = [];
  for (let pixel = 0; pixel < mask.length; pixel++) {
    if (!mask[pixel]) continue;
    const joins = regions.filter((region) => region.some((other) => touching(other, pixel, 1)));
    regions = [...regions.filter((region) => !joins.includes(region)), [...joins.flat(), pixel]];
  }
  return regions.map((region) => region.sort((a, b) => a - b)).sort((a, b) => (a[0] ?? 0) - (b[0] ?? 0));
}

function slowAupro(images: readonly Image[], limit: number, dilation: number): number | null {
  const thresholds = [...new Set(images.flatMap(({ map }) => [...map]))].sort((a, b) => b - a);
  const curve = [{ rate: 0, overlap: 0 }];
  let normals = 0;
  let regionCount = 0;
  for (const threshold of thresholds) {
    let falsePositives = 0;
    let overlaps = 0;
    normals = 0;
    regionCount = 0;
    for (const { map, mask } of images) {
      const hit = [...map].map((value) => value >= threshold);
      const thick = hit.map((_, pixel) => hit.some((on, other) => on && touching(pixel, other, dilation)));
      for (let pixel = 0; pixel < map.length; pixel++) {
        if (mask[pixel]) continue;
        normals++;
        if (hit[pixel]) falsePositives++;
      }
      for (const region of slowRegions(mask)) {
        regionCount++;
        overlaps += region.filter((pixel) => thick[pixel]).length / region.length;
      }
    }
    curve.push({ rate: falsePositives / normals, overlap: overlaps / regionCount });
  }
  if (normals === 0 || regionCount === 0) return null;
  let area = 0;
  for (let index = 1; index < curve.length; index++) {
    const [from, to] = [curve[index - 1], curve[index]] as [(typeof curve)[0], (typeof curve)[0]];
    if (from.rate >= limit || to.rate === from.rate) continue;
    const end = Math.min(to.rate, limit);
    const overlap = from.overlap + ((to.overlap - from.overlap) * (end - from.rate)) / (to.rate - from.rate);
    area += ((end - from.rate) * (from.overlap + overlap)) / 2;
  }
  return area / limit;
}

function measure(images: readonly Image[]) {
  const scores = new PixelScores();
  for (const { map, mask } of images) scores.add(map, { width, height, data: mask });
  return scores.measure().metrics;
}

function closeTo(actual: number | null, expected: number | null) {
  if (expected === null) expect(actual).toBeNull();
  else expect(actual).toBeCloseTo(expected, 12);
}

describe('regions', () => {
  it('are joined at corners, and equal those of a slow reference', () => {
    fc.assert(
      fc.property(image, ({ mask }) => {
        const { labels, sizes } = regionsOf(mask, width, height);
        const found = sizes.map((_, region) =>
          [...labels.keys()].filter((pixel) => labels[pixel] === region + 1),
        );
        expect(found).toEqual(slowRegions(mask));
        expect(sizes).toEqual(found.map((region) => region.length));
      }),
    );
  });

  it('are not joined around the edge of the image', () => {
    const mask = new Uint8Array(pixels);
    mask[width - 1] = 1;
    mask[width] = 1;
    expect(regionsOf(mask, width, height).sizes).toEqual([1, 1]);
  });

  it('may be one that fills the mask', () => {
    expect(regionsOf(new Uint8Array(512 * 512).fill(1), 512, 512).sizes).toEqual([512 * 512]);
  });
});

describe('AUPRO', () => {
  it('equals the loop over thresholds, exact and dilated', () => {
    fc.assert(
      fc.property(fc.array(image, { minLength: 1, maxLength: 3 }), (images) => {
        const metrics = measure(images);
        closeTo(metrics.aupro, slowAupro(images, 0.3, 0));
        closeTo(metrics.auproDilated, slowAupro(images, 0.3, 2));
      }),
      { numRuns: 60 },
    );
  });

  it.each([0.05, 0.5, 1])('equals it at a limit of %d', (limit) => {
    fc.assert(
      fc.property(image, ({ map, mask }) => {
        const keys = [...scoreKeys(map, 'test')];
        const { labels, sizes } = regionsOf(mask, width, height);
        const region = [...labels.keys()].filter((pixel) => labels[pixel] !== 0);
        const sorted = sortKeysWith(
          Uint32Array.from(region, (pixel) => keys[pixel] as number),
          Uint32Array.from(region, (pixel) => sizes[(labels[pixel] as number) - 1] as number),
        );
        const normal = sortKeys(Uint32Array.from(keys.filter((_, pixel) => labels[pixel] === 0)));
        closeTo(aupro(sorted, normal, limit), slowAupro([{ map, mask }], limit, 0));
      }),
      { numRuns: 40 },
    );
  });

  it('is one for a perfect map; all equal scores give half the limit', () => {
    const mask = new Uint8Array(pixels).fill(1, 7, 9);
    expect(measure([{ map: Float32Array.from(mask), mask }]).aupro).toBe(1);
    expect(measure([{ map: new Float32Array(pixels), mask }]).aupro).toBeCloseTo(0.15, 12);
  });

  it('is null, as every pixel metric, without anomalous or without normal pixels', () => {
    const map = new Float32Array(pixels);
    const none = {
      auroc: null,
      averagePrecision: null,
      f1Max: null,
      f1Threshold: null,
      aupro: null,
      auproDilated: null,
    };
    expect(measure([])).toEqual(none);
    expect(measure([{ map, mask: new Uint8Array(pixels) }])).toEqual(none);
    expect(measure([{ map, mask: new Uint8Array(pixels).fill(1) }])).toEqual(none);
  });
});

describe('pixel metrics', () => {
  it('rank all pixels of all images together', () => {
    fc.assert(
      fc.property(fc.array(image, { minLength: 1, maxLength: 3 }), (images) => {
        const { aupro: _, auproDilated: __, ...ranking } = measure(images);
        const scores = images.flatMap(({ map }) => [...map]);
        expect(ranking).toEqual(
          rankingMetrics(
            scores,
            images.flatMap(({ mask }) => [...mask]),
          ),
        );
      }),
    );
  });

  it('refuse a mask of another size and a map with a hole, naming the image', () => {
    const scores = new PixelScores();
    const map = new Float32Array(pixels);
    expect(() => scores.add(map, { width, height, data: new Uint8Array(3) }, 'a.png')).toThrow(
      /a\.png.*6 x 5.*has 3/,
    );
    expect(() => scores.add(map.fill(Number.NaN), null, 'a.png')).toThrow(/a\.png.*not a number/);
  });

  it('stay the same over two million pixels when every image is shown twice', () => {
    const random = new Random(1);
    const side = 256;
    const once = new PixelScores();
    const twice = new PixelScores();
    for (let image = 0; image < 16; image++) {
      const map = random.fillNormal(new Float32Array(side * side));
      const mask = new Uint8Array(side * side);
      for (let row = 0; row < 20; row++) {
        const start = (40 + row) * side + 10 * image;
        mask.fill(1, start, start + 30);
        for (let pixel = start; pixel < start + 30; pixel++) map[pixel] = (map[pixel] as number) + 2;
      }
      for (const scores of [once, twice, twice]) scores.add(map, { width: side, height: side, data: mask });
    }
    const { metrics } = once.measure();
    const doubled = twice.measure().metrics;
    // A shift of two deviations gives Phi(2 / sqrt 2) = 0.921.
    expect(metrics.auroc).toBeCloseTo(0.921, 2);
    for (const name of ['auroc', 'averagePrecision', 'f1Max', 'aupro', 'auproDilated'] as const) {
      expect(doubled[name]).toBeCloseTo(metrics[name] as number, 9);
    }
  });
});

describe('the curve of per-region overlap', () => {
  const curveOf = (images: readonly Image[], points: number) => {
    const scores = new PixelScores();
    for (const { map, mask } of images) scores.add(map, { width, height, data: mask });
    const { metrics, ranked, regions } = scores.measure();
    return { curve: proCurve(regions, ranked.negatives, points), aupro: metrics.aupro };
  };

  it('encloses AUPRO when no point is left out, from 0 to the limit', () => {
    fc.assert(
      fc.property(fc.array(image, { minLength: 1, maxLength: 3 }), (images) => {
        const { curve, aupro: expected } = curveOf(images, 1e6);
        if (!curve) {
          expect(expected).toBeNull();
          return;
        }
        const { x, y } = curve;
        let area = 0;
        for (let index = 1; index < x.length; index++)
          area += ((x[index]! - x[index - 1]!) * (y[index]! + y[index - 1]!)) / 2;
        // A point is kept only when the curve moved by a millionth or so.
        expect(area / 0.3).toBeCloseTo(expected as number, 5);
        expect([x[0], x.at(-1)]).toEqual([0, 0.3]);
      }),
    );
  });

  it('says with each point what threshold gives it', () => {
    const random = new Random('thresholds');
    const map = random.fillNormal(new Float32Array(pixels));
    const mask = Uint8Array.from({ length: pixels }, (_, at) => Number(at < 3 || at === pixels - 1));
    const { curve } = curveOf([{ map, mask }], 1e6);
    const share = (of: readonly number[], at: number) =>
      of.filter((pixel) => map[pixel]! > at).length / of.length;
    const regions = [[0, 1, 2], [pixels - 1]];
    const normals = [...mask.keys()].filter((at) => mask[at] === 0);
    const known = curve!.threshold.flatMap((at, index) => (at === null ? [] : [{ at, index }]));
    expect(known.length).toBeGreaterThan(2);
    for (const { at, index } of known) {
      expect(curve!.x[index]).toBeCloseTo(share(normals, at), 12);
      expect(curve!.y[index]).toBeCloseTo((share(regions[0]!, at) + share(regions[1]!, at)) / 2, 12);
    }
  });

  it.each([4, 20])('keeps to %d points and rises', (points) => {
    const random = new Random('pro curve');
    const images = Array.from({ length: 20 }, () => ({
      map: random.fillNormal(new Float32Array(pixels)),
      mask: Uint8Array.from({ length: pixels }, () => Number(random.uniform() < 0.2)),
    }));
    const { curve } = curveOf(images, points);
    expect(curve?.x.length).toBeLessThanOrEqual(points);
    for (const values of [curve?.x, curve?.y]) expect(values).toEqual(values?.toSorted((a, b) => a - b));
  });
});
