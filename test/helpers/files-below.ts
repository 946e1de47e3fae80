/** @file Every file below a folder. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** Their paths, sorted. */
export async function filesBelow(root: string): Promise<string[]> {
  return (await readdir(root, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
    .sort();
}
