import { describe, expect, it } from 'vitest';
import { Detector } from '../../../src/detector/detector.ts';
import { decodeBytes, imageSize } from '../../../src/image/decode.ts';
import { requireUsableSize, workingBytes } from '../../../src/image/limits.ts';
import { encoded } from '../../helpers/images.ts';

describe('requireUsableSize', () => {
  it.each([
    [1, 1],
    [1, 256],
    [256, 65_535],
    [65_535, 65_535],
  ])('takes %d x %d pixels', (width, height) => {
    expect(() => requireUsableSize({ width, height }, 'x')).not.toThrow();
    expect(() => requireUsableSize({ width: height, height: width }, 'x')).not.toThrow();
  });

  it.each([
    [1, 257],
    [1, 3_000_000],
    [255, 65_535],
    [65_535, 65_536],
  ])('refuses %d x %d, either way round, with what was expected', (width, height) => {
    for (const size of [
      { width, height },
      { width: height, height: width },
    ]) {
      expect(() => requireUsableSize(size, 'part.png')).toThrow(
        expect.objectContaining({
          code: 'IMAGE_TOO_LONG',
          message: `part.png: ${size.width} x ${size.height} pixels cannot be predicted as one image. Expected sides of at most 65,535 pixels, the longer at most 256 times the shorter. Cut it into pieces.`,
        }),
      );
    }
  });
});

describe('an image of one column', () => {
  const tall = { width: 1, height: 1000, data: new Uint8Array(3000) };
  const refused = { code: 'IMAGE_TOO_LONG', message: expect.stringMatching(/^tall\.png: 1 x 1000 /) };

  it('is refused by its header, and where it is decoded', async () => {
    const bytes = await encoded(tall);
    await expect(imageSize(bytes, 'tall.png')).rejects.toMatchObject(refused);
    await expect(decodeBytes(bytes, 'tall.png')).rejects.toMatchObject(refused);
  });

  it('is refused by a detector that is given its pixels, before the engine runs', async () => {
    // Neither a file nor an engine is needed for what must not come as far as that.
    const detector: Detector = Object.create(Detector.prototype);
    await expect(detector.predict(tall, 'tall.png')).rejects.toMatchObject(refused);
  });
});

describe('workingBytes', () => {
  it("counts pixels, and rows of the network's width along the longer side", () => {
    expect(workingBytes({ width: 1000, height: 1000 }, 256)).toBe(15e6 + 256 * 12 * 1000);
    expect(workingBytes({ width: 10, height: 2000 }, 256)).toBe(
      workingBytes({ width: 2000, height: 10 }, 256),
    );
  });
});
