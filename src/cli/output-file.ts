/** @file A file that a person names for results: it must not take the place of something else. */
import { readFile, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { CladError } from '../core/errors.ts';
import { requireWritable } from '../core/files.ts';
import { demoNote } from '../jobs/demo/demo-note.ts';
import { RunFolder } from '../jobs/run-folder.ts';

/**
 * Refuses a name that is not one of such a file, a folder, and what a run or a demo data set consists of.
 * @param ending - that the name must have, with its dot
 * @throws OPTION_INVALID, FOLDER_EXPECTED, FILE_REFUSED, FILE_NOT_FOUND
 */
export async function requireFileApart(option: string, file: string, ending: string): Promise<void> {
  const refusal = (expected: string) => new CladError('OPTION_INVALID', { option, expected, actual: file });
  const found = await stat(file).catch(() => undefined);
  if (found?.isDirectory()) throw refusal('a file to write, not a folder');
  if (!file.toLowerCase().endsWith(ending)) throw refusal(`a file that ends in ${ending}`);
  if (found && (await isOfRun(file))) throw refusal("a file that is none of a run's own");
  await requireWritable(dirname(file), `Give another place to ${option}.`);
}

/** Whether a file is one that a run or a demo data set consists of. */
async function isOfRun(file: string): Promise<boolean> {
  if (basename(file) === demoNote) return true;
  const run = new RunFolder(dirname(resolve(file)));
  if (!run.files.includes(resolve(file))) return false;
  const config = await readFile(join(run.path, 'config.json'), 'utf8').catch(() => '');
  return config.includes('"cladVersion"');
}
