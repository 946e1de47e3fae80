/** @file Reports of real, tiny runs: trained, measured and written here. */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { train } from '../../../src/jobs/train/train.ts';
import { clad } from '../../../src/methods/clad/clad.ts';
import { resolveOptions } from '../../../src/methods/resolve-options.ts';
import { evaluateWithReport, reportTraining } from '../../../src/report/report.ts';
import { writeParts } from '../../helpers/parts.ts';
import { writeTinyBackbone } from '../../helpers/tiny-backbone.ts';

const overlay = {
  features: { inputSize: 64 },
  memoryBank: { components: 16, coresetSize: 256 },
  adaptor: [32, 24, 16],
  discriminator: [16, 8],
  stage1: { batch: 64, steps: 20 },
  stage2: { batch: 96, steps: 10 },
  evaluations: 2,
};

let folder = '';
let run = '';

async function trained(name: string, withTest: boolean): Promise<string> {
  const parts = join(folder, `${name}-parts`);
  await writeParts(parts, withTest ? {} : { good: 0, defective: [] });
  const out = join(folder, name);
  await train({
    data: parts,
    out,
    backbone: await writeTinyBackbone(folder),
    method: 'clad',
    preset: 'fast',
    options: resolveOptions(clad, 'fast', [overlay]),
  });
  return out;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'clad-report-run-'));
  run = await trained('run', true);
});

afterAll(() => rm(folder, { recursive: true, force: true }));

describe('a report of a run', () => {
  it('has numbers, curves, images, embedding and training', async () => {
    const { page, document } = await evaluateWithReport({ run, folder: join(folder, 'report') });
    expect((await readdir(join(folder, 'report'))).sort()).toEqual([
      'index.html',
      'results.csv',
      'results.md',
    ]);
    const text = await readFile(page, 'utf8');
    expect(Buffer.byteLength(text)).toBeLessThan(1e6);
    expect(text.includes((document.mean.imageAuroc ?? 0).toFixed(3))).toBe(true);
    expect(text.includes('Before: the networks&#39; input')).toBe(true);
    // Three images for each of some defects, and the synthetic anomalies.
    expect(text.match(/<img src="data:image\/webp;base64,/g)?.length).toBeGreaterThan(10);
    expect(text.includes('Stage 1, losses')).toBe(true);
    expect(text.includes('<h2 id="confusion-title">')).toBe(true);
    expect(text.match(/[ ">](?:NaN|undefined|Infinity)/)).toBeNull();
    expect(document).not.toHaveProperty('curves');
    // Folders above the data set and the run are nobody's business but the evaluation's.
    expect(text.includes(folder)).toBe(false);
  });

  it('is written beside the run, of the training alone, where there are no test images', async () => {
    const notes: string[] = [];
    const bare = await trained('bare', false);
    const { page, document } = await reportTraining({ run: bare, note: (text) => notes.push(text) });
    expect(page).toBe(join(bare, 'report', 'index.html'));
    expect(document).toBeNull();
    expect(notes.join()).toContain('No test images');
    const text = await readFile(page, 'utf8');
    expect(text).toContain('no test images');
    // Misses are of defects that were made, and said to be.
    expect(text).toMatch(/Defects: 32 SYNTHETIC ones, made on good images/);
    expect(text.split('<script')[0]!.match(/misses \d+ of 32 SYNTHETIC/g)).toHaveLength(2);
    expect(text.includes(folder)).toBe(false);
    await expect(evaluateWithReport({ run: bare })).rejects.toMatchObject({ code: 'DATASET_EMPTY' });
  });
});
