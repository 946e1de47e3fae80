/** @file A detector in half precision, which says nearly the same. */
import { expect } from 'vitest';
import type { PredictionLine } from '../../src/jobs/predict.ts';
import { clad } from './clad.ts';

/** Exports a run's detector. */
export async function exportHalf(run: string, out: string): Promise<void> {
  const args = ['export', run, '--to', 'onnx', '--precision', 'fp16', '--out', out];
  const { status, stderr } = await clad(...args);
  expect(status, stderr).toBe(0);
}

/** Expects the same verdicts, and scores that differ by two hundredths. @param before - in full precision */
export function expectNearly(after: readonly PredictionLine[], before: readonly PredictionLine[]): void {
  for (const [index, { score, verdict }] of before.entries()) {
    expect(after[index]!.verdict).toBe(verdict);
    expect(Math.abs(after[index]!.score - score)).toBeLessThan(0.02 * Math.abs(score));
  }
}
