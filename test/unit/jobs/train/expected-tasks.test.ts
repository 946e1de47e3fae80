/** @file The tasks of a training before it begins. */
import { availableParallelism } from 'node:os';
import { describe, expect, it } from 'vitest';
import type { Dataset } from '../../../../src/data/dataset.ts';
import { expectedTasks } from '../../../../src/jobs/train/expected-tasks.ts';
import { type CladOptions, cladPresets as presets } from '../../../../src/methods/clad/clad-options.ts';
import type { CommonOptions } from '../../../../src/methods/contract.ts';
import { methods } from '../../../../src/methods/registry.ts';

const dataset = (train: number, test: number, defective = false): Dataset => ({
  root: '/parts',
  layout: 'mvtec',
  leftOut: [],
  classes: ['bolt', 'nut'],
  samples: ['bolt', 'nut'].flatMap((className) =>
    Array.from({ length: train + test }, (_, number) => ({
      path: `/parts/${className}/${number}.png`,
      className,
      split: number < train ? ('train' as const) : ('test' as const),
      anomalous: defective && number === train,
      defect: 'good',
    })),
  ),
});
const tasksOf = (
  options: CommonOptions,
  of: Dataset,
  request: Parameters<typeof expectedTasks>[2] = {},
  method = 'clad',
) => expectedTasks(methods.get(method)!, options, request, of);
const names = (...given: Parameters<typeof tasksOf>) => tasksOf(...given).map(({ task }) => task);

describe('the tasks of a training', () => {
  it('are those of its options, in their order', () => {
    expect(names(presets.fast, dataset(100, 30))).toEqual([
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
    const reported = names(presets.fast, dataset(100, 30, true), { evaluated: true, textures: '/dtd' });
    expect(reported).toContain('checking textures');
    expect(reported.slice(-2)).toEqual(['evaluating', 'embedding']);
    // Classes without a defect to test with have some made, for the report alone.
    expect(names(presets.fast, dataset(100, 30), { evaluated: true }).at(-1)).toBe('synthetic defects');
    expect(names(presets.fast, dataset(100, 0), { evaluated: true })).not.toContain('evaluating');
    expect(names(presets.paper, dataset(100, 30))).not.toContain('memory bank');
    for (const [name, { presets: own }] of methods) {
      const of = names(own.fast!, dataset(100, 30), {}, name);
      expect(of.includes('stage 1'), name).toBe(name === 'clad');
      expect(of.includes('training'), name).toBe(
        ['simplenet', 'glass', 'cras', 'rd', 'uniad', 'draem', 'dinomaly'].includes(name),
      );
      expect(of.includes('memory bank'), name).toBe(['clad', 'patchcore'].includes(name));
      expect(of.includes('level 3'), name).toBe(name === 'cflow');
      expect(of, name).toContain(
        ['rd', 'uniad', 'cflow', 'draem', 'dinomaly'].includes(name) ? 'feature maps' : 'patch features',
      );
    }
    const plain = { ...presets.fast, synthesis: { ...presets.fast.synthesis, perImage: 0 } };
    expect(names(plain, dataset(100, 30))).not.toContain('regions');
  });

  it('count an image for thresholds by its stored features, where a method has them', () => {
    for (const [name, { presets: own, imageSeconds }] of methods) {
      const [counts, tasks] = [
        { training: 200, selection: 0, classes: 2, cores: availableParallelism() },
        tasksOf(own.fast!, dataset(100, 0), {}, name),
      ];
      const { seconds } = tasks.find(({ task }) => task === 'thresholds')!;
      expect(seconds, name).toBeGreaterThan(0);
      expect(seconds, name).toBeLessThan(200 * imageSeconds!(own.fast!, counts));
    }
  });

  it('take longer with more images, and stages with more steps', () => {
    const seconds = (options: CladOptions, train: number, task: string) =>
      tasksOf(options, dataset(train, 0)).find((each) => each.task === task)?.seconds ?? 0;
    expect(seconds(presets.fast, 200, 'patch features')).toBeCloseTo(
      2 * seconds(presets.fast, 100, 'patch features'),
      6,
    );
    expect(seconds(presets.paper, 100, 'stage 1')).toBeGreaterThan(
      50 * seconds(presets.fast, 100, 'stage 1'),
    );
  });
});
