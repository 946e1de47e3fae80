/** @file Rows of a grid's table: means and deviations over seeds. */
import { describe, expect, it } from 'vitest';
import { metricNames } from '../../../../src/evaluation/evaluator.ts';
import type { GridCell } from '../../../../src/jobs/compare/grid.ts';
import { summarise } from '../../../../src/jobs/compare/grid-summary.ts';

function cell(seed: number, imageAuroc: number | null, trainingSeconds: number | null = 10): GridCell {
  const record = { ...Object.fromEntries(metricNames.map((name) => [name, 0.5])), imageAuroc };
  const evaluation = {
    mean: record,
    classes: { bolt: record },
    timing: { latencyMs: { p50: seed, p95: 9 } },
  };
  return { variant: 'row', seed, trainingSeconds, modelBytes: 100 + seed, evaluation } as unknown as GridCell;
}

describe('a row of the comparison', () => {
  it("has the mean and the sample's deviation over its seeds", () => {
    const [row] = summarise([cell(0, 0.9), cell(1, 0.8), cell(2, 0.7)]);
    expect(row).toMatchObject({ variant: 'row', seeds: 3, modelBytes: 102 });
    for (const metrics of [row!.metrics, row!.classes.bolt!]) {
      expect(metrics.imageAuroc!.mean).toBeCloseTo(0.8, 9);
      expect(metrics.imageAuroc!.deviation).toBeCloseTo(0.1, 9);
      expect(metrics.pixelAuroc).toEqual({ mean: 0.5, deviation: 0 });
    }
    expect(row!.latencyMs).toEqual({ mean: 1, deviation: 1 });
  });

  it('has no deviation for one seed, and no mean where a seed lacks the number', () => {
    expect(summarise([cell(0, 0.9)])[0]!.metrics.imageAuroc).toEqual({ mean: 0.9, deviation: 0 });
    const [row] = summarise([cell(0, 0.9, null), cell(1, null, 7)]);
    expect(row!.metrics.imageAuroc).toBeNull();
    // A training that had been stopped in between has no time, and the others' counts.
    expect(row!.trainingSeconds).toEqual({ mean: 7, deviation: 0 });
  });
});
