import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Random } from '../../../../src/core/random.ts';
import { loadBackbone } from '../../../../src/features/backbones/backbone.ts';
import { backboneCardSchema } from '../../../../src/features/backbones/backbone-card.ts';
import { verifyBackbone } from '../../../../src/features/backbones/backbone-registry.ts';
import { buildFilterBank } from '../../../../src/features/backbones/filter-bank.ts';
import { float32, floats, type Session } from '../../../../src/runtime/engine.ts';
import { nodeEngine } from '../../../../src/runtime/node.ts';
import { proceduralTexture } from '../../../../src/synthesis/procedural-textures.ts';
import { squareOf } from '../../../helpers/sizes.ts';

const side = 128;
let raw: Session;
let standard: Session;

beforeAll(async () => {
  const engine = await nodeEngine({ threads: 2 });
  raw = await engine.load(buildFilterBank(false).toBytes());
  standard = await engine.load(buildFilterBank().toBytes());
});
afterAll(async () => {
  await raw.release();
  await standard.release();
});

type Colour = (x: number, y: number) => readonly [number, number, number];

/** Both layers of an image that is given by its colours, -1 to 1, channel by channel. */
async function layersOf(session: Session, colour: Colour, sides: readonly [number, number] = [side, side]) {
  const [height, width] = sides;
  const data = new Float32Array(3 * height * width);
  for (let y = 0, at = 0; y < height; y++)
    for (let x = 0; x < width; x++, at++)
      colour(x, y).forEach((value, channel) => {
        data[channel * height * width + at] = value;
      });
  const outputs = await session.run({ image: float32(data, [1, 3, height, width]) });
  return (['layer2', 'layer3'] as const).map((name) => {
    const shape = outputs[name]?.shape ?? [];
    const values = floats(outputs[name]);
    const area = values.length / (shape[1] as number);
    const channels = Array.from({ length: shape[1] as number }, (_, channel) =>
      Array.from(values.subarray(channel * area, (channel + 1) * area)),
    );
    return { shape, channels };
  }) as [
    { shape: readonly number[]; channels: number[][] },
    { shape: readonly number[]; channels: number[][] },
  ];
}

const grey =
  (value: (x: number, y: number) => number): Colour =>
  (x, y) => {
    const each = value(x, y);
    return [each, each, each];
  };
const stripes = (orientation: number, wavelength: number, phase = 0) =>
  grey(
    (x, y) =>
      0.5 *
      Math.cos((2 * Math.PI * (x * Math.cos(orientation) + y * Math.sin(orientation))) / wavelength + phase),
  );

const average = (values: readonly number[]) =>
  values.reduce((total, value) => total + value, 0) / values.length;
/** Mean response of light, by scale and orientation. */
const lightOf = (channels: number[][]) =>
  Array.from({ length: 4 }, (_, scale) =>
    Array.from({ length: 8 }, (_, orientation) =>
      average(channels[3 + 24 * scale + orientation] as number[]),
    ),
  );
const largest = (values: readonly number[]) => values.indexOf(Math.max(...values));

describe('the filter bank', () => {
  it.each([0, 1, 2, 3].flatMap((scale) => [0, 3, 6].map((orientation) => [scale, orientation] as const)))(
    'at scale %i and orientation %i responds most to stripes of that kind',
    async (scale, orientation) => {
      const [{ channels }] = await layersOf(raw, stripes((Math.PI * orientation) / 8, 2.64 * 2 ** scale));
      const light = lightOf(channels);
      expect(largest(light.map((row) => Math.max(...row)))).toBe(scale);
      expect(largest(light[scale] as number[])).toBe(orientation);
    },
  );

  it('does not depend on where the stripes lie', async () => {
    const all = await Promise.all(
      [0, 1, 2.5].map(
        async (phase) => lightOf((await layersOf(raw, stripes(0.39, 5.28, phase)))[0].channels)[1],
      ),
    );
    for (const other of all.slice(1))
      other?.forEach((value, orientation) => {
        expect(Math.abs(value - (all[0]?.[orientation] as number))).toBeLessThan(0.01);
      });
  });

  it('gives nothing but the mean colours on a flat image, up to its borders', async () => {
    const [{ channels: first }, { channels: second }] = await layersOf(raw, () => [0.8, -0.2, 0.1]);
    const [red, green, blue] = [0.8, -0.2, 0.1].map((value) => Math.log((value + 1) / 2 + 0.1)) as [
      number,
      number,
      number,
    ];
    const opponent = [
      (red + green + blue) / Math.sqrt(3),
      (red - green) / Math.SQRT2,
      (red + green - 2 * blue) / Math.sqrt(6),
    ];
    opponent.forEach((value, colour) => {
      for (const each of first[colour] as number[]) expect(each).toBeCloseTo(value, 4);
    });
    // The root of what is added under it.
    for (const channel of [...first.slice(3), ...second])
      for (const each of channel) expect(Math.abs(each - Math.sqrt(2e-4))).toBeLessThan(2e-3);
  });

  it('gives nearly the same in half the light', async () => {
    const lit = async (light: number) => {
      const [{ channels }] = await layersOf(
        raw,
        grey((x) => light * (1 + 0.2 * Math.cos((2 * Math.PI * x) / 5.28)) * 1.4 - 1),
      );
      return lightOf(channels)[1]?.[0] as number;
    };
    expect((await lit(1)) / (await lit(0.5))).toBeLessThan(1.1);
  });

  it('responds to colour stripes of equal brightness', async () => {
    const [{ channels }] = await layersOf(raw, (x) => {
      const value = 0.05 * Math.cos((2 * Math.PI * x) / 5.28);
      return [value, -value, 0];
    });
    const scale = 3 + 24;
    const strongest = largest(channels.slice(scale, scale + 24).map(average));
    expect(strongest).toBe(8);
    expect(average(channels[scale] as number[])).toBeLessThan(0.1 * average(channels[scale + 8] as number[]));
  });

  it('tells, in the second layer, in which direction the strength of fine stripes changes', async () => {
    // Fine vertical stripes whose strength goes up and down from top to bottom, or from left to right.
    const modulated = (vertical: boolean) =>
      grey(
        (x, y) =>
          0.4 *
          Math.cos((2 * Math.PI * x) / 2.64) *
          (1 + Math.cos((2 * Math.PI * (vertical ? y : x)) / 10.56)),
      );
    // Scale 0 at a spacing of 4 pixels, first orientation 0, all second orientations.
    const responses = async (vertical: boolean) =>
      (await layersOf(raw, modulated(vertical)))[1].channels.slice(32, 36).map(average);
    expect(largest(await responses(true))).toBe(2);
    expect(largest(await responses(false))).toBe(0);
  });

  it('has the declared size for any input, odd and oblong ones too', async () => {
    for (const [height, width] of [
      [64, 64],
      [100, 75],
      [224, 320],
    ] as const) {
      const [first, second] = await layersOf(
        standard,
        grey((x) => (x % 7) / 7),
        [height, width],
      );
      expect(first.shape).toEqual([1, 99, Math.floor(height / 8), Math.floor(width / 8)]);
      expect(second.shape).toEqual([1, 192, Math.floor(height / 8), Math.floor(width / 8)]);
    }
  });

  it('has channels of comparable size on textures', async () => {
    const random = new Random('bank test');
    const channels: number[][][] = [[], []];
    for (let count = 0; count < 20; count++) {
      const { data } = proceduralTexture(squareOf(side), random);
      const layers = await layersOf(standard, (x, y) => {
        const at = 3 * (y * side + x);
        return [0, 1, 2].map((channel) => (data[at + channel] as number) / 127.5 - 1) as [
          number,
          number,
          number,
        ];
      });
      layers.forEach((layer, index) => {
        layer.channels.forEach((values, channel) => {
          channels[index]![channel] = [...(channels[index]![channel] ?? []), ...values];
        });
      });
    }
    const deviations = channels.map((layer) =>
      layer.map((values) => {
        const mean = average(values);
        return Math.sqrt(average(values.map((value) => (value - mean) ** 2)));
      }),
    );
    for (const deviation of deviations[0] as number[]) expect(deviation).toBeGreaterThan(0.5);
    for (const deviation of deviations[0] as number[]) expect(deviation).toBeLessThan(2);
    expect(average(deviations[1] as number[])).toBeGreaterThan(0.7 * 0.7);
    expect(average(deviations[1] as number[])).toBeLessThan(0.7 * 1.4);
  });
});

describe('the backbone filter-bank', () => {
  it('is loaded by its name, with its card', async () => {
    const backbone = await loadBackbone('filter-bank');
    expect(backboneCardSchema.safeParse(backbone.card).success).toBe(true);
    expect(backbone.card).toMatchObject({
      name: 'filter-bank',
      licence: 'Apache-2.0',
      layers: [
        { name: 'layer2', channels: 99, stride: 8 },
        { name: 'layer3', channels: 192, stride: 8 },
      ],
    });
    expect(backbone.assumed).toEqual([]);
  });

  it('has the same bytes every time', async () => {
    const { sha256 } = await loadBackbone('filter-bank');
    expect((await loadBackbone('filter-bank')).sha256).toBe(sha256);
    expect(sha256).toBe('f16fe7fb6515c87b2c257e872f529c8a3dea39bf8540d5142fc29ed33a6eddcc');
  });

  it('agrees with its card', async () => {
    const { layers } = await verifyBackbone('filter-bank');
    expect(layers.map(({ shape }) => shape)).toEqual([
      [1, 99, 28, 28],
      [1, 192, 28, 28],
    ]);
  });
});
