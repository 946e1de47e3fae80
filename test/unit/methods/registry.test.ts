/** @file Methods by name, and those that lie in a file. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { CladError } from '../../../src/core/errors.ts';
import { undescribed } from '../../../src/methods/describe-options.ts';
import { defaultMethod, loadMethod, methodNames, methods } from '../../../src/methods/registry.ts';
import { resolveOptions } from '../../../src/methods/resolve-options.ts';
import { withFolder } from '../../helpers/made-store.ts';

const fixture = (name: string) =>
  fileURLToPath(new URL(`../../fixtures/methods/${name}.mjs`, import.meta.url));

describe('a method that comes with the program', () => {
  it('is found by its name; CLAD is the default', async () => {
    expect(methodNames).toEqual([
      'clad',
      'patchcore',
      'simplenet',
      'glass',
      'cras',
      'rd',
      'uniad',
      'cflow',
      'draem',
      'dinomaly',
      'subspace',
      'rad',
    ]);
    expect(defaultMethod).toBe('clad');
    for (const name of methodNames) expect(await loadMethod(name)).toBe(methods.get(name));
  });

  it.each(['padim', '', './none', 'toString', 'model.onnx'])(
    'cannot be called %s, and neither can a file',
    async (name) => {
      const refused = loadMethod(name);
      await expect(refused).rejects.toMatchObject({ code: 'OPTION_INVALID' });
      await expect(refused).rejects.toThrow(
        /method to be one of clad, patchcore, simplenet, glass, cras, rd, uniad, cflow, draem, dinomaly, subspace, rad, or a JavaScript file that holds one, got/,
      );
    },
  );
});

it.each([...methods])('%s describes every option, as a file has to', (_, { options }) => {
  expect(undescribed(options)).toBeUndefined();
});

describe('a file of code', () => {
  it.each([
    ['./none.mjs', /none\.mjs cannot be used: there is no such file\./],
    [
      fileURLToPath(import.meta.url),
      /registry\.test\.ts cannot be used: only files that end in \.mjs or \.js/,
    ],
  ])('that is missing, or cannot be read, is refused: %s', async (name, message) => {
    await expect(loadMethod(name)).rejects.toMatchObject({ code: 'PLUGIN_INVALID' });
    await expect(loadMethod(name)).rejects.toThrow(message);
  });
});

describe('a method in a file', () => {
  it('may be made with the kit, by a function', async () => {
    const method = await loadMethod(fixture('gaussian'));
    expect(Object.keys(method.presets)).toEqual(['fast', 'steep']);
    expect(resolveOptions(method, 'steep', ['seed=3'])).toMatchObject({ power: 2, seed: 3 });
    expect(() => resolveOptions(method, 'fast', ['power=9'])).toThrow(/power to be at most 4, got 9/);
    // What patches are asked for with is added.
    expect(
      method.tasks?.(method.presets.fast!, { training: 9, selection: 0, classes: 1, cores: 2 }),
    ).toMatchObject([{ task: 'foregrounds' }, { task: 'patch features' }]);
  });

  it('may be an object, or come from an asynchronous function', () =>
    withFolder(async (folder) => {
      const zod = JSON.stringify(import.meta.resolve('zod'));
      const plain = `{
        name: 'plain-1', summary: '', options: z.object({ seed: z.number().describe('Chance.') }).loose(),
        presets: { only: { seed: 0, heldOut: 0.1, synthesis: { perImage: 0 }, falseAlarmRate: 0.02 } },
        view: async () => ({}), fit: async () => ({}),
      }`;
      const path = join(folder, 'plain.mjs');
      await writeFile(path, `import { z } from ${zod};\nexport default ${plain};`);
      expect(await loadMethod(path)).toMatchObject({ name: 'plain-1' });
      const later = join(folder, 'later.js');
      await writeFile(join(folder, 'package.json'), '{ "type": "module" }');
      await writeFile(later, `export default async ({ z }) => (${plain});`);
      expect(await loadMethod(later)).toMatchObject({ name: 'plain-1' });
    }));

  const options = '{ safeParse: (data) => ({ success: true, data }) }';
  const common = '{ seed: 0, heldOut: 0.1, synthesis: { perImage: 0 }, falseAlarmRate: 0.02 }';
  const functions = 'view() {}, fit() {}';
  const extra = (field: string) =>
    `export default { name: 'mine', options: ${options}, presets: { a: ${common} }, ${functions}, ${field} };`;
  const described = (option: string, value: string) =>
    `export default ({ z, options: { seed, heldOut, synthesis, falseAlarmRate, asCompared } }) => ({
      name: 'mine', ${functions}, options: z.object({ seed, heldOut, synthesis, falseAlarmRate, ${option} }),
      presets: { a: { ...asCompared, ${value} } },
    });`;

  it.each([
    ['no JavaScript', 'export default {', /docs\/plugins\.md has an example\.$/],
    ['an import of nothing', "import './none.mjs';", /none\.mjs/],
    ['an error', "throw new Error('no luck');", /cannot be used: no luck\./],
    ['an error of several lines', "throw new Error('no luck\\nat all');", /cannot be used: no luck\./],
    ['a function that fails', "export default () => { throw new Error('no luck'); };", /: no luck\./],
    ['no default export', 'export const method = {};', /its default export is no method, and no function/],
    ['a function that gives nothing', 'export default () => {};', /its default export is no method/],
    ['a text', "export default 'clad';", /its default export is no method/],
    ['no name', 'export default {};', /its name is no word of small letters, digits and hyphens/],
    ['a name that is none', "export default { name: 'My Method' };", /its name is no word/],
    [
      'a taken name',
      "export default { name: 'clad' };",
      /its name, clad, is that of a method that comes with/,
    ],
    ['no options', "export default { name: 'mine' };", /its options are no Zod schema/],
    ['options that are no schema', "export default { name: 'mine', options: { seed: 0 } };", /no Zod schema/],
    ['no presets', `export default { name: 'mine', options: ${options} };`, /it has no presets/],
    ['empty presets', `export default { name: 'mine', options: ${options}, presets: {} };`, /no presets/],
    [
      'no function',
      `export default { name: 'mine', options: ${options}, presets: { a: ${common} }, view() {} };`,
      /it lacks the function fit or view/,
    ],
    [
      'a preset that its own options refuse',
      `export default ({ z }) => ({ name: 'mine', options: z.strictObject({ seed: z.number() }), presets: { a: ${common} }, ${functions} });`,
      /its preset a is refused by its own options/,
    ],
    [
      'options without those that every method has',
      `export default { name: 'mine', options: ${options}, presets: { a: { seed: 0, heldOut: 0.1 } }, ${functions} };`,
      /its preset a lacks synthesis, falseAlarmRate, which every method has/,
    ],
    [
      'a preset that is whole, but options that are no schema',
      `export default { name: 'mine', options: ${options}, presets: { a: ${common} }, ${functions} };`,
      /its options are no Zod schema that can be listed/,
    ],
    [
      'an option without a description',
      described('power: z.number()', 'power: 1'),
      /its option power has no description; give it one with \.describe/,
    ],
    [
      'an option without a description in a group',
      described("of: z.strictObject({ power: z.number() }).describe('Of.')", 'of: { power: 1 }'),
      /its option of\.power has no description/,
    ],
    ['a plan that is no function', extra('plan: 3'), /its plan is no function/],
    ['an ablation that is none', extra('ablation: 7'), /its ablation is no object with a list parts/],
    ['parts without names', extra('ablation: { parts: [() => []] }'), /its ablation is no object with/],
    [
      'a misspelt field',
      extra('ablations: { parts: [] }'),
      /it has ablations, which no method has; perhaps ablation was meant\./,
    ],
    [
      'options without names',
      `export default ({ z }) => ({ name: 'mine', options: z.any(), presets: { a: ${common} }, ${functions} });`,
      /its options are no group with names/,
    ],
  ])('that holds %s is refused in a sentence', (_, content, reason) =>
    withFolder(async (folder) => {
      const path = join(folder, 'mine.mjs');
      await writeFile(path, content);
      const error = await loadMethod(path).then(
        () => expect.unreachable('it was taken'),
        (thrown: unknown) => thrown as CladError,
      );
      expect(error).toBeInstanceOf(CladError);
      expect(error).toMatchObject({ code: 'PLUGIN_INVALID' });
      expect(error.message).toContain(`${path} cannot be used: `);
      expect(error.message).toMatch(reason);
      expect(error.message).not.toMatch(/\n/);
    }),
  );
});
