/** @file Named regions as people write them, drawn; and the sentence that each mistake is met with. */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { classRegion, requireDrawable, requireNotFollowed } from '../../../../src/jobs/roi/class-regions.ts';
import { drawRegion } from '../../../../src/jobs/roi/draw-region.ts';
import { checkRegions, withPaths } from '../../../../src/jobs/roi/region-definition.ts';
import type { CladOptions } from '../../../../src/methods/clad/clad-options.ts';
import { methods } from '../../../../src/methods/registry.ts';
import { encoded, withFiles, writeFiles } from '../../../helpers/images.ts';

const geometry = { width: 8, height: 8 };
const definition = (given: object) => checkRegions({ part: given }).part!;
const left = { name: 'left', inside: [{ rectangle: [0, 0, 4, 8] }] };
const right = { name: 'right', inside: [{ rectangle: [4, 0, 4, 8] }] };

/** The first row of each region, as 0 and 1. */
async function firstRows(given: object): Promise<Record<string, string>> {
  const { named } = await drawRegion('part', definition({ reference: 8, ...given }), geometry);
  return Object.fromEntries(named!.map(({ name, data }) => [name, data.slice(0, 8).join('')]));
}

describe('named regions', () => {
  it('lie beside each other, each less what it ignores and what the class ignores, and make up the region', async () => {
    const given = {
      regions: [left, { ...right, ignore: [{ rectangle: [5, 0, 1, 8] }] }],
      ignore: [{ rectangle: [0, 0, 1, 8] }],
    };
    expect(await firstRows(given)).toEqual({ left: '01110000', right: '00001011' });
    const { region } = await classRegion('part', definition({ reference: 8, ...given }), {
      geometry,
      grid: { rows: 4, columns: 4 },
    });
    expect(Array.from(region.pixels.slice(0, 8))).toEqual([0, 1, 1, 1, 1, 0, 1, 1]);
    expect(region.named!.map(({ name, offset }) => [name, offset])).toEqual([
      ['left', 0],
      ['right', 0],
    ]);
    expect(Array.from(region.named![1]!.patches.slice(0, 4))).toEqual([0, 0, 1, 1]);
  });

  it('share a line where their shapes do, at a size at which it lies on the centres of pixels', async () => {
    const halves = [
      { name: 'a', inside: [{ rectangle: [0, 0, 4.5, 8] }] },
      { name: 'b', inside: [{ rectangle: [4.5, 0, 3.5, 8] }] },
    ];
    expect(await firstRows({ regions: halves })).toEqual({ a: '11110000', b: '00001111' });
  });

  it('may be masks, whose paths are from where the file lies', () =>
    withFiles({}, async (folder) => {
      const data = Uint8Array.from({ length: 3 * 64 }, (_, at) => (Math.floor(at / 3) % 8 < 3 ? 255 : 0));
      await writeFiles(folder, { 'label.png': await encoded({ width: 8, height: 8, data }, 'png') });
      const given = {
        regions: [{ name: 'label', inside: [{ mask: 'label.png' }], ignore: [{ mask: 'label.png' }] }],
      };
      const moved = withPaths(definition(given), (path) => join(folder, path));
      expect(moved.regions![0]).toMatchObject({
        inside: [{ mask: join(folder, 'label.png') }],
        ignore: [{ mask: join(folder, 'label.png') }],
      });
      const drawn = { ...moved, regions: [{ name: 'label', inside: moved.regions![0]!.inside }] };
      const { named } = await drawRegion('part', drawn, geometry);
      expect(named![0]!.data.slice(0, 8).join('')).toBe('11100000');
    }));

  it.each<[string, object, string]>([
    [
      'of one name',
      { regions: [left, { ...right, name: 'left' }] },
      '(regions[1]): the name left is given twice',
    ],
    [
      'that overlap',
      { regions: [left, { ...right, inside: [{ rectangle: [2, 0, 6, 8] }] }] },
      '(regions[0] and regions[1]): left and right overlap, in 33 % of right',
    ],
    [
      'outside of the reference',
      { regions: [left, { ...right, inside: [{ rectangle: [4, 0, 5, 8] }] }] },
      '(regions[1] (right).inside[0]): its corner (9, 0) lies outside of the reference, 8x8',
    ],
    [
      'that ignore what lies outside',
      { regions: [left, { ...right, ignore: [{ rectangle: [4, 0, 5, 8] }] }] },
      '(regions[1] (right).ignore[0]): its corner (9, 0)',
    ],
    [
      'beside what the class ignores outside',
      {
        regions: [{ ...left, ignore: [{ rectangle: [0, 0, 1, 1] }] }],
        ignore: [{ rectangle: [4, 0, 5, 8] }],
      },
      '(ignore[0]): its corner (9, 0)',
    ],
    [
      'ignored altogether',
      { regions: [left, right], ignore: [{ rectangle: [4, 0, 4, 8] }] },
      '(regions[1] (right)): no pixel is inside',
    ],
    [
      'crossing themselves',
      {
        regions: [
          {
            name: 'x',
            inside: [
              {
                polygon: [
                  [0, 0],
                  [4, 4],
                  [4, 0],
                  [0, 4],
                ],
              },
            ],
          },
        ],
      },
      '(regions[0] (x).inside[0]): the polygon crosses itself',
    ],
  ])('%s are refused', async (_, given, sentence) => {
    await expect(firstRows(given)).rejects.toMatchObject({
      code: 'ROI_INVALID',
      message: expect.stringContaining(sentence),
    });
  });

  it('smaller than a patch are refused', async () => {
    const small = { reference: 8, regions: [left, { name: 'dot', inside: [{ rectangle: [6, 6, 1, 1] }] }] };
    const seen = { geometry, grid: { rows: 4, columns: 4 } };
    await expect(classRegion('part', definition(small), seen)).rejects.toMatchObject({
      code: 'ROI_INVALID',
      message: expect.stringContaining(
        'it is smaller than a patch: 1 pixels of the input, and a patch has 4',
      ),
    });
  });

  it.each<[object, string]>([
    [{ reference: 8, regions: [] }, 'a list of 1 to 16 regions'],
    [{ reference: 8, regions: [{ inside: left.inside }] }, 'Expected regions.0.name'],
    [{ reference: 8, regions: [{ ...left, name: 'a/b' }] }, 'a name of letters, digits'],
    [{ reference: 8, regions: [{ name: 'left' }] }, 'Expected regions.0.inside'],
    [{ reference: 8, inside: left.inside, regions: [left] }, 'not both'],
  ])('are refused by their form: %j', (given, sentence) => {
    expect(() => definition(given)).toThrow(sentence);
  });

  it('are not for patchcore, nor for a region that follows the part', async () => {
    const given = { part: definition({ reference: 8, regions: [left] }) };
    const { patchcore, clad } = Object.fromEntries(methods);
    await expect(
      requireDrawable(given, ['part'], patchcore!, patchcore!.presets.fast!),
    ).rejects.toMatchObject({ code: 'ROI_NAMED_UNSUITABLE' });
    await expect(requireDrawable(given, ['part'], clad!, clad!.presets.fast!)).resolves.toBeUndefined();
    const { instant } = clad!.presets as Record<string, CladOptions>;
    const whole = { ...instant!, features: { ...instant!.features, tile: 320, tileWhole: true } };
    await expect(requireDrawable(given, ['part'], clad!, whole)).rejects.toThrow('--tiles-whole');
    for (const classes of ['all', ['part']] as const)
      expect(() => requireNotFollowed(given, { classes })).toThrow('named regions lie where they are drawn');
    expect(() => requireNotFollowed(given, { classes: ['nut'] })).not.toThrow();
  });
});
