/** @file `clad assess` as its users run it, on a detector trained here in seconds. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AssessmentPlan } from '../../src/jobs/assess/assess.ts';
import type { AssessmentDocument } from '../../src/jobs/assess/document.ts';
import { clad } from '../helpers/clad.ts';
import { copySmallTraining } from '../helpers/common-training.ts';
import { expectRefused } from '../helpers/refused.ts';

let folder = '';
let run = '';
let parts = '';
const at = (...names: readonly string[]) => join(folder, ...names);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'clad-assess-'));
  run = at('run');
  parts = await copySmallTraining(folder, 'run');
});

afterAll(() => rm(folder, { recursive: true, force: true }));

const json = async <T>(...args: readonly string[]) => {
  const ended = await clad('assess', run, '--images', '4', ...args, '--json');
  expect(ended.status).toBe(0);
  return JSON.parse(ended.stdout) as T;
};

describe('clad assess', () => {
  it('says what it will cost, and writes nothing', async () => {
    const plan = await json<AssessmentPlan>('--plan');
    // Two classes, four images, sixteen defects; three smaller memories for a quarter of them and for good images.
    expect(plan).toMatchObject({ classes: 2, images: 8, defects: 128 });
    expect(plan.predictions).toBeGreaterThan(128 + 3 * 32);
    expect(plan.seconds).toBeGreaterThan(0);
    await expect(readFile(join(run, 'assessment.json'))).rejects.toThrow();
  }, 120_000);

  it('counts misses by size and contrast, with fewer images and more, the worst product first; the same each time', async () => {
    const page = at('weak.html');
    const document = await json<AssessmentDocument>('--html', page);
    const { classes, sizes, contrasts } = document;
    expect(classes.map((each) => each.class).sort()).toEqual(['disc', 'weave']);
    const rates = classes.map(({ misses }) => misses!.expected.rate);
    expect(rates).toEqual(rates.toSorted((a, b) => b - a));
    // Large defects of strong contrast are found more often than small ones that hardly show.
    const missed = (size: number, contrast: number) =>
      classes.reduce((sum, { misses }) => sum + misses!.table.at(size)!.at(contrast)!.count, 0);
    expect(missed(-1, -1)).toBeLessThan(missed(0, 0));
    for (const { misses, learning, data } of classes) {
      const { expected, all, table, half } = misses!;
      expect([expected.images, expected.defects]).toEqual([4, 16]);
      expect([all.images, all.defects]).toEqual([4, 64]);
      expect(table.map((row) => row.map((share) => share!.of))).toEqual(
        sizes.map(() => contrasts.map(() => 4)),
      );
      const counted = table.flat().reduce((sum, share) => sum + share!.count, 0);
      expect(all.rate).toBeCloseTo(counted / 64, 12);
      expect(half).toHaveLength(contrasts.length);
      const { points, more, twice } = learning!;
      expect(points.at(-1)).toEqual({ images: data.images, missRate: expected.rate });
      expect(points.map(({ images }) => images)).toEqual(
        points.map(({ images }) => images).toSorted((a, b) => a - b),
      );
      expect(more.images).toBe(20);
      expect(twice.images).toBe(2 * data.images);
      expect(data.missing).toBe(0);
    }
    const html = await readFile(page, 'utf8');
    expect(html).toContain('Weak products');
    expect(html).not.toMatch(/<script|NaN|undefined/);
    const again = await json<AssessmentDocument>();
    expect({ ...again, created: '' }).toEqual({ ...document, created: '' });
    const other = await json<AssessmentDocument>('--seed', '1');
    expect(other.classes).not.toEqual(document.classes);
  }, 240_000);

  it('stands in the report afterwards, which says so where the detector has changed', async () => {
    const report = async () => {
      const ended = await clad('evaluate', run, '--report', at('report'));
      expect(ended.status).toBe(0);
      return readFile(at('report/index.html'), 'utf8');
    };
    const page = await report();
    expect(page).toContain('<section id="weak"');
    expect(page).not.toContain('Of another version');
    const kept = JSON.parse(await readFile(join(run, 'assessment.json'), 'utf8')) as AssessmentDocument;
    await writeFile(join(run, 'assessment.json'), JSON.stringify({ ...kept, detector: '0'.repeat(64) }));
    expect(await report()).toContain('Of another version');
    await writeFile(join(run, 'assessment.json'), '{"format": 1');
    expect(await report()).not.toContain('<section id="weak"');
  }, 120_000);

  it('refuses a detector file without its run, and data that is not there any more', async () => {
    expectRefused(await clad('assess', join(run, 'model.onnx')), /does not know its good images/);
    const config = await readFile(join(run, 'config.json'), 'utf8');
    expect(config).toContain(JSON.stringify(parts));
    expectRefused(await clad('assess', run, '--images', '0'), /a whole number from 1/);
    expectRefused(
      await clad('assess', run, '--plan', '--html', at('plan.html')),
      /--html to be left out beside --plan/,
    );
  });
});
