/** @file What DRAEM learns from: photographs as they are stored, anomalies only where the mask says so, and the same for the same step however steps are asked for. */
import { describe, expect, it } from 'vitest';
import { floatsToHalves } from '../../../../src/core/half.ts';
import { Random } from '../../../../src/core/random.ts';
import { middleGrey } from '../../../../src/features/store/extract-maps.ts';
import { proceduralTextures } from '../../../../src/features/store/texture-source.ts';
import { draemPresets } from '../../../../src/methods/draem/draem-options.ts';
import {
  DrawnBatches,
  type DrawnFrom,
  drawPair,
  photographOf,
} from '../../../../src/methods/draem/drawn-batches.ts';

const geometry = { width: 32, height: 64 };
const pixels = geometry.width * geometry.height;
const { anomalies } = draemPresets.fast;
const plain = { ...anomalies, rotated: 0 };

/** A value by image, channel and pixel, that no other has beside it. */
const valueAt = (image: number, channel: number, pixel: number) => (37 * image + 85 * channel + pixel) % 256;

/** Five images, behind seven values of a backbone. */
const from: DrawnFrom = {
  geometry,
  textures: proceduralTextures(),
  passes: {
    images: 5,
    imageAt: async (place: number) =>
      floatsToHalves(
        Float32Array.from({ length: 7 + 3 * pixels }, (_, at) =>
          at < 7 ? -1 : valueAt(place % 5, Math.floor((at - 7) / pixels), (at - 7) % pixels) - middleGrey,
        ),
      ),
  },
};
const photograph = async (image: number) => photographOf(await from.passes.imageAt(image), geometry);

const batchesOf = (options: Partial<typeof anomalies>, seed = 0) =>
  new DrawnBatches(from, { seed, batch: 4, anomalies: { ...plain, ...options } });

/** Bytes of each image of some steps. */
async function imagesOf(batches: DrawnBatches, first: number, steps: number) {
  const fed = await batches.batches(first, steps);
  const parts = (name: string, size: number) =>
    Array.from({ length: 4 * steps }, (_, at) =>
      (fed[name]!.data as Uint8Array).slice(at * size, (at + 1) * size),
    );
  const [good, drawn, mask] = [parts('good', 3 * pixels), parts('drawn', 3 * pixels), parts('mask', pixels)];
  return good.map((each, at) => ({ good: each, drawn: drawn[at]!, mask: mask[at]! }));
}

describe('a photograph that is stored', () => {
  it('comes back byte for byte, channels beside each other', async () => {
    const { data, ...size } = await photograph(3);
    expect(size).toEqual(geometry);
    const expected = Uint8Array.from({ length: 3 * pixels }, (_, at) =>
      valueAt(3, at % 3, Math.floor(at / 3)),
    );
    expect(data).toEqual(expected);
  });
});

describe('batches of DRAEM', () => {
  it('have the shapes that a step is fed, and as many steps a pass as the images fill', async () => {
    const batches = batchesOf({});
    const fed = await batches.batches(2, 3);
    expect(batches.stepsPerEpoch).toBe(1);
    for (const [name, { dtype, shape }] of Object.entries(batches.spec))
      expect(fed[name]).toMatchObject({ dtype, shape: [3, ...shape] });
  });

  it('change pixels where the mask is, and there alone', async () => {
    const images = await imagesOf(batchesOf({ share: 1 }), 0, 4);
    for (const [at, { good, drawn, mask }] of images.entries()) {
      expect(good).toEqual((await photograph(at % 5)).data);
      expect(mask.some((each) => each === 1)).toBe(true);
      const apart = Array.from(mask, (_, pixel) =>
        [0, 1, 2].some((channel) => good[3 * pixel + channel] !== drawn[3 * pixel + channel]),
      );
      expect(apart.some((changed, pixel) => changed && mask[pixel] === 0)).toBe(false);
      // A blend of beta up to 0.8 is seen nearly everywhere.
      const inside = apart.filter((_, pixel) => mask[pixel] === 1);
      expect(inside.filter(Boolean).length).toBeGreaterThan(0.8 * inside.length);
    }
  });

  it('draw onto about as many as are asked for, and leave the others as they are', async () => {
    const images = await imagesOf(batchesOf({ share: 0.5 }), 0, 40);
    const untouched = images.filter(({ mask }) => mask.every((each) => each === 0));
    expect(untouched.length).toBeGreaterThan(55);
    expect(untouched.length).toBeLessThan(105);
    for (const { good, drawn } of untouched) expect(drawn).toEqual(good);
  });

  it('are the same for the same step, and others for another seed', async () => {
    const options = { rotated: 0.3 };
    const all = await imagesOf(batchesOf(options), 0, 6);
    expect(await imagesOf(batchesOf(options), 4, 2)).toEqual(all.slice(16));
    expect(await imagesOf(batchesOf(options), 1, 1)).toEqual(all.slice(4, 8));
    expect(await imagesOf(batchesOf(options, 1), 0, 6)).not.toEqual(all);
  });
});

describe('a drawn pair', () => {
  it('is turned before anything is drawn, so that the target is turned as well', async () => {
    const image = await photograph(0);
    const pair = await drawPair(image, from.textures, { ...anomalies, rotated: 1, share: 1 }, new Random(1));
    expect(pair.good.data).not.toEqual(image.data);
    const outside = Array.from(pair.mask.data.entries()).filter(([, inside]) => inside === 0);
    for (const [pixel] of outside)
      expect(pair.drawn.data.subarray(3 * pixel, 3 * pixel + 3)).toEqual(
        pair.good.data.subarray(3 * pixel, 3 * pixel + 3),
      );
  });

  it('shows the texture alone where beta is 0', async () => {
    const dark = { ...geometry, data: new Uint8Array(3 * pixels) };
    const white = { texture: async () => ({ ...geometry, data: new Uint8Array(3 * pixels).fill(255) }) };
    const opaque = { ...plain, share: 1, betaHigh: 0, augmentations: 0 };
    const { drawn, mask } = await drawPair(dark, white, opaque, new Random(2));
    expect(Array.from(drawn.data)).toEqual(
      Array.from({ length: 3 * pixels }, (_, at) => 255 * mask.data[Math.floor(at / 3)]!),
    );
  });
});
