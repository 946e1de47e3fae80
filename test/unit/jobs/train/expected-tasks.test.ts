/** @file The tasks of a training before it begins. */
import { describe, expect, it } from 'vitest';
import type { Dataset } from '../../../../src/data/dataset.ts';
import { expectedTasks } from '../../../../src/jobs/train/expected-tasks.ts';
import type { TrainRequest } from '../../../../src/jobs/train/prepare.ts';
import { type CladOptions, cladPresets as presets } from '../../../../src/methods/clad/options.ts';
import { patchcore } from '../../../../src/methods/patchcore/patchcore.ts';

const dataset = (train: number, test: number): Dataset => ({
  root: '/parts',
  layout: 'mvtec',
  leftOut: [],
  classes: ['bolt', 'nut'],
  samples: ['bolt', 'nut'].flatMap((className) =>
    Array.from({ length: train + test }, (_, number) => ({
      path: `/parts/${className}/${number}.png`,
      className,
      split: number < train ? ('train' as const) : ('test' as const),
      anomalous: false,
      defect: 'good',
    })),
  ),
});
const request = (options: CladOptions, more: Partial<TrainRequest> = {}): TrainRequest => ({
  data: '/parts',
  out: '/run',
  backbone: 'builtin',
  method: 'clad',
  preset: 'fast',
  options,
  ...more,
});
const names = (...given: Parameters<typeof expectedTasks>) => expectedTasks(...given).map(({ task }) => task);

describe('the tasks of a training', () => {
  it('are those of its options, in their order', () => {
    expect(names(request(presets.fast), dataset(100, 30))).toEqual([
      'checking images',
      'reading images',
      'foregrounds',
      'patch features',
      'candidates for the memory bank',
      'memory bank',
      'matching to the memory bank',
      'stage 1',
      'stage 2',
      'thresholds',
      'regions',
    ]);
    const reported = names(request(presets.fast, { evaluated: true, textures: '/dtd' }), dataset(100, 30));
    expect(reported).toContain('checking textures');
    expect(reported.slice(-2)).toEqual(['evaluating', 'embedding']);
    expect(names(request(presets.fast, { evaluated: true }), dataset(100, 0))).not.toContain('evaluating');
    expect(names(request(presets.paper), dataset(100, 30))).not.toContain('memory bank');
    expect(names(request(patchcore.presets.fast!), dataset(100, 30))).not.toContain('stage 1');
    const plain = { ...presets.fast, synthesis: { ...presets.fast.synthesis, perImage: 0 } };
    expect(names(request(plain), dataset(100, 30))).not.toContain('regions');
  });

  it('take longer with more images, and stages with more steps', () => {
    const seconds = (options: CladOptions, train: number, task: string) =>
      expectedTasks(request(options), dataset(train, 0)).find((each) => each.task === task)?.seconds ?? 0;
    expect(seconds(presets.fast, 200, 'patch features')).toBeCloseTo(
      2 * seconds(presets.fast, 100, 'patch features'),
      6,
    );
    expect(seconds(presets.paper, 100, 'stage 1')).toBeGreaterThan(
      50 * seconds(presets.fast, 100, 'stage 1'),
    );
  });
});
