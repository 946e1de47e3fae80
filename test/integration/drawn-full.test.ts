/**
 * @file The small benchmark of docs/results.md, which needs no data, no weights and no network: three methods on three drawn products. A minute or two, so with
 * `npm run test:full` alone.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { MetricName } from '../../src/evaluation/evaluator.ts';
import type { GridRow } from '../../src/jobs/compare/grid-summary.ts';
import { startCladWith } from '../helpers/clad.ts';
import { full } from '../helpers/full.ts';

/** Image AUROC, pixel AUROC and AUPRO, as measured on 2026-12-01. */
const measured: Readonly<Record<string, readonly [number, number, number]>> = {
  clad: [0.913, 0.957, 0.857],
  patchcore: [0.9, 0.936, 0.861],
  simplenet: [0.891, 0.81, 0.675],
};
/** Another machine computes otherwise in the last digits, and training carries that on. */
const slack = 0.03;

describe.skipIf(!full)('the benchmark on drawn products', () => {
  it('gives what was measured, and recognises every class', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'clad-drawn-'));
    // With all cores: it outlasts the test files beside it.
    const clad = async (...args: readonly string[]) => {
      const { status, stdout, stderr } = await startCladWith({ CLAD_THREADS: '' }, ...args).ended;
      expect(stderr).not.toMatch(/^\s+at /m);
      expect(status).toBe(0);
      return stdout;
    };
    try {
      const data = join(folder, 'drawn');
      const drawn =
        '--classes washer,woven_cloth,circuit_board --train 20 --test-good 10 --test-anomalous 15 --size 160';
      await clad('data', 'demo', '--out', data, ...drawn.split(' '));
      const settings = [
        'features.inputSize=160',
        'memoryBank.coresetSize=2048',
        'training.steps=300',
        'training.batch=1024',
      ];
      const stdout = await clad(
        'compare',
        data,
        '--out',
        join(folder, 'compared'),
        '--methods',
        Object.keys(measured).join(','),
        ...settings.flatMap((text) => ['--set', text]),
        '--json',
      );
      const { rows } = JSON.parse(stdout) as { rows: GridRow[] };
      expect(rows.map(({ variant }) => variant)).toEqual(Object.keys(measured));
      for (const { variant, metrics } of rows) {
        const value = (name: MetricName) => metrics[name]?.mean ?? 0;
        for (const [at, name] of (['imageAuroc', 'pixelAuroc', 'aupro'] as const).entries())
          expect(Math.abs(value(name) - (measured[variant]?.[at] ?? 0)), `${variant} ${name}`).toBeLessThan(
            slack,
          );
        expect(value('classAccuracy')).toBe(1);
      }
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }, 900_000);
});
