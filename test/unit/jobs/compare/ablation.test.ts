import { describe, expect, it } from 'vitest';
import { ablationNames, ablationVariants } from '../../../../src/jobs/compare/ablation.ts';
import { type GridVariant, optionsOf } from '../../../../src/jobs/compare/grid.ts';
import { type CladOptions, cladPresets as presets } from '../../../../src/methods/clad/clad-options.ts';
import type { CommonOptions } from '../../../../src/methods/contract.ts';
import { methods } from '../../../../src/methods/registry.ts';
import { defaultPreset } from '../../../../src/methods/resolve-options.ts';

const clad = methods.get('clad')!;
const variants = (
  preset: keyof typeof presets,
  options: CommonOptions = presets[preset],
  only?: readonly string[],
  withSweeps?: boolean,
) => ablationVariants(clad, preset, options, only, withSweeps);
const resolved = async (row: GridVariant) => (await optionsOf(row)) as CladOptions;
/** A row's options as text, all in one order. */
const textOf = async (row: GridVariant) => JSON.stringify(await optionsOf(row));

describe('ablationVariants', () => {
  it.each(['fast', 'paper', 'accurate'] as const)(
    'gives options that can be trained with, each different from %s',
    async (preset) => {
      const [whole, ...rows] = variants(preset);
      expect(await optionsOf(whole!)).toEqual(presets[preset]);
      expect(rows.length).toBeGreaterThan(10);
      const found = await Promise.all([whole!, ...rows].map(textOf));
      expect(new Set(found).size).toBe(rows.length + 1);
    },
  );

  it('has few rows of the default, which trains no networks, and each gives other options', async () => {
    const options = presets.instant;
    const [whole, ...rows] = variants('instant', options);
    expect(rows.map(({ name }) => name.replace(/ \(.*/, ''))).toEqual([
      'one neighbour',
      'no fine layers',
      'components unweighed',
      'maximum as image score',
    ]);
    expect(new Set(await Promise.all([whole!, ...rows].map(textOf))).size).toBe(5);
    expect(() => variants('instant', options, ['no contrast'])).toThrow(/that these settings have, got/);
  });

  it('gives rows with other options for every method that has parts', async () => {
    const able = [...methods.values()].filter(({ ablation }) => ablation);
    expect(able.map(({ name }) => name)).toEqual(['clad', 'patchcore', 'glass', 'cras']);
    for (const method of able) {
      const preset = method.ablation!.preset ?? defaultPreset(method);
      const options = method.presets[preset]!;
      const [whole, ...rows] = ablationVariants(method, preset, options);
      expect(await optionsOf(whole!), method.name).toEqual(options);
      const found = await Promise.all([whole!, ...rows].map(textOf));
      expect(rows.length, method.name).toBeGreaterThan(0);
      expect(new Set(found).size, method.name).toBe(rows.length + 1);
      for (const sweep of Object.keys(method.ablation!.sweeps)) {
        const [, ...swept] = ablationVariants(method, preset, options, [sweep]);
        for (const row of swept) await expect(optionsOf(row), row.name).resolves.toBeDefined();
        expect(swept.length, sweep).toBeGreaterThan(2);
      }
    }
  });

  it('refuses a method without parts', () => {
    const method = methods.get('simplenet')!;
    expect(() => ablationVariants(method, 'fast', method.presets.fast!)).toThrow(
      /--method to be a method that says in `ablation` which parts it has, got simplenet/,
    );
    expect(ablationNames(method)).toEqual([]);
  });

  it('leaves out parts that a preset does not have: paper has no residuals', () => {
    const names = (preset: 'paper' | 'fast') => variants(preset).map(({ name }) => name);
    expect(names('fast')).toContain('no residuals (decision 0002)');
    expect(names('paper')).not.toContain('no residuals (decision 0002)');
    // Of its own it has one: how long its noise is.
    expect(names('paper').filter((name) => name.includes('decision'))).toEqual([
      'noise by deviation (decision 0063)',
    ]);
  });

  it.each(['fast', 'paper'] as const)('includes the value of %s in a sweep', async (preset) => {
    for (const sweep of Object.keys(clad.ablation!.sweeps)) {
      const [whole, ...rows] = variants(preset, presets[preset], [sweep]);
      const [own, ...found] = await Promise.all([whole!, ...rows].map(textOf));
      expect(
        found.filter((text) => text === own),
        sweep,
      ).toHaveLength(1);
      expect(rows.length, sweep).toBeGreaterThan(2);
    }
  });

  it('adds sweeps to the parts where it is asked to', () => {
    const names = variants('fast', presets.fast, undefined, true).map(({ name }) => name);
    expect(names).toContain('no contrast (Eq. 8-17)');
    expect(names).toContain('losses.gamma=1');
    expect(variants('fast').map(({ name }) => name)).not.toContain('losses.gamma=1');
  });

  it('changes d alone in the row without a reduction', async () => {
    const { features, memoryBank } = presets.fast;
    const adaptorOf = async (options: CladOptions) => {
      const row = variants('fast', options, ['no reduction']).at(-1)!;
      return (await resolved(row)).adaptor;
    };
    expect(await adaptorOf(presets.fast)).toEqual([256, 128, memoryBank.components]);
    // Of features joined, the options do not say how wide they are.
    const joined = { ...presets.fast, input: 'feature' as const };
    expect(features.aggregation).toBe('concatenated');
    expect(variants('fast', joined).some(({ name }) => name.startsWith('no reduction'))).toBe(false);
  });

  it('refuses a part or a constant that the options do not have', () => {
    const joined = { ...presets.fast, input: 'feature' as const };
    for (const name of ['no reduction', 'C_d', 'no residuals'])
      expect(() => variants('fast', joined, [name]), name).toThrow(/that these settings have, got/);
  });

  it('trains a value of a sweep once', () => {
    const still = { ...presets.fast.globalAnomalies, stepLength: 0 };
    const [, ...rows] = variants('fast', { ...presets.fast, globalAnomalies: still } as CommonOptions, [
      'ascent',
    ]);
    expect(rows.map(({ name }) => name)).toEqual(['globalAnomalies.stepLength=0']);
  });

  it('lists the parts when it is asked for an unknown one', () => {
    expect(() => variants('fast', presets.fast, ['no contrasts'])).toThrow(
      /no contrast, anomalies not attracted/,
    );
    expect(ablationNames(clad)).toContain('distance alone');
  });
});
