import { describe, expect, it } from 'vitest';
import { Random } from '../../../src/core/random.ts';
import { type MaskSamples, maskShape } from '../../../src/image/mask-shape.ts';
import { overlap, side, smoothed, truth } from '../../helpers/drawn-masks.ts';

/** Colours by pixel to samples. */
function samples(
  width: number,
  channels: number,
  values: readonly (readonly number[])[],
  deep = false,
): MaskSamples {
  const flat = values.flat();
  const data = deep ? Uint16Array.from(flat) : Uint8Array.from(flat);
  return { width, height: values.length / width, channels, data };
}

const grey = (width: number, values: ArrayLike<number>, deep = false) =>
  samples(
    width,
    3,
    Array.from(values, (value) => [value, value, value]),
    deep,
  );

/** What is above 0, as `maskShape` read everything once. */
const aboveZero = (values: ArrayLike<number>) => Array.from(values, (value) => (value > 0 ? 1 : 0));

/** Regions around random places, each with a label of its own: label maps as of VisA. */
function regions(labels: readonly number[], seed: number): Uint16Array {
  const random = new Random(seed, 'regions');
  const places = Array.from({ length: 14 }, (_, index) => ({
    x: random.integer(side),
    y: random.integer(side),
    label: index < 4 ? 0 : random.pick(labels),
  }));
  return Uint16Array.from({ length: side * side }, (_, at) => {
    const distance = ({ x, y }: { x: number; y: number }) =>
      Math.hypot((at % side) - x, Math.floor(at / side) - y);
    return places.reduce((nearest, place) => (distance(place) < distance(nearest) ? place : nearest)).label;
  });
}

describe('mask values that are labels', () => {
  it.each([[1], [2], [128], [255]])('two of them, 0 and %i, keep every pixel above 0', (value) => {
    const values = truth.data.map((inside) => inside * value);
    expect(Array.from(maskShape(grey(side, values)).data)).toEqual(Array.from(truth.data));
  });

  it.each([
    ['1, 2, 3', [1, 2, 3]],
    ['1 to 20', Array.from({ length: 20 }, (_, index) => index + 1)],
    ['85, 170, 255, as two bits become', [85, 170, 255]],
    ['instances 1 to 120', Array.from({ length: 120 }, (_, index) => index + 1)],
    ['a faint one beside a bright one', [3, 255]],
  ])('%s, keep every pixel above 0', (_, labels) => {
    for (let seed = 0; seed < 3; seed++) {
      const values = regions(labels, seed);
      const reading = maskShape(grey(side, values));
      expect(reading).toMatchObject({ soft: false, outside: 'black' });
      expect(Array.from(reading.data)).toEqual(aboveZero(values));
    }
  });

  it('of 16 bits keep every pixel above 0', () => {
    const values = regions([1, 300, 65_535], 3);
    expect(Array.from(maskShape(grey(side, values, true)).data)).toEqual(aboveZero(values));
  });

  it('keep a rim of unsure pixels around a defect, and a thin scratch of another label', () => {
    const values = Array.from({ length: side * side }, (_, at) => {
      const distance = Math.hypot((at % side) - 40, Math.floor(at / side) - 40);
      return distance < 20 ? 255 : distance < 22 ? 128 : Math.floor(at / side) === 80 ? 60 : 0;
    });
    expect(Array.from(maskShape(grey(side, values)).data)).toEqual(aboveZero(values));
  });

  it('may be colours', () => {
    const colours = [
      [0, 0, 0],
      [128, 0, 0],
      [0, 128, 0],
      [64, 0, 128],
      [0, 0, 64],
    ];
    const values = regions([1, 2, 3, 4], 5);
    const reading = maskShape(
      samples(
        side,
        3,
        Array.from(values, (label) => colours[label] as number[]),
      ),
    );
    expect(Array.from(reading.data)).toEqual(aboveZero(values));
  });

  it('lose soft edges, and no label', () => {
    const both = Array.from(smoothed, (cover, at) => Math.round(cover * (at % side < 52 ? 120 : 255)));
    const reading = maskShape(grey(side, both));
    expect(reading.soft).toBe(true);
    expect(overlap(reading, truth)).toBeGreaterThan(0.95);
  });
});

describe('mask values that are shades', () => {
  it.each([255, 128, 65_535])('of one shape are cut at half of their range, up to %i', (most) => {
    const values = Array.from(smoothed, (cover) => Math.round(cover * most));
    const reading = maskShape(grey(side, values, most > 255));
    expect(reading.soft).toBe(true);
    expect(Array.from(reading.data)).toEqual(Array.from(truth.data));
    const grown = values.filter((value) => value > 0).length / truth.data.filter(Boolean).length;
    expect(grown).toBeGreaterThan(1.05);
  });

  it('are recognised by how many there are over a whole image', () => {
    const ramp = Array.from({ length: side * side }, (_, at) => Math.round((255 * (at % side)) / side));
    expect(maskShape(grey(side, ramp)).between).toBeGreaterThan(0.3);
    expect(
      maskShape(
        grey(
          side,
          Array.from(smoothed, (cover) => cover * 255),
        ),
      ).between,
    ).toBeLessThan(0.05);
  });
});

describe('the outside of a mask', () => {
  const inside = Array.from(truth.data, Boolean);

  it('is the colour of the border where nothing is black', () => {
    for (const [shape, ground] of [
      [
        [255, 0, 0],
        [255, 255, 255],
      ],
      [
        [90, 90, 90],
        [255, 255, 255],
      ],
      [
        [2, 2, 2],
        [1, 1, 1],
      ],
    ] as const) {
      const reading = maskShape(
        samples(
          side,
          3,
          inside.map((is) => (is ? shape : ground)),
        ),
      );
      expect(reading.outside).toBe('border');
      expect(Array.from(reading.data)).toEqual(Array.from(truth.data));
    }
  });

  it('is black where anything is black, so an inverted mask stays inverted', () => {
    const reading = maskShape(
      grey(
        side,
        inside.map((is) => (is ? 0 : 255)),
      ),
    );
    expect(reading.outside).toBe('black');
    expect(Array.from(reading.data)).toEqual(inside.map((is) => (is ? 0 : 1)));
  });

  it('is empty in an image of one colour above black, and everything in a black one', () => {
    expect(maskShape(grey(2, [7, 7, 7, 7])).data).toEqual(Uint8Array.of(1, 1, 1, 1));
    expect(maskShape(grey(2, [0, 0, 0, 0])).data).toEqual(Uint8Array.of(0, 0, 0, 0));
  });
});

describe('the alpha channel of a mask', () => {
  const layer = (shape: readonly number[], ground: readonly number[]) =>
    samples(
      side,
      4,
      Array.from(truth.data, (value) => (value ? shape : ground)),
    );

  it.each([
    ['white everywhere', [255, 255, 255, 255], [255, 255, 255, 0]],
    ['black everywhere', [0, 0, 0, 255], [0, 0, 0, 0]],
    ['red on what was white', [200, 20, 30, 255], [255, 255, 255, 0]],
    ['black on what was white', [0, 0, 0, 255], [255, 255, 255, 0]],
    ['half transparent', [200, 20, 30, 128], [0, 0, 0, 0]],
  ])('has the shape where the opaque pixels have one colour: %s', (_, shape, ground) => {
    const reading = maskShape(layer(shape, ground));
    expect(reading.outside).toBe('transparent');
    expect(Array.from(reading.data)).toEqual(Array.from(truth.data));
  });

  it.each([255, 128, 0])('is ignored where it is %i everywhere', (alpha) => {
    const reading = maskShape(layer([255, 255, 255, alpha], [0, 0, 0, alpha]));
    expect(reading.outside).toBe('black');
    expect(Array.from(reading.data)).toEqual(Array.from(truth.data));
  });

  it('of a layer without a stroke gives an empty mask', () => {
    expect(maskShape(layer([255, 255, 255, 0], [255, 255, 255, 0])).data.includes(1)).toBe(false);
  });

  it('hides transparent pixels where there are several colours', () => {
    const values = Array.from(truth.data, (value, at) => {
      if (Math.floor(at / side) < 4) return [255, 255, 255, 0];
      return value ? [255, 255, 255, 255] : [0, 0, 0, 255];
    });
    expect(Array.from(maskShape(samples(side, 4, values)).data)).toEqual(Array.from(truth.data));
  });

  it('is cut at half of its range', () => {
    const values = Array.from(smoothed, (cover) => [255, 255, 255, Math.round(cover * 255)]);
    expect(Array.from(maskShape(samples(side, 4, values)).data)).toEqual(Array.from(truth.data));
  });
});
