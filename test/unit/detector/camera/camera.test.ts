import { describe, expect, it } from 'vitest';
import {
  bitsOf,
  cameraProfile,
  cameraSchema,
  widenedCamera,
} from '../../../../src/detector/camera/camera.ts';
import { cameraWarnings } from '../../../../src/detector/camera/camera-warnings.ts';
import { lookAt } from '../../../../src/image/look.ts';
import type { RgbImage } from '../../../../src/image/rgb.ts';
import type { SourceSamples } from '../../../../src/image/samples.ts';
import { drawPart } from '../../../helpers/parts.ts';

const eight: SourceSamples = { depth: 8, bits: 8 };
const seen = (image: RgbImage, source: SourceSamples | undefined = eight) => ({
  look: lookAt(image),
  source,
});
const parts = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, number) => drawPart('disc', from + number).image);
const profile = cameraProfile(parts(0, 40).map((image) => seen(image)));
const fresh = parts(40, 60);

function changed(image: RgbImage, value: (value: number) => number): RgbImage {
  return { ...image, data: image.data.map(value) };
}
function grey({ data, ...image }: RgbImage): RgbImage {
  return { ...image, data: data.map((_, at) => data[at - (at % 3) + 1]!) };
}
const codesOf = (image: RgbImage, source?: SourceSamples) =>
  cameraWarnings(profile, seen(image, source), 16).map(({ code }) => code);

describe('an image of another camera or in another light', () => {
  it('has warnings that new images of the same camera have not, good or anomalous', () => {
    for (const image of [...fresh, drawPart('disc', 3, true).image]) expect(codesOf(image)).toEqual([]);
  });

  it.each<[string, string, (image: RgbImage) => RgbImage]>([
    ['DARKER', 'half the light', (image) => changed(image, (value) => value >> 1)],
    ['DARKER', '12 bits read as 16', (image) => changed(image, (value) => value >> 4)],
    ['DARKER', 'none', (image) => changed(image, () => 0)],
    ['BRIGHTER', 'twice the light', (image) => changed(image, (value) => Math.min(255, 2 * value + 40))],
    ['BRIGHTER', 'inverted', (image) => changed(image, (value) => 255 - value)],
    ['CONTRAST', 'fog', (image) => changed(image, (value) => 64 + (value >> 2))],
    ['GREY', 'without colour', grey],
    [
      'CAST',
      'another white balance',
      (image) => ({ ...image, data: image.data.map((value, at) => (at % 3 === 2 ? value >> 2 : value)) }),
    ],
    ['SHAPE', 'turned', ({ width, height, data }) => ({ width: height / 2, height: width * 2, data })],
  ])('%s: %s', (code, _, change) => {
    for (const image of fresh) {
      const warnings = cameraWarnings(profile, seen(change(image)), 16);
      expect(warnings.map((warning) => warning.code)).toContain(code);
      for (const { message } of warnings) expect(message).toMatch(/training images.*\.$/);
    }
  });

  it('TONES: inverted images of the same mean', () => {
    const dark = cameraProfile(
      fresh.map((image) => seen(changed(image, (value) => (value < 120 ? 100 : 190)))),
    );
    const light = changed(fresh[0]!, (value) => (value < 120 ? 160 : 70));
    expect(cameraWarnings(dark, seen(light), 16).map(({ code }) => code)).toEqual(['TONES']);
  });

  it('has a warning with its brightness and that of the training', () => {
    const [warning] = cameraWarnings(profile, seen(changed(fresh[0]!, (value) => value >> 3)), 16);
    expect(warning?.message).toMatch(/^Much darker \(\d+\) than the training images \(\d+ to \d+\)\.$/);
  });

  it('has a warning where the depth of its file differs', () => {
    expect(codesOf(fresh[0]!, { depth: 16, bits: 16 })).toEqual(['DEPTH']);
    expect(cameraWarnings(profile, { look: lookAt(fresh[0]!) }, 16)).toEqual([]);
    const deep = cameraProfile(fresh.map((image) => seen(image, { depth: 16, bits: 12 })));
    expect(cameraWarnings(deep, seen(fresh[0]!), 12)).toEqual([
      { code: 'DEPTH', message: 'The file has 8 bits a sample; the training images have 16, read as 12.' },
    ]);
    expect(cameraWarnings(deep, seen(fresh[0]!, { depth: 16, bits: 12 }), 12)).toEqual([]);
  });

  it('has a warning where it is in colour and the training grey', () => {
    const of = cameraProfile(fresh.map((image) => seen(grey(image))));
    expect(cameraWarnings(of, seen(fresh[0]!), 16).map(({ code }) => code)).toContain('COLOUR');
    expect(cameraWarnings(of, seen(grey(fresh[0]!)), 16)).toEqual([]);
  });
});

describe('a profile', () => {
  it('is not widened by a single odd image among many', () => {
    const black = seen(changed(fresh[0]!, () => 0));
    const many = Array.from({ length: 3 }, () => parts(0, 40).map((image) => seen(image))).flat();
    expect(cameraProfile([...many, black]).mean.low).toBeGreaterThan(20);
  });

  it('of few images allows wider ranges', () => {
    const few = cameraProfile(parts(0, 3).map((image) => seen(image)));
    const darker = seen(changed(fresh[0]!, (value) => Math.floor(value * 0.75)));
    expect(cameraWarnings(profile, darker, 16)).not.toEqual([]);
    expect(cameraWarnings(few, darker, 16)).toEqual([]);
  });

  it('is widened by the images of a calibration, class by class', () => {
    const camera = { bits: 16 as const, classes: { disc: profile, weave: profile } };
    const dark = fresh.map((image) => changed(image, (value) => value >> 1));
    const widened = widenedCamera(camera, new Map([['disc', dark.map((image) => seen(image))]]));
    for (const image of [...fresh, ...dark])
      expect(cameraWarnings(widened.classes.disc!, seen(image), 16)).toEqual([]);
    expect(widened.classes.weave).toEqual(profile);
    expect(widened.classes.disc!.images).toBe(60);
  });

  it('is read from a file as it was written', () => {
    const camera = { bits: 12 as const, classes: { disc: profile } };
    expect(cameraSchema.parse(JSON.parse(JSON.stringify(camera)))).toEqual(camera);
    expect(cameraSchema.safeParse({ ...camera, bits: 11 }).success).toBe(false);
  });

  it('is missing in old files, whose 16-bit images were read whole', () => {
    expect(bitsOf({})).toBe(16);
  });
});
