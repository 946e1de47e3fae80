/** @file Which finished runs are seeds of one training, and which are not. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { writeFileAtomic } from '../../../../src/core/files.ts';
import { metricNames } from '../../../../src/evaluation/evaluator.ts';
import { cellsOfRuns } from '../../../../src/jobs/compare/finished-runs.ts';
import { RunFolder } from '../../../../src/jobs/run-folder.ts';

it('takes runs with and without a region of interest for two rows', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'clad-finished-'));
  const mean = Object.fromEntries(metricNames.map((name) => [name, null]));
  const made = async (seed: number, more: Readonly<Record<string, string>>) => {
    const run = new RunFolder(join(folder, `${seed}${Object.keys(more).length}`));
    const protocol = {
      ...{ method: 'clad', preset: 'default', changes: '{}', seed, testFingerprint: 'same', ...more },
    };
    const timing = { latencyMs: { p50: 1 } };
    await writeFileAtomic(run.evaluation, JSON.stringify({ data: 'd', protocol, classes: {}, mean, timing }));
    await writeFile(run.model, 'model');
    return run.path;
  };
  const [plain, other] = [await made(0, {}), await made(1, {})];
  const inside = await made(1, { pixelsInside: 'cap' });
  expect((await cellsOfRuns([plain, other])).map(({ variant }) => variant)).toEqual([
    'clad default',
    'clad default',
  ]);
  expect((await cellsOfRuns([plain, inside])).map(({ variant }) => variant)).toEqual([
    'clad default, pixelsInside none',
    'clad default, pixelsInside cap',
  ]);
  await rm(folder, { recursive: true });
});
