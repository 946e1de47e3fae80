import { describe, expect, it } from 'vitest';
import { heatImage, withLegend } from '../../../src/detector/heat/heat-image.ts';
import type { DetectorMetadata } from '../../../src/detector/metadata.ts';
import { drawHeat, requireDrawable } from '../../../src/server/heat-size.ts';
import { noise } from '../../helpers/images.ts';

const size = 8;
const metadata = {
  geometry: { width: size, height: size },
  display: { disc: { low: 0.2, high: 1 } },
} as unknown as DetectorMetadata;
const prediction = {
  class: 'disc',
  threshold: 0.4,
  map: Float32Array.from({ length: size ** 2 }, (_, at) => at / size ** 2),
} as const;

describe('drawHeat', () => {
  it('draws small photographs at their own size, whatever size is asked for', async () => {
    const image = noise(60, 40);
    const expected = heatImage({ metadata }, image, prediction);
    for (const wanted of ['display', 'full'] as const)
      expect(await drawHeat(metadata, image, prediction, { size: wanted, legend: false })).toEqual(expected);
  });

  it('draws large ones at the size of a screen, or of the photograph where that was asked for', async () => {
    const image = { width: 2100, height: 700, data: new Uint8Array(2100 * 700 * 3).fill(90) };
    const sides = async (wanted: 'display' | 'full') => {
      const { width, height } = await drawHeat(metadata, image, prediction, { size: wanted, legend: false });
      return [width, height];
    };
    expect(await sides('display')).toEqual([1024, 341]);
    expect(await sides('full')).toEqual([2100, 700]);
  });
});

describe('drawHeat with a legend', () => {
  it('puts the scale below the image, as clad predict does', async () => {
    const image = noise(200, 100);
    const heat = heatImage({ metadata }, image, prediction);
    const drawn = await drawHeat(metadata, image, prediction, { size: 'display', legend: true });
    expect(drawn).toEqual(withLegend({ metadata }, heat, 'disc'));
    expect(drawn.height).toBeGreaterThan(100);
  });
});

describe('requireDrawable', () => {
  it('refuses photographs whose map would take minutes', () => {
    expect(() => requireDrawable({ width: 4000, height: 4000 }, 'x')).not.toThrow();
    expect(() => requireDrawable({ width: 7000, height: 7000 }, 'x.png')).toThrow(
      expect.objectContaining({
        code: 'MAP_TOO_LARGE',
        message: expect.stringMatching(/^x\.png: .*mapSize=full/),
      }),
    );
  });
});
