/** @file What a training prints at its end. */
import { describe, expect, it } from 'vitest';
import { describeTraining } from '../../../src/cli/train-outcome.ts';
import type { TrainOutcome } from '../../../src/jobs/train/train.ts';
import { madeReportData } from '../../helpers/report-data.ts';

const { metadata } = madeReportData({ classes: ['bolt', 'nut'] });

function outcome(scoreGap: number | undefined, count: number, standing = 0): TrainOutcome {
  const threshold = {
    threshold: 4.1234,
    achievableRate: Math.max(0.02, 1 / (count + 1)),
    requestedRate: 0.02,
    count,
  };
  return {
    run: 'runs/parts',
    model: 'runs/parts/model.onnx',
    metadata: {
      ...metadata,
      thresholds: Object.fromEntries(metadata.classes.map((name) => [name, threshold])),
      provenance: { ...metadata.provenance, scoreGap },
    },
    standingOut: Array.from({ length: standing }, (_, id) => ({
      id,
      path: `photos/bolt/${id}.png`,
      class: 'bolt',
      heldOut: false,
      score: 9,
      deviations: 7.6,
      recognisedAs: 'bolt',
      share: 1,
    })),
    misplaced: [],
    warnings: [],
    steps: { stage1: 600, stage2: 300 },
    chosen: null,
    leftOut: { total: 0, reasons: [] },
    seconds: 61,
    featureSeconds: 20,
  };
}

describe('the end of a training', () => {
  it('says which images the thresholds come from', () => {
    const text = describeTraining(outcome(0.2, 200), null);
    expect(text).toContain('anomalous above 4.123; about 2 % false alarms (200 good images)\n');
    expect(text).not.toMatch(/asked for|held-out|unlike/);
  });

  it('says how many images the wanted false-alarm rate needs', () => {
    const text = describeTraining(outcome(0.2, 1), null);
    expect(text).toContain('about 50 % false alarms (1 good image)\n');
    expect(text).toContain('2 % was asked for, which takes 49 good images of each class');
  });

  it('reports a score gap too large for trained images to set thresholds, and nothing of older files', () => {
    const known = describeTraining(outcome(1.4, 7), null);
    expect(known).toContain('(7 held-out images)');
    expect(known).toContain('too low to set thresholds by');
    const older = describeTraining(outcome(undefined, 7), null);
    expect(older).toContain('(7 held-out images)');
    expect(older).not.toContain('too low to set thresholds by');
  });

  it('names a few of the photographs that stand out, and counts the rest', () => {
    const text = describeTraining(outcome(0, 200, 8), null);
    expect(text).toContain('runs/parts/good-images.csv');
    expect(text.match(/^ {2}photos\/bolt\/\d\.png: 9\.000, 8 deviations above the middle$/gm)).toHaveLength(
      5,
    );
    expect(text).toContain('  and 3 more\n');
    expect(describeTraining({ ...outcome(0, 200), standingOut: null }, null)).not.toContain('unlike');
  });
});
