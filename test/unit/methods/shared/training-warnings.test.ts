/** @file What validations show to be wrong with a training. */
import { describe, expect, it } from 'vitest';
import {
  isNoiseTrial,
  noiseWarning,
  selectionWarning,
} from '../../../../src/methods/shared/training-warnings.ts';
import type { ValidatedState } from '../../../../src/training/checkpoint.ts';

const option = { option: 'globalAnomalies.noise', value: 0.1 };
const states = (...values: readonly number[]): ValidatedState[] =>
  values.map((value, at) => ({ stage: 1, step: 60 * (at + 1), value }));

describe('noise that is not learnt', () => {
  const of = (ownNoise: number): ValidatedState => ({ stage: 1, step: 60, measured: { ownNoise } });

  it('is said with the option to change, its value and a higher one', () => {
    expect(noiseWarning(of(0.523), option)).toMatch(
      /step 60 of stage 1 .*only 0\.52 of cases.*Set globalAnomalies\.noise higher: it is 0\.1, try 0\.2; or train for more steps/,
    );
    expect(noiseWarning(of(0.523), { ...option, otherwise: 'measure it otherwise' })).toMatch(
      /try 0\.2, or measure it otherwise; or train/,
    );
  });

  it('is not said from an AUROC of 0.6 on, nor where nothing was measured', () => {
    expect(noiseWarning(of(0.5999), option)).toBeDefined();
    expect(noiseWarning(of(0.6), option)).toBeUndefined();
    expect(noiseWarning({ stage: 1, step: 60, value: 0.5 }, option)).toBeUndefined();
    expect(noiseWarning(undefined, option)).toBeUndefined();
  });

  it('is first told by the validation at a tenth of the first stage that has steps, or the next one', () => {
    const at = (first: { stage: number; steps: number }, ...places: readonly (readonly [number, number])[]) =>
      isNoiseTrial(
        places.map(([stage, step]) => ({ stage, step })),
        first,
      );
    const first = { stage: 1, steps: 600 };
    expect(at(first, [1, 59])).toBe(false);
    expect(at(first, [1, 60])).toBe(true);
    expect(at(first, [1, 59], [1, 120])).toBe(true);
    expect(at(first, [1, 60], [1, 120])).toBe(false);
    expect(at(first, [1, 30], [2, 10])).toBe(true);
    expect(at({ stage: 2, steps: 300 }, [2, 30])).toBe(true);
    expect(at({ stage: 2, steps: 300 }, [2, 29])).toBe(false);
  });
});

describe('selection scores', () => {
  it('that are all but equal are said to tell nothing, with what to do', () => {
    expect(selectionWarning(states(0.8341, 0.8352, 0.8349), 'synthetic')).toMatch(
      /all 3 scores lie between 0\.8341 and 0\.8352.*selection=last.*noise of global anomalies longer/,
    );
    expect(selectionWarning(states(0.9991, 0.9992, 0.9999), 'synthetic')).toMatch(/harder to see/);
    expect(selectionWarning(states(0.91, 0.91, 0.91), 'test')).toMatch(/more steps/);
  });

  it('that differ are not, nor are fewer than three', () => {
    expect(selectionWarning(states(0.8, 0.803, 0.801), 'synthetic')).toBeUndefined();
    expect(selectionWarning(states(0.8, 0.8), 'synthetic')).toBeUndefined();
    expect(selectionWarning([{ stage: 1, step: 1 }], 'last')).toBeUndefined();
  });
});
