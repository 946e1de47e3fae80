/** @file `clad demo` as it is, at full size: minutes, so with `npm run test:full` alone. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { EvaluationDocument } from '../../src/jobs/evaluate/evaluate.ts';
import { startCladWith } from '../helpers/clad.ts';
import { full } from '../helpers/full.ts';

describe.skipIf(!full)('clad demo', () => {
  it('finds the defects of eight drawn products, and recognises every class', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'clad-demo-'));
    try {
      // With all cores: it outlasts the test files beside it.
      const allCores = { CLAD_THREADS: '' };
      const demo = startCladWith(allCores, 'demo', '--out', join(folder, 'demo'), '--json');
      const { status, stdout, stderr } = await demo.ended;
      expect(stderr).not.toMatch(/^\s+at /m);
      expect(status).toBe(0);
      const { run, mean } = JSON.parse(stdout) as { run: string; mean: EvaluationDocument['mean'] };
      const { classes } = JSON.parse(
        await readFile(join(run, 'evaluation.json'), 'utf8'),
      ) as EvaluationDocument;
      expect(Object.keys(classes)).toHaveLength(8);
      const { imageAuroc, pixelAuroc, aupro, classAccuracy, falseAlarmRate } = mean;
      // Measured: 0.986, 0.962, 0.934, 1.
      expect(imageAuroc).toBeGreaterThan(0.975);
      expect(pixelAuroc).toBeGreaterThan(0.95);
      expect(aupro).toBeGreaterThan(0.92);
      expect(classAccuracy).toBe(1);
      expect(falseAlarmRate).toBeLessThan(0.06);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }, 1_800_000);
});
