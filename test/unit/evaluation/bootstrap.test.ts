import { describe, expect, it } from 'vitest';
import { Random } from '../../../src/core/random.ts';
import {
  bootstrapSettings,
  classIntervals,
  intervalOf,
  type Resamples,
  resample,
  resampledMetrics,
} from '../../../src/evaluation/bootstrap.ts';
import { type EvaluatedImage, Evaluator } from '../../../src/evaluation/evaluator.ts';
import { PixelScores } from '../../../src/evaluation/pixels.ts';
import { rankingMetrics, rankScores } from '../../../src/evaluation/ranking.ts';
import { intervalTable } from '../../../src/evaluation/table.ts';
import { fixture } from '../../helpers/fixtures.ts';

interface Golden {
  readonly cases: readonly {
    readonly positives: readonly number[];
    readonly negatives: readonly number[];
    readonly auroc: readonly [number, number];
    readonly averagePrecision: readonly [number, number];
  }[];
}

const golden = fixture<Golden>('bootstrap.json');
const width = 24;

/** Images with maps, of which a defect covers a part; some tie. */
function images(className: string, good = 8, anomalous = 7): EvaluatedImage[] {
  const random = new Random('bootstrap test', className);
  return Array.from({ length: good + anomalous }, (_, at) => {
    const isAnomalous = at >= good;
    const data = new Uint8Array(width * width);
    if (isAnomalous)
      for (let region = 0; region < 1 + (at % 2); region++) {
        const from = 3 + 13 * region;
        for (let row = from; row < from + 4 + (at % 3); row++)
          for (let column = from; column < from + 5; column++) data[row * width + column] = 1;
      }
    const map = Float32Array.from(data, (inside) => random.normal(inside ? 1.5 : 0));
    const score = Math.round(10 * random.normal(isAnomalous ? 1.2 : 0)) / 10;
    const mask = isAnomalous ? { width, height: width, data } : null;
    return { className, anomalous: isAnomalous, mask, prediction: { score, map } };
  });
}

function resampled(className: string, all: readonly EvaluatedImage[], rounds: number): Resamples {
  const pixels = new PixelScores();
  for (const { mask, prediction } of all) pixels.add(prediction.map as Float32Array, mask);
  const measured = pixels.measure();
  const evaluator = new Evaluator();
  for (const image of all) evaluator.add(image);
  const ranked = rankScores(
    all.map(({ prediction }) => prediction.score),
    all.map(({ anomalous }) => (anomalous ? 1 : 0)),
  );
  const exact = evaluator.finish(className);
  return resample(
    { className, images: ranked, pixels: measured.images, rankedPixels: measured.ranked, exact },
    rounds,
  );
}

describe('intervals over images', () => {
  it.each(golden.cases)('are those of NumPy: $auroc', ({ positives, negatives, auroc, averagePrecision }) => {
    const scores = [...positives, ...negatives];
    const labels = scores.map((_, at) => (at < positives.length ? 1 : 0));
    const metrics = rankingMetrics(scores, labels);
    const exact = Object.fromEntries(resampledMetrics.map((name) => [name, null])) as Record<
      (typeof resampledMetrics)[number],
      number | null
    >;
    const of = {
      className: 'golden',
      images: rankScores(scores, labels),
      pixels: [],
      rankedPixels: { positives: new Uint32Array(0), negatives: new Uint32Array(0) },
      exact: {
        ...exact,
        imageAuroc: metrics.auroc,
        imageAp: metrics.averagePrecision,
        imageF1Max: metrics.f1Max,
      },
    };
    const { imageAuroc, imageAp, pixelAuroc } = classIntervals(resample(of, 20_000));
    // What chance leaves in limits of so many resamples.
    for (const [interval, expected] of [
      [imageAuroc, auroc],
      [imageAp, averagePrecision],
    ] as const) {
      expect(Math.abs((interval?.low ?? 0) - expected[0])).toBeLessThan(0.006);
      expect(Math.abs((interval?.high ?? 0) - expected[1])).toBeLessThan(0.006);
    }
    expect(pixelAuroc).toBeNull();
  });

  it('are of resamples that a slow reference measures alike, image metrics to the last digits', () => {
    const all = images('slow');
    const rounds = 25;
    const made = resampled('slow', all, rounds);
    const ranked = rankScores(
      all.map(({ prediction }) => prediction.score),
      all.map(({ anomalous }) => (anomalous ? 1 : 0)),
    );
    const random = new Random('bootstrap', bootstrapSettings.seed, 'slow', 'images');
    for (let round = 0; round < rounds; round++) {
      const drawn = [ranked.positives, ranked.negatives].map((keys) =>
        Array.from(keys, () => keys[random.integer(keys.length)] as number),
      );
      // The smallest key is the highest score.
      const scores = drawn.flat().map((key) => -key / 2 ** 32);
      const labels = drawn.flatMap((keys, kind) => keys.map(() => 1 - kind));
      const { auroc, averagePrecision, f1Max } = rankingMetrics(Float64Array.from(scores), labels);
      expect(made.imageAuroc?.[round]).toBeCloseTo(auroc as number, 12);
      expect(made.imageAp?.[round]).toBeCloseTo(averagePrecision as number, 12);
      expect(made.imageF1Max?.[round]).toBeCloseTo(f1Max as number, 12);
    }
  });

  it('are of whole images: pixel metrics of a resample are those of its images, but for the bins', () => {
    const all = images('pixels');
    const rounds = 25;
    const made = resampled('pixels', all, rounds);
    const random = new Random('bootstrap', bootstrapSettings.seed, 'pixels', 'pixels');
    const kinds = [true, false].map((kind) => all.filter(({ anomalous }) => anomalous === kind));
    for (let round = 0; round < rounds; round++) {
      const pixels = new PixelScores();
      for (const kind of kinds)
        for (let drawn = 0; drawn < kind.length; drawn++) {
          const { mask, prediction } = random.pick(kind);
          pixels.add(prediction.map as Float32Array, mask);
        }
      const { metrics } = pixels.measure();
      for (const [value, expected] of [
        [made.pixelAuroc, metrics.auroc],
        [made.pixelAp, metrics.averagePrecision],
        [made.pixelF1Max, metrics.f1Max],
        [made.aupro, metrics.aupro],
        [made.auproDilated, metrics.auproDilated],
      ] as const)
        expect(Math.abs((value?.[round] ?? 0) - (expected as number))).toBeLessThan(0.003);
    }
  });

  it('are quantiles with linear interpolation', () => {
    const values = Float64Array.from({ length: 41 }, (_, at) => 40 - at);
    expect(intervalOf(values)?.low).toBeCloseTo(1, 12);
    expect(intervalOf(values)?.high).toBeCloseTo(39, 12);
    expect(intervalOf(Float64Array.of(3, 1))?.low).toBeCloseTo(1.05, 12);
    expect(intervalOf(null)).toBeNull();
  });

  it('come with an evaluation that is asked for them, hold its numbers, and are the same every time', () => {
    const measure = (order: readonly string[]) => {
      const evaluator = new Evaluator({ intervals: true });
      for (const name of order) for (const image of images(name)) evaluator.add(image);
      return evaluator.result();
    };
    const { classes, mean, intervals } = measure(['a', 'b']);
    expect(measure(['b', 'a']).intervals?.classes.a).toEqual(intervals?.classes.a);
    expect(intervals).toMatchObject({ confidence: 0.95, resamples: 1000, seed: 0 });
    for (const [record, own] of [
      [classes.a, intervals?.classes.a],
      [classes.b, intervals?.classes.b],
      [mean, intervals?.mean],
    ] as const)
      for (const name of resampledMetrics) {
        const [value, interval] = [record?.[name] as number, own?.[name]];
        expect(interval?.low).toBeLessThan(value);
        expect(interval?.high).toBeGreaterThanOrEqual(value);
        expect(interval?.low).toBeGreaterThanOrEqual(0);
        expect(interval?.high).toBeLessThanOrEqual(1);
      }
    // The mean of two classes is surer than either.
    const length = (interval: { low: number; high: number } | null | undefined) =>
      (interval?.high ?? 0) - (interval?.low ?? 0);
    expect(length(intervals?.mean.imageAuroc)).toBeLessThan(
      Math.max(length(intervals?.classes.a?.imageAuroc), length(intervals?.classes.b?.imageAuroc)),
    );
    expect(new Evaluator().result()).not.toHaveProperty('intervals');
  });

  it('are null where a metric is, and a dash in the table', () => {
    const evaluator = new Evaluator({ intervals: true });
    for (const image of images('good alone', 5, 0)) evaluator.add(image);
    for (const image of images('no masks')) evaluator.add({ ...image, mask: null });
    const evaluation = evaluator.result();
    const { classes, mean } = evaluation.intervals ?? {};
    expect(classes?.['good alone']?.imageAuroc).toBeNull();
    expect(classes?.['no masks']?.imageAuroc).not.toBeNull();
    expect(classes?.['no masks']?.pixelAuroc).toBeNull();
    expect(mean?.imageAuroc).toEqual(classes?.['no masks']?.imageAuroc);
    expect(mean?.aupro).toBeNull();
    const { rows = [] } = intervalTable(evaluation) ?? {};
    expect(rows[0]).toEqual(['good alone', '-', '-', '-', '-', '-']);
    expect(rows[1]?.[1]).toMatch(/^0\.\d{3} \(0\.\d{3}-[01]\.\d{3}\)$/);
    expect(rows.map(([name]) => name)).toEqual(['good alone', 'no masks', 'mean']);
    expect(intervalTable(new Evaluator().result())).toBeUndefined();
  });
});
