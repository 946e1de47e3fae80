/** @file Ranking metrics against their definitions, written out slowly, and against what must hold for any scores. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { precisionRecallCurve, rocCurve } from '../../../src/evaluation/curves.ts';
import { rankingMetrics, rankScores } from '../../../src/evaluation/ranking.ts';

/** Few distinct values, so that ties are common. */
const tied = fc
  .array(fc.record({ score: fc.integer({ min: -4, max: 4 }), label: fc.boolean() }), {
    minLength: 2,
    maxLength: 40,
  })
  .map((items) => ({
    scores: items.map((item) => item.score / 2),
    labels: items.map((item) => Number(item.label)),
  }))
  .filter(({ labels }) => labels.includes(0) && labels.includes(1));

function slowMetrics(scores: number[], labels: number[]) {
  const of = (kind: number) => scores.filter((_, index) => labels[index] === kind);
  const positives = of(1);
  const negatives = of(0);
  let wins = 0;
  for (const a of positives) for (const b of negatives) wins += a > b ? 1 : a === b ? 0.5 : 0;
  let averagePrecision = 0;
  let f1Max = 0;
  let f1Threshold = Number.NaN;
  let lastRecall = 0;
  for (const threshold of [...new Set(scores)].sort((a, b) => b - a)) {
    const truePositives = positives.filter((score) => score >= threshold).length;
    const predicted = scores.filter((score) => score >= threshold).length;
    const precision = truePositives / predicted;
    const recall = truePositives / positives.length;
    averagePrecision += (recall - lastRecall) * precision;
    lastRecall = recall;
    const f1 = (2 * truePositives) / (predicted + positives.length);
    if (f1 > f1Max) {
      f1Max = f1;
      f1Threshold = threshold;
    }
  }
  return { auroc: wins / (positives.length * negatives.length), averagePrecision, f1Max, f1Threshold };
}

describe('ranking metrics', () => {
  it('equal their definitions, ties included', () => {
    fc.assert(
      fc.property(tied, ({ scores, labels }) => {
        const metrics = rankingMetrics(scores, labels);
        const expected = slowMetrics(scores, labels);
        expect(metrics.auroc).toBeCloseTo(expected.auroc, 12);
        expect(metrics.averagePrecision).toBeCloseTo(expected.averagePrecision, 12);
        expect(metrics.f1Max).toBeCloseTo(expected.f1Max, 12);
        expect(metrics.f1Threshold).toBe(expected.f1Threshold);
      }),
    );
  });

  it('depend on the order of scores only, and AUROC becomes 1 - AUROC when it is reversed', () => {
    fc.assert(
      fc.property(tied, ({ scores, labels }) => {
        const metrics = rankingMetrics(scores, labels);
        const stretched = rankingMetrics(scores.map(Math.exp), labels);
        expect({ ...stretched, f1Threshold: 0 }).toEqual({ ...metrics, f1Threshold: 0 });
        const reversed = rankingMetrics(
          scores.map((score) => -score),
          labels,
        );
        expect(reversed.auroc).toBeCloseTo(1 - (metrics.auroc as number), 12);
      }),
    );
  });

  it.each([
    ['all good', [1, 2], [0, 0]],
    ['all anomalous', [1, 2], [1, 1]],
    ['nothing', [], []],
  ])('are null for %s', (_, scores, labels) => {
    const none = { auroc: null, averagePrecision: null, f1Max: null, f1Threshold: null };
    expect(rankingMetrics(scores, labels)).toEqual(none);
  });

  it('are at chance level where all scores are equal, and treat -0 as 0', () => {
    expect(rankingMetrics([0, -0, 0, -0], [0, 1, 1, 0])).toEqual({
      auroc: 0.5,
      averagePrecision: 0.5,
      f1Max: 2 / 3,
      f1Threshold: 0,
    });
  });

  it('refuse labels of another length', () => {
    expect(() => rankingMetrics([1, 2], [1])).toThrow(/2 scores but 1 labels/);
  });
});

describe('curves', () => {
  const area = ({ x, y }: { x: readonly number[]; y: readonly number[] }) =>
    x.reduce((sum, value, index) => {
      if (index === 0) return 0;
      const height = ((y[index] as number) + (y[index - 1] as number)) / 2;
      return sum + (value - (x[index - 1] as number)) * height;
    }, 0);

  it('ROC encloses the AUROC when no point is left out', () => {
    fc.assert(
      fc.property(tied, ({ scores, labels }) => {
        const curve = rocCurve(rankScores(scores, labels), 1e6);
        expect(area(curve as NonNullable<typeof curve>)).toBeCloseTo(
          rankingMetrics(scores, labels).auroc as number,
          12,
        );
      }),
    );
  });

  it('precision and recall add up to the average precision when no point is left out', () => {
    fc.assert(
      fc.property(tied, ({ scores, labels }) => {
        const { x, y } = precisionRecallCurve(rankScores(scores, labels), 1e6) ?? { x: [], y: [] };
        const sum = x.reduce(
          (total, recall, index) => total + (recall - (x[index - 1] ?? 0)) * (y[index] ?? 0),
          0,
        );
        expect(sum).toBeCloseTo(rankingMetrics(scores, labels).averagePrecision as number, 12);
      }),
    );
  });

  it('say with each point what threshold gives it', () => {
    fc.assert(
      fc.property(tied, ({ scores, labels }) => {
        const ranked = rankScores(scores, labels);
        const roc = rocCurve(ranked, 1e6);
        const precisionRecall = precisionRecallCurve(ranked, 1e6);
        const rates = (at: number) => {
          const above = scores.map((score) => Math.fround(score) > at);
          const count = (label: number) =>
            labels.filter((each, index) => each === label && above[index]).length;
          const [positive, negative] = [count(1), count(0)];
          const of = (label: number) => labels.filter((each) => each === label).length;
          return { positive, negative, recall: positive / of(1), alarms: negative / of(0) };
        };
        roc?.threshold.forEach((at, index) => {
          const isEnd = index === 0 || index === roc.x.length - 1;
          const { recall, alarms } = rates(at ?? (index === 0 ? Infinity : -Infinity));
          expect(at !== null || isEnd).toBe(true);
          expect([alarms, recall]).toEqual([roc.x[index], roc.y[index]]);
        });
        precisionRecall?.threshold.forEach((at, index) => {
          const { positive, negative, recall } = rates(at!);
          expect([recall, positive / (positive + negative)]).toEqual([
            precisionRecall.x[index],
            precisionRecall.y[index],
          ]);
        });
      }),
    );
  });

  it.each([4, 10, 50])('keep to %d points, ends included, and rise', (points) => {
    const scores = Array.from({ length: 2000 }, (_, index) => Math.sin(index * 1.7) + (index % 3) / 3);
    const ranked = rankScores(
      scores,
      scores.map((_, index) => Number(index % 3 === 2)),
    );
    const roc = rocCurve(ranked, points);
    const precisionRecall = precisionRecallCurve(ranked, points);
    for (const curve of [roc, precisionRecall]) {
      expect(curve?.x.length).toBeLessThanOrEqual(points);
      expect(curve?.x).toEqual([...(curve?.x ?? [])].sort((a, b) => a - b));
      expect(curve?.x.at(-1)).toBe(1);
    }
    expect(roc?.y.at(-1)).toBe(1);
    expect(roc?.x.length).toBeGreaterThan(points / 3);
  });

  it('are null with one kind only, and refuse too few points', () => {
    expect(rocCurve(rankScores([1], [1]), 10)).toBeNull();
    expect(precisionRecallCurve(rankScores([1], [0]), 10)).toBeNull();
    expect(() => rocCurve(rankScores([1], [1]), 3)).toThrow(/at least 4/);
  });
});
