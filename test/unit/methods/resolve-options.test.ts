/** @file The options of a training out of a preset and what is laid over it. */
import { describe, expect, it } from 'vitest';
import { clad } from '../../../src/methods/clad/clad.ts';
import { cladPresets } from '../../../src/methods/clad/clad-options.ts';
import { methods } from '../../../src/methods/registry.ts';
import {
  defaultPreset,
  type Override,
  presetOf,
  resolveOptions,
} from '../../../src/methods/resolve-options.ts';

describe('the whole beside its tiles', () => {
  it('is refused by the options of whoever cannot take it, before anything is read', () => {
    const features = { tile: 320, tileWhole: true };
    for (const [name, method] of methods) {
      const preset = defaultPreset(method);
      const of = presetOf(method, preset) as { features?: { tileWhole?: boolean } };
      if (of.features?.tileWhole === undefined) continue;
      const resolve = (more: object) =>
        resolveOptions(method, preset, [{ where: '--set', options: { features, ...more } }]);
      if (name === 'clad') {
        expect(() => resolve({})).not.toThrow();
        expect(() => resolve({ networks: true })).toThrow(/tileWhole in --set to be false: only the memory/);
      } else expect(() => resolve({}), name).toThrow(/tileWhole in --set to be false: only the memory/);
    }
  });
});

describe('the preset', () => {
  it('is the first where none is named', () => {
    expect(defaultPreset(clad)).toBe('instant');
    expect(resolveOptions(clad)).toEqual(cladPresets.instant);
    const turned = { ...clad, presets: { accurate: cladPresets.accurate, fast: cladPresets.fast } };
    expect(defaultPreset(turned)).toBe('accurate');
    expect(resolveOptions(turned)).toEqual(cladPresets.accurate);
  });

  it('is the one that is named, and an unknown one is refused with those there are', () => {
    expect(resolveOptions(clad, 'paper')).toEqual(cladPresets.paper);
    for (const name of ['published', '', 'toString', '__proto__'])
      expect(() => presetOf(clad, name), name).toThrow(
        /preset to be one of instant, fast, paper, accurate for method clad, got/,
      );
    expect(() => resolveOptions(methods.get('glass')!, 'accurate')).toThrow(
      /fast, published for method glass/,
    );
  });
});

describe('overrides', () => {
  it('are applied in their order, whatever their kind, and leave the rest of a group as it is', () => {
    const { losses, stage1, ...others } = resolveOptions(clad, 'fast', [
      'losses.gamma=1',
      { losses: { gamma: 2, margin: 4 } },
      { where: '--gamma', options: { losses: { gamma: 3 } } },
      { stage1: { steps: 20 } },
      'stage1.steps=21',
    ]);
    const { losses: before, stage1: first, ...rest } = cladPresets.fast;
    expect(losses).toEqual({ ...before, gamma: 3, margin: 4 });
    expect(stage1).toEqual({ ...first, steps: 21 });
    expect(others).toEqual(rest);
    const turned = resolveOptions(clad, 'fast', [
      { where: '--gamma', options: { losses: { gamma: 3 } } },
      'losses.gamma=1',
    ]);
    expect(turned.losses.gamma).toBe(1);
  });

  it('do not change the preset', () => {
    const before = structuredClone(cladPresets.fast);
    resolveOptions(clad, 'fast', ['losses.gamma=1', { stage1: { steps: 3 } }]);
    expect(cladPresets.fast).toEqual(before);
  });

  it('that the method does not have are refused by name, with their source and the known ones', () => {
    const glass = methods.get('glass')!;
    expect(() => resolveOptions(glass, 'fast', [{ stage1: { steps: 3 } }])).toThrow(
      /Unknown option stage1 in the overrides\. Known options: seed, .*focal, training/,
    );
    expect(() => resolveOptions(clad, 'fast', ['stage1.stepz=3'])).toThrow(
      /Unknown option stage1\.stepz in the overrides\. Did you mean stage1\.steps\? Known options: steps, epochs/,
    );
    const file = { where: 'mine.yaml', options: { guidance: 1 } };
    expect(() => resolveOptions(clad, 'fast', [file])).toThrow(/Unknown option guidance in mine\.yaml\./);
    expect(() => resolveOptions(clad, 'fast', ['gamma'])).toThrow(
      /Expected an override to be name=value, e\.g\. losses\.gamma=1, got gamma/,
    );
  });

  it('that stand beside others are refused with the names of those as well', () => {
    const file = { where: 'mine.yaml', options: { metod: 'clad' }, beside: ['method', 'preset'] };
    expect(() => resolveOptions(clad, 'fast', [file])).toThrow(
      /Unknown option metod in mine\.yaml\. Did you mean method\? Known options: method, preset, seed, /,
    );
    const inner = { ...file, options: { losses: { metod: 1 } } };
    expect(() => resolveOptions(clad, 'fast', [inner])).toThrow(/Known options: contrast, /);
  });

  it('are named with where they come from, the last that set the option, and without where that is code', () => {
    const file = { where: 'mine.yaml', options: { losses: { gamma: 99 } } };
    const message = (...overrides: readonly Override[]) => {
      try {
        resolveOptions(clad, 'fast', overrides);
      } catch (error) {
        return (error as Error).message;
      }
      return undefined;
    };
    expect(message(file, 'seed=1')).toBe('Expected losses.gamma in mine.yaml to be at most 10, got 99.');
    expect(message(file, { where: '--set', options: { losses: { gamma: 98 } } })).toMatch(
      /^Expected losses\.gamma in --set to be/,
    );
    expect(message('losses.gamma=99')).toBe('Expected losses.gamma to be at most 10, got 99.');
    expect(message(file, 'losses.gamma=99')).toMatch(/^Expected losses\.gamma to be/);
    expect(message({ where: '--set', options: { losses: 3 } })).toMatch(
      /^Expected losses in --set to be a group/,
    );
  });

  it('are checked after all of them are applied', () => {
    // Above the high end at first, below it in the end.
    const { synthesis } = resolveOptions(clad, 'fast', ['synthesis.betaLow=0.85', 'synthesis.betaHigh=0.9']);
    expect(synthesis).toMatchObject({ betaLow: 0.85, betaHigh: 0.9 });
    expect(() => resolveOptions(clad, 'fast', ['synthesis.betaLow=0.85'])).toThrow(/synthesis\.betaLow/);
    expect(() => resolveOptions(clad, 'fast', [{ adaptor: 'wide' }])).toThrow(
      /Expected adaptor to be a list in brackets, got "wide"/,
    );
    expect(() => resolveOptions(methods.get('cras')!, 'fast', ['guidance=2'])).toThrow(
      /Expected guidance to be at most 1, got 2/,
    );
  });
});
