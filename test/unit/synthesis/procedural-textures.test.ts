import { describe, expect, it } from 'vitest';
import { Random } from '../../../src/core/random.ts';
import { proceduralTexture, textureFamilies } from '../../../src/synthesis/procedural-textures.ts';
import { squareOf } from '../../helpers/sizes.ts';

describe('proceduralTexture', () => {
  it.each(textureFamilies)('%s is drawn from its seed, not flat, and differs from seed to seed', (family) => {
    const draw = (seed: number) => proceduralTexture(squareOf(48), new Random(seed), family);
    const drawn = Array.from({ length: 6 }, (_, seed) => draw(seed));
    expect(draw(2)).toEqual(drawn[2]);
    expect(new Set(drawn.map(({ data }) => data.join())).size).toBe(6);
    for (const { width, height, data } of drawn) {
      expect([width, height, data.length]).toEqual([48, 48, 48 * 48 * 3]);
      expect(data).toBeInstanceOf(Uint8Array);
      expect(new Set(data).size).toBeGreaterThan(3);
    }
  });

  it.each(textureFamilies)('%s is not stretched where it is no square', (family) => {
    const size = { width: 60, height: 20 };
    const drawn = proceduralTexture(size, new Random(5), family);
    expect(drawn).toMatchObject(size);
    expect(drawn.data).toHaveLength(60 * 20 * 3);
    expect(new Set(drawn.data).size).toBeGreaterThan(3);
  });

  it('draws from all families', () => {
    expect(textureFamilies.length).toBeGreaterThanOrEqual(8);
    const drawn = new Set(Array.from({ length: 200 }, (_, seed) => new Random(seed).pick(textureFamilies)));
    expect(drawn.size).toBe(textureFamilies.length);
    expect(proceduralTexture(squareOf(16), new Random(3))).toEqual(
      proceduralTexture(squareOf(16), new Random(3)),
    );
  });

  it('varies in colour: mean colours spread over the cube', () => {
    const means = Array.from({ length: 60 }, (_, seed) => {
      const { data } = proceduralTexture(squareOf(24), new Random(seed, 'colour'));
      return data.reduce((sum, value) => sum + value, 0) / data.length;
    });
    expect(Math.max(...means) - Math.min(...means)).toBeGreaterThan(80);
  });

  it('refuses a family it does not know', () => {
    expect(() => proceduralTexture(squareOf(8), new Random(1), 'plaid')).toThrow(/plaid/);
  });
});
