/** @file What finds a part, learnt from drawn scenes: parts of many colours, with holes and with dirt beside them; and what has no part. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Random } from '../../../../src/core/random.ts';
import { PartFinder } from '../../../../src/detector/roi/part-finder.ts';
import type { RgbImage } from '../../../../src/image/rgb.ts';
import { cellGrid } from '../../../../src/image/roi/part-model.ts';
import { learnPart } from '../../../../src/jobs/roi/learn-part.ts';
import { nodeEngine } from '../../../../src/runtime/node.ts';

const geometry = { width: 64, height: 64 };
const grid = cellGrid(geometry);
let finder: PartFinder;
beforeAll(async () => {
  finder = await PartFinder.create(await nodeEngine({ threads: 1 }), geometry);
});
afterAll(() => finder.release());

type Paint = (x: number, y: number, random: Random) => readonly [number, number, number] | undefined;

/** Four scenes, each painted around a place of its own, on ground that is brighter in some than in others. */
async function scenes(paint: Paint): Promise<Float32Array[]> {
  const samples: Float32Array[] = [];
  for (let number = 0; number < 4; number++) {
    const random = new Random('scene', number);
    const [left, top, light] = [random.integer(9) - 4, random.integer(9) - 4, random.uniform(0.9, 1.1)];
    const data = new Uint8Array(64 * 64 * 3);
    for (let y = 0; y < 64; y++)
      for (let x = 0; x < 64; x++) {
        const colour = paint(x - 32 - left, y - 32 - top, random) ?? [80, 84, 90];
        data.set(
          colour.map((value) => Math.round(value * light + random.uniform(-3, 3))),
          3 * (y * 64 + x),
        );
      }
    const image: RgbImage = { ...geometry, data };
    samples.push(await finder.distances(image));
  }
  return samples;
}

async function learn(paint: Paint) {
  const samples = await scenes(paint);
  return { learnt: await learnPart(samples, grid, finder, 5), samples };
}

it('learns a part of many colours, however far they are from the ground', async () => {
  const { learnt, samples } = await learn((x, y) => {
    if (Math.abs(x) > 14 || Math.abs(y) > 18) return undefined;
    return x > 8 ? [250, 250, 245] : y > 10 ? [20, 20, 24] : [40, 120, 70];
  });
  if ('reason' in learnt) throw new Error(learnt.reason);
  const { part } = learnt;
  expect([part.open > 1, part.margin]).toEqual([true, 2]);
  for (const sample of samples) {
    const { share } = await finder.find(sample, part);
    expect(Math.abs(share - (29 * 37) / 64 ** 2)).toBeLessThan(0.02);
    expect(share > part.least && share < part.most).toBe(true);
  }
  expect(part.least).toBeGreaterThan(0.18);
  expect(part.most).toBeLessThan(0.37);
});

it('leaves out wide holes that all good parts have', async () => {
  const { learnt } = await learn((x, y) => {
    const away = Math.hypot(x, y);
    return away < 22 && away > 11 ? [200, 198, 190] : undefined;
  });
  expect('part' in learnt && learnt.part.open).toBeLessThan(1);
});

it('leaves such a hole out where dirt lies in the middle of it', async () => {
  const ring = (away: number) => (away < 22 && away > 8 ? ([200, 198, 190] as const) : undefined);
  const { learnt, samples } = await learn((x, y) => ring(Math.hypot(x, y)));
  if ('reason' in learnt) throw new Error(learnt.reason);
  const dirty = await scenes((x, y) => (Math.hypot(x, y) < 1.1 ? [230, 230, 220] : ring(Math.hypot(x, y))));
  for (const [at, sample] of dirty.entries()) {
    const [{ share }, clean] = [
      await finder.find(sample, learnt.part),
      await finder.find(samples[at]!, learnt.part),
    ];
    expect(Math.abs(share - clean.share)).toBeLessThan(0.01);
  }
});

it('takes the margin of the size, none where none is wanted, and off the rim below that', async () => {
  const samples = await scenes((x, y) => (Math.hypot(x, y) < 18 ? [200, 198, 190] : undefined));
  const margins = [];
  for (const margin of [0, 1, 20, -1, -10]) {
    const learnt = await learnPart(samples, grid, finder, margin);
    margins.push('part' in learnt && learnt.part.margin);
  }
  expect(margins).toEqual([0, 1, 6, -1, -3]);
  // 31 cells of some 32 are as many as there can be.
  const widest = await learnPart(samples, grid, finder, 150);
  if ('reason' in widest) throw new Error(widest.reason);
  expect(widest.part.margin).toBe(31);
  expect(widest.narrowed).toBeCloseTo((100 * 31) / Math.sqrt(Math.PI * 18 ** 2), -1);
  expect('narrowed' in (await learnPart(samples, grid, finder, 90))).toBe(false);
});

it('takes a faint smudge at the part for ground where the rim is not looked at', async () => {
  const disc: Paint = (x, y) => (Math.hypot(x, y) < 18 ? [200, 198, 190] : undefined);
  const smudged: Paint = (x, y, random) =>
    disc(x, y, random) ?? (x > 0 && x < 27 && Math.abs(y) < 7 ? [98, 102, 108] : undefined);
  const samples = await scenes(disc);
  const [image] = await scenes(smudged);
  const shares = [];
  for (const margin of [0, -1]) {
    const learnt = await learnPart(samples, grid, finder, margin);
    if ('reason' in learnt) throw new Error(learnt.reason);
    const [clean, seen] = [
      await finder.find(samples[0]!, learnt.part),
      await finder.find(image!, learnt.part),
    ];
    shares.push(seen.share / clean.share);
  }
  expect(shares[0]).toBeGreaterThan(1.05);
  expect(shares[1]).toBeLessThan(1.02);
});

const bare: Paint = () => undefined;
const rough: Paint = (_x, _y, random) => [random.integer(256), random.integer(256), random.integer(256)];
const band: Paint = (x) => (Math.abs(x) < 22 ? [200, 198, 190] : undefined);

it.each([
  ['nothing has an outline', /outline/, bare],
  ['all is rough', /outline/, rough],
  ['the part runs to the border', /border/, band],
] as const)('says why not where %s', async (_, reason, paint) => {
  const { learnt } = await learn(paint);
  expect('reason' in learnt && learnt.reason).toMatch(reason);
});

it('learns the sizes of parts from photographs that show one', async () => {
  const paint: Paint = (x, y) => (Math.hypot(x, y) < 18 ? [200, 198, 190] : undefined);
  const samples = (await Promise.all(Array.from({ length: 6 }, () => scenes(paint)))).flat();
  const [empty] = await scenes(() => undefined);
  const [all, most] = [
    await learnPart(samples, grid, finder, 5),
    await learnPart([...samples, empty!], grid, finder, 5),
  ];
  if ('reason' in all || 'reason' in most) throw new Error('nothing was learnt');
  expect([most.part.least, most.part.most]).toEqual([all.part.least, all.part.most]);
  expect(most.part.least).toBeGreaterThan(0.1);
});

it('says so of parts of many sizes, and of too few images', async () => {
  const samples = await scenes((x, y) => (Math.hypot(x, y) < 9 ? [200, 198, 190] : undefined));
  const large = await scenes((x, y) => (Math.hypot(x, y) < 20 ? [200, 198, 190] : undefined));
  expect(await learnPart([...samples, ...large], grid, finder, 5)).toEqual({
    reason: expect.stringMatching(/size is not stable/),
  });
  expect(await learnPart(samples.slice(0, 2), grid, finder, 5)).toEqual({
    reason: 'too few images to tell (2 of at least 3)',
  });
});
