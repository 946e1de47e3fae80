/** @file What is set for all rows of a grid goes to those that have it. */
import { describe, expect, it } from 'vitest';
import { withCommon } from '../../../../src/jobs/compare/common-settings.ts';
import { optionsOf } from '../../../../src/jobs/compare/grid.ts';

const row = (method: string, set: readonly string[] = [], preset = 'fast') => ({
  name: `my ${method}`,
  method,
  preset,
  set,
  where: `rows.yaml, row of ${method}`,
});

describe('settings of all rows', () => {
  it('go to the rows whose method has the option, before their own, and it is said which these are', async () => {
    const rows = [row('clad', ['stage1.steps=5']), row('patchcore'), row('cras')];
    const set = ['stage1.steps=3', 'guidance=0.5', 'features.inputSize=64'];
    const { variants, notes } = await withCommon(rows, set);
    expect(variants.map(({ common }) => common)).toEqual([
      ['stage1.steps=3', 'features.inputSize=64'],
      ['features.inputSize=64'],
      ['guidance=0.5', 'features.inputSize=64'],
    ]);
    expect(await optionsOf(variants[0]!)).toMatchObject({
      stage1: { steps: 5 },
      features: { inputSize: 64 },
    });
    expect(notes).toEqual([
      '--set stage1.steps=3 holds for my clad; without such an option: my patchcore, my cras.',
      '--set guidance=0.5 holds for my cras; without such an option: my clad, my patchcore.',
    ]);
  });

  it('are refused where no row has them, with what the rows have', async () => {
    const rows = [row('clad'), row('patchcore')];
    const refused = (text: string) => expect(withCommon(rows, [text])).rejects;
    await refused('guidance=1').toThrow(
      /^Unknown option guidance in --set\. Known options: seed, .*stage2\.$/,
    );
    await refused('losses.gama=1').toThrow(
      /^Unknown option losses\.gama in --set\. Did you mean losses\.gamma\?/,
    );
    await refused('features={"inputSze":3}').toThrow(/^Unknown option features\.inputSze in --set/);
    await refused('gamma').toThrow(/^Expected --set to be name=value/);
  });

  it('are told from those of a row where one is wrong', async () => {
    const { variants } = await withCommon([row('clad', ['losses.margin=5'])], ['losses.gamma=99']);
    await expect(optionsOf(variants[0]!)).rejects.toThrow(
      /^Expected losses\.gamma in --set to be at most 10/,
    );
    await expect(optionsOf(row('clad', ['losses.gama=1']))).rejects.toThrow(
      /^Unknown option losses\.gama in rows\.yaml, row of clad\./,
    );
    await expect(optionsOf({ ...variants[0]!, common: ['seed=3'] })).rejects.toThrow(
      /^Expected seed in --set to be left out/,
    );
    await expect(optionsOf(row('clad', [], 'none'))).rejects.toThrow(
      /^Expected preset in rows\.yaml, row of clad to be one of instant, fast/,
    );
  });
});
