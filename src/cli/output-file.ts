/** @file A file that a person names for results: it must not take the place of something else. */
import { readFile, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { CladError } from '../core/errors.ts';
import { requireWritable } from '../core/files.ts';

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

/** Whether a file lies in a run's folder and is not one of results. */
async function isOfRun(file: string): Promise<boolean> {
  const config = await readFile(join(dirname(file), 'config.json'), 'utf8').catch(() => '');
  const names =
    /^(config|evaluation|left-out|good-images|data-files|log|demo-data)\.(json|jsonl|csv)$|^report\.html$/;
  return (
    basename(file) === 'demo-data.json' || (config.includes('"cladVersion"') && names.test(basename(file)))
  );
}
