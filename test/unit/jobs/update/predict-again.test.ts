/** @file Which good images are looked at again when a class has changed, and which images may join it. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mapsKept } from '../../../../src/detector/thresholds/class-thresholds.ts';
import type { LeaveOneOutDetector } from '../../../../src/jobs/good-images/good-images.ts';
import type { GoodImagesFile } from '../../../../src/jobs/good-images/good-images-file.ts';
import type { NewImage } from '../../../../src/jobs/update/new-images.ts';
import { predictAgain, recalibrate } from '../../../../src/jobs/update/predict-again.ts';
import { plausibleScores, sift } from '../../../../src/jobs/update/sift.ts';
import { encoded, writeFiles } from '../../../helpers/images.ts';
import { madeMetadata } from '../../../helpers/made-metadata.ts';

let root = '';
const count = 90;
const metadata = {
  ...madeMetadata,
  classes: ['bolt', 'nut'],
  thresholds: { bolt: madeMetadata.thresholds.bolt!, nut: madeMetadata.thresholds.bolt! },
  provenance: { ...madeMetadata.provenance, scoreGap: 0 },
};

/** Bolts with scores 0, 1, 2, ..., of which the last two have joined, and two nuts. */
const file: GoodImagesFile = {
  format: 2,
  entryImages: [],
  images: Array.from({ length: count + 2 }, (_, id) => ({
    path: id % 3 === 0 && id < count ? `bolt/${id}.png` : `gone/${id}.png`,
    class: id < count ? 'bolt' : 'nut',
    heldOut: id >= count - 2,
    score: id < count - 2 ? id : id < count ? 0 : 7,
    recognisedAs: id < count ? 'bolt' : 'nut',
    share: 1,
    excluded: false,
    ...(id === count - 1 || id === count - 2 ? { added: true } : {}),
  })),
};
file.images[count - 1]!.path = 'bolt/joined.png';
file.images[count - 2]!.path = 'bolt/joined-too.png';

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'clad-again-'));
  const png = await encoded({ width: 2, height: 2, data: new Uint8Array(12) });
  const names = file.images.map(({ path }) => path).filter((path) => path.startsWith('bolt/'));
  await writeFiles(root, Object.fromEntries(names.map((name) => [name, png])));
});
afterAll(() => rm(root, { recursive: true }));

/** Says of image 12 that its score is 1012. */
const oneOut: LeaveOneOutDetector = {
  predict: async (id) => ({
    score: 1000 + id,
    map: new Float32Array(4).fill(id),
    shares: Float32Array.of(1, 0),
  }),
  release: async () => {},
};

describe('of many images of a class', () => {
  it('those that joined, the highest and those of the colours are looked at; others stay as recorded', async () => {
    const subject = { root, metadata, file };
    const { images, missing, recorded, pixels } = await predictAgain(subject, new Set(['bolt']), oneOut, {
      most: 50,
    });
    const again = images.filter(({ score }) => score >= 1000).map(({ id }) => id);
    expect(again).toContain(count - 1);
    expect(again).toContain(count - 2);
    // Of the 32 highest of before, those whose photographs are there.
    for (let id = 57; id < count - 2; id += 3) expect(again).toContain(id);
    expect(again.every((id) => file.images[id]!.path.startsWith('bolt/'))).toBe(true);
    expect(missing.every(({ path }) => path.includes('gone'))).toBe(true);
    expect(again.length + missing.length + recorded).toBe(count);
    expect(recorded).toBeGreaterThanOrEqual(count - 2 * mapsKept - 2);
    expect(images).toHaveLength(count + 2);
    expect([...pixels.keys()]).toEqual(['bolt']);
    const { metadata: after } = recalibrate(subject, { images, pixels });
    expect(after.thresholds.nut).toEqual(metadata.thresholds.nut);
    expect(after.thresholds.bolt!.count + (after.thresholds.bolt!.setAside ?? 0)).toBe(count);
    expect(after.provenance.data.heldOutImages).toEqual({ bolt: 2, nut: 2 });
  });

  it('each is judged as an image of its class, whatever it is taken for', async () => {
    const asked: (number | undefined)[] = [];
    // Taken for bolts, by whose memory a nut is far from normal.
    const lookalike: LeaveOneOutDetector = {
      ...oneOut,
      predict: async (id, image, ofClass) => {
        asked.push(ofClass);
        return { ...(await oneOut.predict(id, image)), score: ofClass === 1 ? 0.5 : 42 };
      },
    };
    const images = file.images.map((image) =>
      image.class === 'nut' ? { ...image, path: 'bolt/0.png' } : image,
    );
    const subject = { root, metadata, file: { ...file, images } };
    const predicted = await predictAgain(subject, new Set(['nut']), lookalike);
    expect(asked).toEqual([1, 1]);
    const { metadata: after } = recalibrate(subject, predicted);
    expect(after.thresholds.nut!.threshold).toBe(0.5);
    expect(
      predicted.images.filter((image) => image.class === 'nut').map((image) => image.recognisedAs),
    ).toEqual(['bolt', 'bolt']);
  });
});

describe('an image that is to join', () => {
  const image = (path: string, score: number, recognisedAs = 'bolt', share = 0.9): NewImage => ({
    path,
    hash: path,
    image: { look: {} as NewImage['image']['look'] },
    size: { width: 8, height: 8 },
    score,
    recognisedAs,
    share,
    patches: new Float32Array(0),
  });
  const images = Array.from({ length: 21 }, (_, id) => ({ ...file.images[0]!, score: 1 + id / 20 }));
  const subject = () => ({ root, metadata, file: { ...file, images } });

  it('has a plausible score, of its class, and is recognised surely where no class is given', () => {
    // Median 1.5, and the 21st of 21 is the threshold: 2.
    expect(plausibleScores(subject())).toEqual(new Map([['bolt', 2.5]]));
    const given = [image('a', 2.4), image('b', 2.6), image('c', 1, 'nut'), image('d', 1, 'bolt', 0.4)];
    const names = (found: ReturnType<typeof sift>) =>
      [...found.joining.values()].flat().map(({ path }) => path);
    const bolt = { name: 'bolt', isNew: false };
    const known = sift(given, bolt, subject(), false);
    expect(names(known)).toEqual(['a', 'd']);
    expect(known.notAdded.map(({ path, reason }) => `${path}: ${reason}`)).toEqual([
      'b: its score, 2.600, is not plausible for a good image of bolt, which reach 2.500',
      'c: recognised as nut (90 % of the votes), not as bolt',
    ]);
    const forced = sift(given, bolt, subject(), true);
    expect(names(forced)).toEqual(['a', 'b', 'c', 'd']);
    expect(forced.otherwise.map(({ path }) => path)).toEqual(['c']);
    const recognised = sift(given, undefined, subject(), false);
    expect([...recognised.joining.keys()]).toEqual(['bolt', 'nut']);
    expect(names(recognised)).toEqual(['a', 'c']);
    // Nothing is known of a new class.
    expect(names(sift(given, { name: 'cap', isNew: true }, subject(), false))).toEqual(['a', 'b', 'c', 'd']);
  });
});
