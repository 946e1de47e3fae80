/** @file The region of interest of one class in a file: a YAML file with shapes, or a mask image. Paths in it are from where it lies, so that it can be passed on with its masks. */
import { dirname, extname, resolve } from 'node:path';
import { readYaml } from '../yaml-file.ts';
import { checkRegions, type RegionDefinition, withPaths } from './region-definition.ts';

/**
 * Reads it.
 * @param name - of the class
 * @throws OPTION_INVALID, OPTION_UNKNOWN, FILE_UNREADABLE
 */
export async function regionOfFile(name: string, path: string): Promise<RegionDefinition> {
  if (!isYaml(path)) return { inside: [{ mask: path }] };
  return regionWithin(name, await readYaml(path), path, dirname(path));
}

/**
 * A region as a file has it.
 * @param file - what it is from, for errors
 * @param folder - where paths in it begin
 * @throws OPTION_INVALID, OPTION_UNKNOWN
 */
export function regionWithin(
  name: string,
  definition: unknown,
  file: string,
  folder: string,
): RegionDefinition {
  const region = checkRegions({ [name]: definition }, file)[name]!;
  return withPaths(region, (each) => resolve(folder, each));
}

/** Whether a file holds shapes, by its name. */
export function isYaml(path: string): boolean {
  return ['.yaml', '.yml', '.json'].includes(extname(path).toLowerCase());
}
