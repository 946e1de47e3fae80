/** @file What was probably meant by an option that there is not. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nearestOf, unknownOption } from '../../../src/core/unknown-option.ts';

describe('the nearest name', () => {
  it.each([
    ['metod', 'method'],
    ['mehtod', 'method'],
    ['Method', 'method'],
    ['prest', 'preset'],
    ['treshold', 'threshold'],
    ['ab', undefined],
    ['guidance', undefined],
    ['', undefined],
  ])('%j: %j', (written, name) => {
    expect(nearestOf(written, ['method', 'preset', 'threshold', 'seed', 'x'])).toBe(name);
  });

  it('is the one with the fewest slips, of a letter left out, put in, changed or swapped', () => {
    expect(nearestOf('stage11', ['stage', 'stage1', 'stage2'])).toBe('stage1');
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z]{5,9}$/), fc.nat(20), (name, seed) => {
        const at = seed % (name.length - 1);
        const cut = name.slice(0, at) + name.slice(at + 1);
        const swapped = name.slice(0, at) + name[at + 1] + name[at] + name.slice(at + 2);
        for (const slip of [cut, swapped, `${name.slice(0, at)}q${name.slice(at)}`])
          expect(nearestOf(slip, ['0123456789', name])).toBe(name);
      }),
    );
  });
});

describe('the refusal', () => {
  const messageOf = (option: string) =>
    unknownOption(option, 'run.yaml', ['seed', 'losses'], ['losses.gamma', 'a.rate', 'b.rate']).message;

  it('offers an option of another group by its last name, where only one has it', () => {
    expect(messageOf('gamma')).toBe(
      'Unknown option gamma in run.yaml. Did you mean losses.gamma? Known options: seed, losses.',
    );
    expect(messageOf('rate')).toBe('Unknown option rate in run.yaml. Known options: seed, losses.');
  });
});
