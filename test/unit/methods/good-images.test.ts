/** @file Which good images are judged for thresholds, and the list of them. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { imagesToJudge } from '../../../src/methods/good-images.ts';
import { RunFolder } from '../../../src/methods/run-folder.ts';
import { standOut, writeGoodImages } from '../../../src/methods/standing-out.ts';
import { splitHeldOut } from '../../../src/training/held-out.ts';

const samplesOf = (counts: readonly number[]) =>
  counts.flatMap((count, index) =>
    Array.from({ length: count }, (_, number) => ({
      path: `/photos/c${index}/${number}.png`,
      className: `c${index}`,
      split: 'train' as const,
      anomalous: false,
      defect: 'good',
    })),
  );

describe('images to judge', () => {
  it('are all held-out ones and enough others of each product, each once', () => {
    const counts = fc.array(fc.integer({ min: 2, max: 60 }), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(counts, fc.constantFrom(0.02, 0.1, 0.5), fc.nat(), (sizes, rate, seed) => {
        const samples = samplesOf(sizes);
        const split = splitHeldOut(samples, 0.15, seed);
        const ids = imagesToJudge(samples, split, rate, seed);
        expect(new Set(ids).size).toBe(ids.length);
        expect(ids.slice(0, split.heldOut.size)).toEqual([...split.heldOut]);
        sizes.forEach((size, index) => {
          const judged = ids.filter((id) => samples[id]?.className === `c${index}`).length;
          const held = [...split.heldOut].filter((id) => samples[id]?.className === `c${index}`).length;
          expect(judged).toBe(Math.min(size, Math.max(held, Math.ceil(4 / rate))));
        });
      }),
    );
  });
});

describe('the list of good images', () => {
  const judged = [
    ...[1, 1.1, 0.9, 1.2, 1.05, 40].map((score, number) => ({ product: 'bolt', score, number })),
    ...[7, 7].map((score, number) => ({ product: 'nut', score, number })),
  ].map(({ product, score, number }, id) => ({
    id,
    path: `/photos/${product}/${number}.png`,
    className: product,
    heldOut: number === 1,
    score,
    map: undefined,
  }));
  const thresholds = Object.fromEntries(
    ['bolt', 'nut'].map((name) => [
      name,
      { threshold: 9, achievableRate: 0.02, requestedRate: 0.02, count: 6 },
    ]),
  );

  it('has the most anomalous of each product first, and says which stand out', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'clad-good-'));
    try {
      const run = new RunFolder(folder);
      const dataset = { root: '/photos', layout: 'plain', classes: ['bolt', 'nut'], samples: [] } as const;
      const images = await writeGoodImages({ run, dataset }, judged, thresholds);
      const lines = (await readFile(run.goodImages, 'utf8')).trimEnd().split('\r\n');
      expect(lines[0]).toBe('product,image,score,threshold,deviations,use');
      expect(lines[1]).toMatch(/^bolt,bolt\/5\.png,40,9,\d+(\.\d+)?,trained on$/);
      expect(lines.map((line) => line.split(',')[1]).slice(1)).toEqual(
        [5, 3, 1, 4, 0, 2].map((number) => `bolt/${number}.png`).concat('nut/0.png', 'nut/1.png'),
      );
      expect(lines[3]).toMatch(/,held out$/);
      // Two of one score have no spread, and nothing stands out from them.
      expect(lines[7]).toBe('nut,nut/0.png,7,9,0,trained on');
      expect(standOut(images).map(({ path }) => path)).toEqual(['/photos/bolt/5.png']);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
