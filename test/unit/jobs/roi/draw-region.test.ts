/** @file Regions of interest as people write them, drawn; and the sentence that each mistake is met with. */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { regionOfInterest } from '../../../../src/image/roi/region-of-interest.ts';
import {
  classRegions,
  describeRegions,
  requireDrawable,
  requireTakesRegions,
} from '../../../../src/jobs/roi/class-regions.ts';
import { drawRegion } from '../../../../src/jobs/roi/draw-region.ts';
import { checkRegions, type RegionDefinition } from '../../../../src/jobs/roi/region-definition.ts';
import { regionOfNew } from '../../../../src/jobs/update/region-of-new.ts';
import { methods } from '../../../../src/methods/registry.ts';
import { encoded, withFiles, writeFiles } from '../../../helpers/images.ts';

const geometry = { width: 8, height: 8 };
const definition = (given: object): RegionDefinition => checkRegions({ part: given }).part!;
const rows = ({ data }: { readonly data: Uint8Array }, width = 8) =>
  Array.from({ length: data.length / width }, (_, row) =>
    data.slice(row * width, (row + 1) * width).join(''),
  );
const draw = async (given: object, view = geometry) =>
  (await drawRegion('part', definition(given), view)).mask;

/** A mask of white pixels in a rectangle. */
function square(width: number, height: number, [x, y, across, down]: readonly number[]) {
  const data = new Uint8Array(3 * width * height);
  for (let row = y!; row < y! + down!; row++)
    data.fill(255, 3 * (row * width + x!), 3 * (row * width + x! + across!));
  return encoded({ width, height, data }, 'png');
}

describe('a region', () => {
  it('is what is inside, less what is ignored, at any size of the reference', async () => {
    const shapes = (scale: number) => ({
      inside: [{ rectangle: [2 * scale, scale, 4 * scale, 3 * scale] }],
      ignore: [
        {
          polygon: [
            [4, 1],
            [6, 1],
            [6, 3],
            [4, 3],
          ].map((point) => point.map((at) => at * scale)),
        },
      ],
    });
    const expected = ['00000000', '00110000', '00110000', '00111100', '00000000'];
    expect(rows(await draw({ reference: '800x800', ...shapes(100) })).slice(0, 5)).toEqual(expected);
    expect(rows(await draw({ reference: 'fractions', ...shapes(1 / 8) })).slice(0, 5)).toEqual(expected);
  });

  it('is all but what is ignored where nothing is said to be inside', async () => {
    const mask = await draw({ reference: 8, ignore: [{ rectangle: [0, 0, 8, 7] }] });
    expect(rows(mask)).toEqual([...Array.from({ length: 7 }, () => '00000000'), '11111111']);
  });

  it('is cut where the photograph is', async () => {
    const view = { width: 8, height: 8, resizeTo: { width: 12, height: 12 } };
    const mask = await draw({ reference: 12, inside: [{ rectangle: [0, 0, 4, 4] }] }, view);
    expect(rows(mask).slice(0, 3)).toEqual(['11000000', '11000000', '00000000']);
    await expect(draw({ reference: 12, inside: [{ rectangle: [0, 0, 2, 2] }] }, view)).rejects.toThrow(
      'all of it lies where the photograph is cut off',
    );
  });

  it('is a mask image, by the nearest pixel, united with shapes', () =>
    withFiles({}, async (folder) => {
      await writeFiles(folder, { 'mask.png': await square(16, 16, [0, 0, 4, 16]) });
      const mask = { mask: join(folder, 'mask.png') };
      expect(new Set(rows(await draw({ inside: [mask] })))).toEqual(new Set(['11000000']));
      const both = { reference: '16x16', inside: [mask, { rectangle: [14, 0, 2, 16] }] };
      expect(new Set(rows(await draw(both)))).toEqual(new Set(['11000001']));
      await expect(draw({ ...both, reference: '16x8' })).rejects.toThrow(
        'this mask is of 16x16 pixels, and the reference of 16x8',
      );
      const image = { ...both, reference: join(folder, 'mask.png') };
      expect(rows(await draw(image))).toEqual(rows(await draw(both)));
    }));

  it('is refused where a mask is black', () =>
    withFiles({}, async (folder) => {
      await writeFiles(folder, { 'black.png': await square(8, 8, [0, 0, 0, 0]) });
      await expect(draw({ inside: [{ mask: join(folder, 'black.png') }] })).rejects.toMatchObject({
        code: 'ROI_INVALID',
        message: expect.stringContaining('no pixel of this mask is inside'),
      });
    }));

  it('is said to be very small where it has fewer than twelve patches', () => {
    const grid = { rows: 8, columns: 8 };
    const sentences = [11, 12].flatMap((count) => {
      const data = Uint8Array.from({ length: 64 }, (_, at) => (at < count ? 1 : 0));
      return describeRegions(['part'], [regionOfInterest({ ...geometry, data }, grid)], grid);
    });
    expect(sentences[0]).toContain('With 11 patches it is very small');
    expect(sentences[1]).not.toContain('small');
  });

  it('is refused where a mask is a photograph or a gradient, and read where its edges are soft', () =>
    withFiles({}, async (folder) => {
      const shaded = (shadeOf: (column: number) => number) => {
        const data = Uint8Array.from({ length: 3 * 64 * 64 }, (_, at) => shadeOf(Math.floor(at / 3) % 64));
        return encoded({ width: 64, height: 64, data }, 'png');
      };
      await writeFiles(folder, {
        'gradient.png': await shaded((column) => 4 * column),
        'soft.png': await shaded((column) => Math.max(0, Math.min(255, 32 * (column - 28)))),
      });
      await expect(draw({ inside: [{ mask: join(folder, 'gradient.png') }] })).rejects.toMatchObject({
        code: 'ROI_INVALID',
        message: expect.stringContaining('no mask but a photograph or a gradient: 88 % of its pixels'),
      });
      const soft = await draw({ inside: [{ mask: join(folder, 'soft.png') }] });
      expect(new Set(rows(soft))).toEqual(new Set(['00001111']));
    }));

  it.each<[string, object, string]>([
    [
      'outside of the reference',
      { reference: 8, inside: [{ rectangle: [4, 4, 5, 2] }] },
      'its corner (9, 4) lies outside of the reference, 8x8',
    ],
    [
      'outside of 0 to 1',
      { reference: 'fractions', inside: [{ rectangle: [0, 0, 2, 1] }] },
      'fractions from 0 to 1',
    ],
    [
      'without a reference',
      { inside: [{ rectangle: [4, 4, 1, 2] }] },
      'nobody knows what the coordinates are of',
    ],
    [
      'crossing itself',
      {
        reference: 8,
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
      'the polygon crosses itself',
    ],
    [
      'of a width below 0',
      { reference: 8, inside: [{ rectangle: [4, 4, -2, 2] }] },
      'its width or height is below 0',
    ],
    ['without area', { reference: 8, inside: [{ rectangle: [4, 4, 0, 2] }] }, 'it has no area'],
    [
      'ignored altogether',
      { reference: 8, inside: [{ rectangle: [1, 1, 2, 2] }], ignore: [{ rectangle: [0, 0, 8, 8] }] },
      'no pixel is inside',
    ],
  ])('is refused where it is %s', async (_, given, sentence) => {
    await expect(draw(given)).rejects.toMatchObject({
      code: 'ROI_INVALID',
      message: expect.stringContaining(sentence),
    });
  });

  it.each<[object, string]>([
    [{ reference: 8 }, 'with shapes at inside or ignore'],
    [{ reference: 8, inside: [] }, 'at least one'],
    [{ reference: 8, inside: [{ circle: [1, 2, 3] }] }, 'rectangle: [x, y, width, height]'],
    [{ reference: 8, outside: [] }, 'Known options: reference, inside, ignore'],
  ])('is refused by its form: %j', (given, sentence) => {
    expect(() => definition(given)).toThrow(sentence);
  });
});

describe('regions of classes', () => {
  const view = { geometry, grid: { rows: 4, columns: 4 } };
  const given = { nut: definition({ reference: '80x40', inside: [{ rectangle: [0, 0, 20, 10] }] }) };
  const sample = {
    path: 'a.png',
    className: 'nut',
    split: 'train',
    anomalous: false,
    defect: 'good',
  } as const;
  const regions = (width: number, height: number) =>
    classRegions(given, ['bolt', 'nut'], [sample], new Map([['a.png', { width, height }]]), view);

  it('stand in the order of the classes, with the patches that they touch', async () => {
    const [bolt, nut] = (await regions(160, 80))!;
    expect(bolt).toBeUndefined();
    expect(nut?.positions).toEqual([0]);
  });

  it('are refused where photographs have other proportions, or the class is unknown', async () => {
    await expect(regions(160, 160)).rejects.toThrow('a.png is of other proportions, 160x160 pixels');
    const { patchcore } = Object.fromEntries(methods);
    const checked = (classes: readonly string[], region: RegionDefinition) =>
      requireDrawable({ nut: region }, classes, patchcore!, patchcore!.presets.fast!);
    await expect(checked(['bolt'], given.nut)).rejects.toMatchObject({ code: 'ROI_CLASS' });
    await expect(checked(['nut'], given.nut)).resolves.toBeUndefined();
    const outside = definition({ reference: 8, inside: [{ rectangle: [4, 4, 5, 2] }] });
    await expect(checked(['nut'], outside)).rejects.toMatchObject({ code: 'ROI_INVALID' });
  });

  it('are for a new class alone in a finished detector', async () => {
    const added = await regionOfNew(given, { name: 'nut', isNew: true }, view);
    expect(added?.region.positions).toEqual([0]);
    for (const joined of [{ name: 'nut', isNew: false }, { name: 'bolt', isNew: true }, undefined])
      await expect(regionOfNew(given, joined, view)).rejects.toMatchObject({ code: 'ROI_CLASS' });
  });

  it('are for clad on residuals and patchcore', () => {
    const takes = [...methods].flatMap(([name, method]) =>
      Object.entries(method.presets).flatMap(([preset, options]) => {
        try {
          requireTakesRegions(method, options);
          return [`${name} ${preset}`];
        } catch (error) {
          expect(error).toMatchObject({ code: 'ROI_UNSUITABLE' });
          return [];
        }
      }),
    );
    expect(takes).toEqual([
      'clad instant',
      'clad fast',
      'clad accurate',
      'patchcore fast',
      'patchcore published',
    ]);
  });
});
