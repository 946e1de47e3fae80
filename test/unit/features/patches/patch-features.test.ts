import { describe, expect, it } from 'vitest';
import { patchFeatures, patchFeatureWidth } from '../../../../src/features/patches/patch-features.ts';
import { slice } from '../../../../src/graph/index.ts';
import { fixture } from '../../../helpers/fixtures.ts';
import { runGraph } from '../../../helpers/run-graph.ts';

type Map4 = number[][][][];
const golden = fixture<{
  layer2: Map4;
  layer3: Map4;
  cases: { width: number; features: number[][] }[];
}>('patch-features.json');

const fed = (map: Map4) => ({
  data: map.flat(3),
  shape: [map.length, map[0]!.length, map[0]![0]!.length, map[0]![0]![0]!.length],
});

/** The 3 x 3 mean at every place, zeros around. */
const neighbourhoodMeans = (channel: number[][]) =>
  channel.map((line, row) =>
    line.map((_, column) => {
      let sum = 0;
      for (const down of [-1, 0, 1])
        for (const across of [-1, 0, 1]) sum += channel[row + down]?.[column + across] ?? 0;
      return sum / 9;
    }),
  );

/** One place of a map enlarged bilinearly to `height` x `width`, half-pixel centres, the border repeated. */
function enlarged(map: number[][], row: number, column: number, height: number, width: number): number {
  const weights = (to: number, size: number, from: number) => {
    const centre = Math.min(from - 1, Math.max(0, ((to + 0.5) * from) / size - 0.5));
    const low = Math.floor(centre);
    return [
      { at: low, weight: 1 - (centre - low) },
      { at: Math.min(from - 1, low + 1), weight: centre - low },
    ];
  };
  let sum = 0;
  for (const down of weights(row, height, map.length))
    for (const across of weights(column, width, map[0]!.length))
      sum += down.weight * across.weight * map[down.at]![across.at]!;
  return sum;
}

describe('patch features (section 3.2)', () => {
  it.each(golden.cases)(
    'are those of PatchCore, SimpleNet and GLASS at width $width',
    async ({ width, features }) => {
      const { rows } = await runGraph(
        { layer2: fed(golden.layer2), layer3: fed(golden.layer3) },
        (graph, { layer2, layer3 }) => ({
          rows: patchFeatures(graph, [layer2!, layer3!], { aggregation: 'pooled', width }),
        }),
      );
      expect(rows!.shape).toEqual([features.length, width]);
      const expected = features.flat();
      const worst = Math.max(...rows!.data.map((value, index) => Math.abs(value - expected[index]!)));
      expect(worst).toBeLessThan(1e-5);
    },
  );

  it('concatenated, hold the 3 x 3 mean of every channel, zeros around', async () => {
    const { rows } = await runGraph(
      { layer2: fed(golden.layer2), layer3: fed(golden.layer3) },
      (graph, { layer2, layer3 }) => ({
        rows: patchFeatures(graph, [layer2!, layer3!], { aggregation: 'concatenated' }),
      }),
    );
    const [images, height, width] = [
      golden.layer2.length,
      golden.layer2[0]![0]!.length,
      golden.layer2[0]![0]![0]!.length,
    ];
    const channels = [golden.layer2, golden.layer3].map((map) => map[0]!.length);
    expect(rows!.shape).toEqual([images * height * width, channels[0]! + channels[1]!]);
    let at = 0;
    for (let image = 0; image < images; image++)
      for (let row = 0; row < height; row++)
        for (let column = 0; column < width; column++)
          for (const map of [golden.layer2, golden.layer3])
            for (const channel of map[image]!) {
              const expected = enlarged(neighbourhoodMeans(channel), row, column, height, width);
              expect(Math.abs(rows!.data[at++]! - expected)).toBeLessThan(1e-5);
            }
  });

  it('average shallower levels onto the grid, as adaptive average pooling does', async () => {
    // From 5 x 4 to 3 x 2: rows {0, 1}, {1, 2, 3}, {3, 4}; columns {0, 1}, {2, 3}. One channel of ones at a single place.
    const place = (row: number, column: number) => {
      const map = [[Array.from({ length: 5 }, () => [0, 0, 0, 0])]];
      map[0]![0]![row]![column] = 9;
      return map;
    };
    const base = [[Array.from({ length: 3 }, () => [0, 0])]];
    const { rows } = await runGraph({ fine: fed(place(0, 0)), base: fed(base) }, (graph, { fine, base }) => ({
      rows: patchFeatures(graph, [fine!, base!], { aggregation: 'concatenated' }, 1),
    }));
    expect(rows!.shape).toEqual([6, 2]);
    // The 3 x 3 mean spreads it over rows 0 and 1, columns 0 and 1, each 1.
    const channel = Array.from(rows!.data).filter((_, index) => index % 2 === 0);
    [1, 0, 1 / 3, 0, 0, 0].forEach((expected, index) => {
      expect(channel[index]).toBeCloseTo(expected, 6);
    });
  });

  it('refuses a width that the levels cannot share', async () => {
    const build = runGraph({ layer2: fed(golden.layer2), layer3: fed(golden.layer3) }, (graph, values) => ({
      rows: patchFeatures(graph, Object.values(values), { aggregation: 'pooled', width: 7 }),
    }));
    await expect(build).rejects.toThrow('a positive multiple of the number of levels (2), got 7');
  });

  it('plain, hold the values of each place alone; mean, the mean of layers, deeper ones enlarged', async () => {
    const { layer2, layer3 } = golden;
    const [count, channels, height, width] = fed(layer2).shape as [number, number, number, number];
    const { plain, mean } = await runGraph(
      { layer2: fed(layer2), layer3: fed(layer3) },
      (graph, { layer2: base, layer3: deep }) => ({
        plain: patchFeatures(graph, [base!, deep!], { aggregation: 'plain' }),
        // As many channels each: the first ones of the deeper layer.
        mean: patchFeatures(graph, [base!, slice(deep!, 1, 0, channels)], { aggregation: 'mean' }),
      }),
    );
    const wide = channels + layer3[0]!.length;
    expect(plain!.shape).toEqual([count * height * width, wide]);
    expect(mean!.shape).toEqual([count * height * width, channels]);
    for (let image = 0; image < count; image++)
      for (let row = 0; row < height; row++)
        for (let column = 0; column < width; column++) {
          const place = (image * height + row) * width + column;
          const shallow = layer2[image]!.map((channel) => channel[row]![column]!);
          const deep = layer3[image]!.map((channel) => enlarged(channel, row, column, height, width));
          [...shallow, ...deep].forEach((value, at) => {
            expect(plain!.data[place * wide + at]).toBeCloseTo(value, 5);
          });
          shallow.forEach((value, at) => {
            expect(mean!.data[place * channels + at]).toBeCloseTo((value + deep[at]!) / 2, 5);
          });
        }
  });

  it('cannot be the mean of layers with other numbers of channels each', async () => {
    const uneven = runGraph(
      { layer2: fed(golden.layer2), layer3: fed(golden.layer3) },
      (graph, { layer2, layer3 }) => ({
        rows: patchFeatures(graph, [layer2!, layer3!], { aggregation: 'mean' }),
      }),
    );
    await expect(uneven).rejects.toThrow(/features\.aggregation.*layers of as many channels each.*got mean/);
    expect(() => patchFeatureWidth([4, 6], { aggregation: 'mean' })).toThrow('4, 6 channels');
    expect(patchFeatureWidth([4, 6], { aggregation: 'plain' })).toBe(10);
    expect(patchFeatureWidth([4, 4], { aggregation: 'mean' })).toBe(4);
  });
});
