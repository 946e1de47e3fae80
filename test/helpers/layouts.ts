/** @file Data sets of made-up files by their names, what loading them gives, and with what it refuses them. */
import { expect } from 'vitest';
import type { Layout, Sample } from '../../src/data/dataset.ts';
import { loadDataset } from '../../src/data/load.ts';
import { type Files, withFiles } from './images.ts';

/** Files without content: most readers go by names alone. */
export function empty(...paths: readonly string[]): Files {
  return Object.fromEntries(paths.map((path) => [path, '']));
}

/** Samples as lines, with paths from the root. */
export function lines(root: string, samples: readonly Sample[]): string[] {
  return samples.map(({ path, className, split, anomalous, defect, maskPaths }) =>
    [className, split, anomalous ? 'anomalous' : 'normal', defect, path, maskPaths ?? '-']
      .join(' ')
      .replaceAll(`${root}/`, ''),
  );
}

/** The error that loading these files ends with, paths from the root. */
export async function refusal(files: Files, layout?: Layout): Promise<string> {
  return withFiles(files, async (root) => {
    const error: unknown = await loadDataset(root, { layout }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: 'CladError', kind: 'input' });
    const { code, message } = error as { code: string; message: string };
    return `${code} ${message}`.replaceAll(`${root}/`, '').replaceAll(root, 'ROOT');
  });
}
