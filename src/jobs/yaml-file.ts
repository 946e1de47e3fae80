/** @file YAML files of options and of rows. */
import { parse } from 'yaml';
import { CladError, firstLineOf } from '../core/errors.ts';
import { readBytes } from '../core/files.ts';

/** What the file holds. @throws FILE_UNREADABLE, also where it is no YAML */
export async function readYaml(path: string): Promise<unknown> {
  const text = (await readBytes(path)).toString();
  try {
    return parse(text);
  } catch (error) {
    throw yamlRefused(path, firstLineOf(error).replace(/:$/, ''), error);
  }
}

/** The refusal of a file with another content than was wanted. */
export function yamlRefused(path: string, reason: string, cause?: unknown): CladError {
  return new CladError('FILE_UNREADABLE', { path, reason }, { cause });
}
