/** @file The list of good images, and which of them stand out. */
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { DetectorMetadata } from '../../../../src/detector/metadata.ts';
import { decodeImage } from '../../../../src/image/decode.ts';
import { encodePng } from '../../../../src/image/encode.ts';
import { rankImages, standOut } from '../../../../src/jobs/good-images/ranked-images.ts';
import { goodImagesCsv, writeGoodImages } from '../../../../src/jobs/good-images/standing-out.ts';
import { RunFolder } from '../../../../src/jobs/run-folder.ts';
import { squareOf } from '../../../helpers/sizes.ts';

const scores = { bolt: [1, 1.1, 0.9, 1.2, 1.05, 40, 0.8, 0.7], nut: [7, 7.1, 70] };
const thresholds = Object.fromEntries(
  ['bolt', 'nut'].map((name) => [
    name,
    { threshold: 9, achievableRate: 0.02, requestedRate: 0.02, count: 6 },
  ]),
);
const imagesIn = (root: string, stem = (number: number) => String(number)) =>
  Object.entries(scores).flatMap(([className, each]) =>
    each.map((score, number) => ({
      id: number,
      path: join(root, className, `${stem(number)}.png`),
      class: className,
      heldOut: number === 1,
      score,
      recognisedAs: className,
      share: 1,
    })),
  );

describe('good images in a list', () => {
  const ranked = rankImages(imagesIn('/photos'), true);

  it('have the most anomalous of each class first', () => {
    const lines = goodImagesCsv(ranked, thresholds, '/photos').trimEnd().split('\r\n');
    expect(lines[0]).toBe('class,image,score,threshold,deviations,use,recognised as,votes');
    expect(lines[1]).toMatch(/^bolt,bolt\/5\.png,40,9,\d+(\.\d+)?,trained on,bolt,1$/);
    expect(lines.map((line) => line.split(',')[1]).slice(1)).toEqual(
      [5, 3, 1, 4, 0, 2, 6, 7]
        .map((number) => `bolt/${number}.png`)
        .concat('nut/2.png', 'nut/1.png', 'nut/0.png'),
    );
    expect(lines[3]).toMatch(/,held out,bolt,1$/);
    // Three are too few to stand out from.
    expect(lines[9]).toBe('nut,nut/2.png,70,9,0,trained on,nut,1');
  });

  it('stand out only where they are far above the others of their class', () => {
    expect(standOut(ranked).map(({ path }) => path)).toEqual(['/photos/bolt/5.png']);
  });
});

describe('good images of a detector with a large score gap', () => {
  it('are compared among trained ones, and among held-out ones', () => {
    const image = (id: number, heldOut: boolean, score: number) => ({
      id,
      path: `/photos/${id}.png`,
      class: 'bolt',
      heldOut,
      score,
      recognisedAs: 'bolt',
      share: 1,
    });
    // Trained ones lie close together, the held-out ones far and wide.
    const images = [
      ...Array.from({ length: 40 }, (_, id) => image(id, false, 1 + (id % 5) / 100)),
      ...Array.from({ length: 10 }, (_, id) => image(40 + id, true, 3 + id / 4)),
      image(50, false, 2),
    ];
    expect(standOut(rankImages(images, true)).length).toBeGreaterThan(9);
    expect(standOut(rankImages(images, false)).map(({ id }) => id)).toEqual([50]);
  });
});

describe('the files of images that stand out', () => {
  it('show the input beside its heat map, under short names, and replace those of an earlier run', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'clad-standing-'));
    try {
      const long = `* ?${'長'.repeat(60)}`;
      const images = imagesIn(folder, (number) => (number === 5 ? long : String(number)));
      const data = new Uint8Array(800 * 200 * 3).fill(90);
      const run = new RunFolder(join(folder, 'run'));
      await mkdir(join(folder, 'bolt'));
      await mkdir(run.standingOut, { recursive: true });
      await writeFile(images[5]!.path, await encodePng({ width: 800, height: 200, data }));
      await writeFile(join(run.standingOut, '01-old.png'), 'from before');
      const asked: number[] = [];
      await writeGoodImages(
        { run, root: folder },
        {
          predict: async (id) => {
            asked.push(id);
            return { score: 40, map: new Float32Array(64 * 64).fill(20), shares: Float32Array.of(1, 0) };
          },
          release: async () => {},
        },
        rankImages(images, true),
        {
          // The middle of the photograph, 400 x 100.
          classes: ['bolt', 'nut'],
          geometry: { ...squareOf(64), resizeTo: squareOf(128) },
          thresholds,
          display: { bolt: { low: 1, high: 30 }, nut: { low: 1, high: 30 } },
        } as unknown as DetectorMetadata,
      );
      expect(asked).toEqual([5]);
      const files = await readdir(run.standingOut);
      expect(files).toHaveLength(1);
      expect(files[0]).toMatch(/^01-bolt-_長+\.png$/u);
      expect(Buffer.byteLength(files[0]!)).toBeLessThan(180);
      const { width, height } = await decodeImage(join(run.standingOut, files[0]!));
      // The heat map has its legend below it.
      expect([width, height]).toEqual([400 + 4 + 400, 100 + 26]);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
