import { describe, expect, it } from 'vitest';
import { ablationNames, ablationVariants, sweepNames } from '../../../../src/jobs/compare/ablation.ts';
import { optionsOf } from '../../../../src/jobs/compare/grid.ts';
import { cladPresets as presets } from '../../../../src/methods/clad/options.ts';

describe('ablationVariants', () => {
  it.each(presetNames)('gives options that can be trained with, each another than %s itself', (preset) => {
    const [whole, ...rows] = ablationVariants(preset, presets[preset]);
    expect(optionsOf(whole!)).toEqual(presets[preset]);
    expect(rows.length).toBeGreaterThan(10);
    const resolved = rows.map((row) => JSON.stringify(optionsOf(row)));
    expect(new Set([...resolved, JSON.stringify(presets[preset])]).size).toBe(rows.length + 1);
  });

  it("leaves out what a preset has not: the paper's has no residuals to do without", () => {
    const names = (preset: 'paper' | 'fast') =>
      ablationVariants(preset, presets[preset]).map(({ name }) => name);
    expect(names('fast')).toContain('no residuals (decision 0002)');
    expect(names('paper').filter((name) => name.includes('decision'))).toEqual([]);
  });

  it.each(['fast', 'paper'] as const)('sweeps over the value that %s has, among others', (preset) => {
    for (const sweep of sweepNames) {
      const [, ...rows] = ablationVariants(preset, presets[preset], [sweep]);
      const own = rows.filter((row) => JSON.stringify(optionsOf(row)) === JSON.stringify(presets[preset]));
      expect(own, sweep).toHaveLength(1);
      expect(rows.length, sweep).toBeGreaterThan(2);
    }
  });

  it('sweeps beside the parts where it is asked to', () => {
    const names = ablationVariants('fast', presets.fast, undefined, true).map(({ name }) => name);
    expect(names).toContain('no contrast (Eq. 8-17)');
    expect(names).toContain('losses.gamma=1');
    expect(ablationVariants('fast', presets.fast).map(({ name }) => name)).not.toContain('losses.gamma=1');
  });

  it('without a reduction changes d alone', () => {
    const { features, input } = presets.fast;
    const adaptorOf = (options: typeof presets.fast) => {
      const row = ablationVariants('fast', options, ['no reduction']).at(-1)!;
      return optionsOf(row).adaptor;
    };
    expect(adaptorOf(presets.fast)).toEqual([256, 128, memoryBank.components]);
    // Of features joined, the options do not say how wide they are.
    const joined = { ...presets.fast, input: { ...input, kind: 'feature' as const } };
    expect(features.aggregation).toBe('concatenated');
    expect(ablationVariants('fast', joined).some(({ name }) => name.startsWith('no reduction'))).toBe(false);
  });

  it('refuses a part or a constant that the settings have not', () => {
    const joined = { ...presets.fast, input: { ...presets.fast.input, kind: 'feature' as const } };
    for (const name of ['no reduction', 'C_d', 'no residuals'])
      expect(() => ablationVariants('fast', joined, [name]), name).toThrow(/that these settings have, got/);
  });

  it('sweeps a value once, whatever it is reached by', () => {
    const still = { ...presets.fast.globalAnomalies, stepLength: 0 };
    const [, ...rows] = ablationVariants('fast', { ...presets.fast, globalAnomalies: still }, ['ascent']);
    expect(rows.map(({ name }) => name)).toEqual(['globalAnomalies.stepLength=0']);
  });

  it('names what it knows when asked for something else', () => {
    expect(() => ablationVariants('fast', presets.fast, ['no contrasts'])).toThrow(
      /no contrast, anomalies not attracted/,
    );
    expect(ablationNames).toContain('distance alone');
  });
});
