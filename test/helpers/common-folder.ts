/** @file A folder that all test files of one run have in common, for what is made once; vitest calls this before the first and after the last. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Its path; empty at first. */
    readonly commonFolder: string;
  }
}

export default async function makeFolder({ provide }: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'clad-common-'));
  provide('commonFolder', folder);
  return () => rm(folder, { recursive: true, force: true });
}
