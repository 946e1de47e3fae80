/** @file Options laid over one another, read from text, and checked. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { changesFrom, checkOptions, mergeOptions, optionFromText } from '../../../src/core/options.ts';

const base = { seed: 0, losses: { gamma: -0.8, kind: 'hinge' }, layers: ['a', 'b'], limit: null };

describe('merging options', () => {
  it('replaces values, merges groups, and leaves the rest', () => {
    expect(mergeOptions(base, { losses: { gamma: 1 }, layers: ['c'], limit: 3 }, 'run.yaml')).toEqual({
      seed: 0,
      losses: { gamma: 1, kind: 'hinge' },
      layers: ['c'],
      limit: 3,
    });
  });

  it('changes neither of its arguments', () => {
    const [before, overlay] = [structuredClone(base), { losses: { gamma: 1 } }];
    mergeOptions(base, overlay, 'run.yaml');
    expect(base).toEqual(before);
    expect(overlay).toEqual({ losses: { gamma: 1 } });
  });

  it('with nothing, or with the same values, changes nothing', () => {
    expect(mergeOptions(base, {}, 'run.yaml')).toEqual(base);
    expect(mergeOptions(base, base, 'run.yaml')).toEqual(base);
  });

  it.each([
    [
      { sed: 1 },
      'Unknown option sed in run.yaml. Did you mean seed? Known options: seed, losses, layers, limit.',
    ],
    [
      { losses: { gama: 1 } },
      'Unknown option losses.gama in run.yaml. Did you mean losses.gamma? Known options: gamma, kind.',
    ],
    [{ kind: 1 }, 'Unknown option kind in run.yaml. Did you mean losses.kind?'],
    [{ constants: 1 }, 'Unknown option constants in run.yaml. Known options: seed,'],
    [JSON.parse('{"__proto__": {"seed": 1}}'), 'Unknown option __proto__ in run.yaml.'],
    [{ constructor: 1 }, 'Unknown option constructor in run.yaml.'],
    [{ losses: { toString: 1 } }, 'Unknown option losses.toString in run.yaml.'],
  ])('refuses unknown keys by their whole name: %j', (overlay, message) => {
    expect(() => mergeOptions(base, overlay, 'run.yaml')).toThrow(message);
  });

  it('lets a value take the place of a group, for the schema to refuse', () => {
    expect(mergeOptions(base, { losses: 3 }, 'run.yaml')).toEqual({ ...base, losses: 3 });
  });
});

describe('changed options', () => {
  it('are those that differ, by their whole name', () => {
    const now = mergeOptions(base, { losses: { gamma: 1 }, layers: ['c'], limit: 3 }, 'run.yaml');
    expect(changesFrom(base, now)).toEqual({ 'losses.gamma': 1, layers: ['c'], limit: 3 });
    expect(changesFrom(base, structuredClone(base))).toEqual({});
  });
});

describe('an option given as text', () => {
  it.each([
    ['seed=3', { seed: 3 }],
    ['losses.gamma=-0.5', { losses: { gamma: -0.5 } }],
    ['losses.kind=bce', { losses: { kind: 'bce' } }],
    ['losses.kind="7"', { losses: { kind: '7' } }],
    ['limit=null', { limit: null }],
    ['layers=["a", "b"]', { layers: ['a', 'b'] }],
    ['fusion=false', { fusion: false }],
    ['name=', { name: '' }],
    ['name=a=b', { name: 'a=b' }],
    ['a.b.c=1', { a: { b: { c: 1 } } }],
  ])('%s', (text, tree) => {
    expect(optionFromText(text, '--set')).toEqual(tree);
  });

  it.each(['seed', '=3', ''])('%j is refused, and shown how it should be', (text) => {
    expect(() => optionFromText(text, '--set')).toThrow(/--set to be name=value, e\.g\. losses\.gamma=1/);
  });

  it('gives the value of any JSON', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        expect(optionFromText(`x=${text}`, '--set')).toEqual({ x: JSON.parse(text) });
      }),
    );
  });
});

describe('checking options', () => {
  const schema = z.strictObject({
    seed: z.number().int().min(0),
    rate: z.number().positive().max(1),
    kind: z.enum(['hinge', 'bce']),
    losses: z.strictObject({ gamma: z.number() }),
  });
  const right = { seed: 1, rate: 0.5, kind: 'bce', losses: { gamma: 1 } };

  it('gives the options back', () => {
    expect(checkOptions(schema, right)).toEqual(right);
  });

  it.each([
    [{ seed: -1 }, 'Expected seed to be at least 0, got -1.'],
    [{ seed: 1.5 }, 'Expected seed to be a whole number, got 1.5.'],
    [{ rate: 0 }, 'Expected rate to be above 0, got 0.'],
    [{ rate: 2 }, 'Expected rate to be at most 1, got 2.'],
    [{ rate: 'half' }, 'Expected rate to be a number, got "half".'],
    [{ kind: 'mse' }, 'Expected kind to be one of hinge, bce, got "mse".'],
    [{ losses: { gamma: null } }, 'Expected losses.gamma to be a number, got null.'],
    [{ losses: 3 }, 'Expected losses to be a group of options, got 3.'],
    [{ seed: undefined }, 'Expected seed to be a number, got nothing.'],
  ])('refuses %j with what was expected', (wrong, message) => {
    expect(() => checkOptions(schema, { ...right, ...wrong })).toThrow(message);
  });

  it('refuses keys that the schema has not by name, with what it has there, also in lists', () => {
    expect(() => checkOptions(schema, { ...right, sede: 1 })).toThrow(
      'Unknown option sede in the options. Did you mean seed? Known options: seed, rate, kind, losses.',
    );
    const rows = z.array(z.strictObject({ of: schema.shape.losses.optional() }));
    expect(() => checkOptions(rows, [{}, { of: { gama: 1, gamma: 1 } }], () => 'rows.yaml')).toThrow(
      'Unknown option 1.of.gama in rows.yaml. Did you mean 1.of.gamma? Known options: gamma.',
    );
  });

  it('says where the wrong option stands', () => {
    const where = (path: readonly string[]) => (path[0] === 'losses' ? 'run.yaml' : undefined);
    const wrong = (change: object) => () => checkOptions(schema, { ...right, ...change }, where);
    expect(wrong({ losses: { gamma: null } })).toThrow(
      'Expected losses.gamma in run.yaml to be a number, got null.',
    );
    expect(wrong({ losses: { gamma: 1, gamm: 2 } })).toThrow('Unknown option losses.gamm in run.yaml.');
    expect(wrong({ seed: -1 })).toThrow('Expected seed to be at least 0, got -1.');
  });

  it('passes on what a rule of several options says', () => {
    const ordered = z.object({ low: z.number(), high: z.number() }).superRefine(({ low, high }, context) => {
      if (low > high)
        context.addIssue({ code: 'custom', path: ['low'], message: 'At most high', input: low });
    });
    expect(() => checkOptions(ordered, { low: 2, high: 1 })).toThrow(
      'Expected low to be at most high, got 2.',
    );
  });
});
