import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { inspectDataset } from '../../../src/data/inspect.ts';
import { type Files, greyPng, noise, withFiles } from '../../helpers/images.ts';

/** A photograph that EXIF turns. */
async function photograph(width: number, height: number, orientation: number): Promise<Buffer> {
  return sharp(noise(width, height).data, { raw: { width, height, channels: 3 } })
    .withMetadata({ orientation })
    .jpeg()
    .toBuffer();
}

/** A grey PNG of a dark ground with a bright square in the middle, or inverted. */
async function square(width: number, height: number, inverted = false, orientation = 1): Promise<Buffer> {
  const data = Uint8Array.from({ length: width * height }, (_, at) => {
    const [row, column] = [Math.floor(at / width), at % width];
    const inside = row > height / 3 && row < height / 2 && column > width / 3 && column < width / 2;
    return inside === inverted ? 0 : 255;
  });
  return sharp(data, { raw: { width, height, channels: 1 } })
    .toColourspace('b-w')
    .withMetadata({ orientation })
    .png()
    .toBuffer();
}

/** What inspection says of the masks in a data set with these test images and masks. */
async function said(files: Files): Promise<string[]> {
  const good: Files = { 'nut/train/good/0.png': [40, 30], 'nut/train/good/1.png': [40, 30] };
  return withFiles({ ...good, ...files }, async (root) => {
    const { problems } = await inspectDataset(root);
    return problems.map(({ severity, path, message }) =>
      `${severity}: ${path ?? '-'}: ${message}`.replaceAll(`${root}/nut/`, ''),
    );
  });
}

const image = 'nut/test/bent/0.jpg';
const mask = 'nut/ground_truth/bent/0_mask.png';

describe('a mask of another size than its photograph', () => {
  const sizes = (of: string, is: string) =>
    `error: ground_truth/bent/0_mask.png: the mask is ${of} pixels, its image test/bent/0.jpg ${is}`;

  it('has a message about EXIF where the photograph is turned by it', async () => {
    const files = { [image]: await photograph(40, 30, 6), [mask]: await square(40, 30) };
    expect(await said(files)).toEqual([
      `${sizes('40 x 30', '30 x 40')}: the photograph's EXIF orientation turns it by a quarter, and the mask follows the image as stored. Turn the mask, or store the photograph turned`,
    ]);
  });

  it('has a message about EXIF where the mask is turned by its own', async () => {
    const files = { [image]: await photograph(40, 30, 1), [mask]: await square(40, 30, false, 8) };
    expect(await said(files)).toEqual([
      `${sizes('30 x 40', '40 x 30')}: the mask's own EXIF orientation turns it by a quarter. Remove it from the mask`,
    ]);
  });

  it('has a message that it is turned, or of another size', async () => {
    const of = async (width: number, height: number) =>
      (await said({ [image]: await photograph(40, 30, 1), [mask]: await square(width, height) }))[0];
    expect(await of(30, 40)).toMatch(/40 x 30: one of the two is turned by a quarter/);
    expect(await of(20, 15)).toMatch(/40 x 30: masks must have their image's size/);
  });
});

describe('a mask that may be turned otherwise than its photograph', () => {
  const turned =
    (orientation: number, width: number, height: number, own = 1) =>
    async () =>
      said({
        [image]: await photograph(width, height, orientation),
        [mask]: await (orientation >= 5 && own < 5
          ? square(height, width, false, own)
          : square(width, height, false, own)),
      });
  const warning =
    'warning: -: one photograph is turned or mirrored by EXIF orientation, test/bent/0.jpg, and the mask has the same size either way. Masks are taken to follow the image as it is shown: look at one';

  it.each([
    ['square, by a quarter', turned(6, 40, 40)],
    ['by half', turned(3, 40, 30)],
    ['mirrored', turned(2, 40, 30)],
    ['by a quarter, and the mask by a quarter the other way', turned(6, 40, 30, 8)],
  ])('is warned of, since sizes do not show it: %s', async (_, work) => {
    expect(await work()).toEqual([warning]);
  });

  it.each([
    ['not turned', turned(1, 40, 40)],
    ['not square, so that the size shows it', turned(6, 40, 30)],
    ['with a mask that is turned in the same way', turned(3, 40, 30, 3)],
  ])('is not warned of where it cannot be turned: %s', async (_, work) => {
    expect(await work()).toEqual([]);
  });
});

describe('masks that may be inverted', () => {
  const several = async (inverted: (index: number) => boolean) => {
    const files: Record<string, Buffer> = {};
    for (let index = 0; index < 4; index++) {
      // Of different widths, so that none is a copy of another.
      files[`nut/test/bent/${index}.jpg`] = await photograph(40 + index, 30, 1);
      files[`nut/ground_truth/bent/${index}_mask.png`] = await square(40 + index, 30, inverted(index));
    }
    return said(files);
  };

  it('are named one by one where the others of the class are not', async () => {
    expect(await several((index) => index === 2)).toEqual([
      'warning: ground_truth/bent/2_mask.png: the mask covers 98 % of the image and 100 % of its border, the others of nut 2 % on average. Inside is what is not black; is it inverted?',
    ]);
  });

  it('are named in one line where all of a class are', async () => {
    expect(await several(() => true)).toEqual([
      'warning: -: 4 of 4 masks cover most of their image or its border, ground_truth/bent/0_mask.png 98 %. Inside is what is not black; are they inverted?',
    ]);
  });

  it('are named where one is white all over', async () => {
    const white = await sharp({ create: { width: 40, height: 30, channels: 3, background: 'white' } })
      .png()
      .toBuffer();
    expect(await said({ [image]: await photograph(40, 30, 1), [mask]: white })).toEqual([
      'warning: ground_truth/bent/0_mask.png: the mask covers 100 % of the image and 100 % of its border. Inside is what is not black; is it inverted?',
    ]);
  });

  it('are not suspected for a defect in a corner', async () => {
    expect(await said({ [image]: await photograph(40, 30, 1), [mask]: await greyPng(40, 30, 255) })).toEqual(
      [],
    );
  });
});

describe('files that are no usable masks', () => {
  it('are named: empty, a photograph, a ground that is not black', async () => {
    const ramp = Uint8Array.from({ length: 1200 }, (_, at) => (at % 40) * 6);
    const photo = sharp(ramp, { raw: { width: 40, height: 30, channels: 1 } })
      .toColourspace('b-w')
      .png();
    const of = async (bytes: Uint8Array) => said({ [image]: await photograph(40, 30, 1), [mask]: bytes });
    expect(await of(await greyPng(40, 30, 0))).toEqual([
      'warning: ground_truth/bent/0_mask.png: the mask is empty',
    ]);
    expect(await of(await photo.toBuffer())).toContainEqual(
      expect.stringMatching(/0_mask\.png: \d+ % of the mask lie between black and white, .*: is it a mask\?/),
    );
    const white = await sharp(await square(40, 30))
      .linear(0.5, 127)
      .png()
      .toBuffer();
    expect(await of(white)).toEqual([
      'warning: ground_truth/bent/0_mask.png: no pixel of the mask is black, so the commonest colour of its border is taken for outside',
    ]);
  });
});
