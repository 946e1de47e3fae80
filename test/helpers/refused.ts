/** @file What every refusal of the command line has in common. */
import { expect } from 'vitest';
import type { Ended } from './clad.ts';

/** Expects an input error: status 2 and one sentence, without a stack or a result. */
export function expectRefused(ended: Ended, message: RegExp | string): void {
  expectComplaint(ended, message);
  expect(ended.stdout).toBe('');
}

/** The same where there is a result besides. */
export function expectComplaint({ status, stderr }: Ended, message: RegExp | string): void {
  expect(stderr).toMatch(message);
  expect(status).toBe(2);
  expect(stderr).toMatch(/^clad: /m);
  expect(stderr).not.toMatch(/^\s+at /m);
  expect(stderr).not.toMatch(/defect of clad/);
}
