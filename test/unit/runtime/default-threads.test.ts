/** @file The threads of an engine that was asked for none. */
import { availableParallelism } from 'node:os';
import { afterEach, expect, it, vi } from 'vitest';
import { defaultThreads } from '../../../src/runtime/default-threads.ts';
import { nodeEngine } from '../../../src/runtime/node.ts';

afterEach(() => void vi.unstubAllEnvs());

it.each([undefined, ''])('are the cores of the machine without CLAD_THREADS: %o', async (text) => {
  vi.stubEnv('CLAD_THREADS', text);
  expect((await nodeEngine()).threads).toBe(availableParallelism());
});

it('are those of CLAD_THREADS, but those asked for where some are', async () => {
  vi.stubEnv('CLAD_THREADS', '3');
  expect((await nodeEngine()).threads).toBe(3);
  expect((await nodeEngine({ threads: 2 })).threads).toBe(2);
});

it.each(['0', '-1', '1.5', 'two', '2 ', '1e3', '99999999999'])('are refused in a sentence: %s', (text) => {
  vi.stubEnv('CLAD_THREADS', text);
  expect(defaultThreads).toThrow(`Expected CLAD_THREADS to be an integer of at least 1, got ${text}.`);
});
