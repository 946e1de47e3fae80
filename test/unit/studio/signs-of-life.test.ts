/** @file When a process is taken for one that hangs: not while it may have reasons to be silent. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { SignsOfLife } from '../../../src/studio/signs-of-life.ts';

let silent: number[] = [];
let signs: SignsOfLife;
beforeEach(() => {
  vi.useFakeTimers();
  silent = [];
  signs = new SignsOfLife((seconds) => silent.push(seconds));
});
afterEach(() => {
  signs.end();
  vi.useRealTimers();
});
const pass = (seconds: number) => vi.advanceTimersByTime(1000 * seconds);

it('one that opens has ten minutes, one that works a minute, and either is told once', () => {
  pass(590);
  signs.heard(false);
  pass(5);
  signs.heard(true);
  pass(54);
  expect(silent).toEqual([]);
  pass(6);
  expect(silent).toEqual([60]);
  pass(1000);
  expect(silent).toEqual([60]);
});

it('who was silent for long and went on may be so again, ten times as long and ten minutes at most', () => {
  signs.heard(true);
  pass(30);
  signs.heard(true);
  pass(290);
  expect(silent).toEqual([]);
  pass(11);
  expect(silent).toEqual([300]);
});

it('of one that never answers it is told after ten minutes, of one that has ended never', () => {
  pass(601);
  expect(silent).toEqual([600]);
  const ended = new SignsOfLife((seconds) => silent.push(seconds));
  ended.end();
  pass(2000);
  expect(silent).toEqual([600]);
});
