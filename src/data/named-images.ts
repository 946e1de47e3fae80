/** @file Images of a data set that a user names by their files. */
import { realpath } from 'node:fs/promises';
import { resolve } from 'node:path';
import { CladError } from '../core/errors.ts';

/**
 * Positions in a list of images of those that are named: by a path from here, from the data set's root, an absolute one, or a link. The files need not exist any more.
 * @param named - as the user wrote them
 * @param images - absolute paths
 * @param where - what the images are of, for errors
 * @throws EXCLUDED_UNKNOWN
 */
export async function positionsOf(
  named: readonly string[],
  images: readonly string[],
  root: string,
  where: string,
): Promise<Set<number>> {
  const known = new Map(images.map((path, position) => [path, position]));
  const positions = new Set<number>();
  for (const given of named) {
    const position = [given, await realpath(given).catch(() => given)]
      .flatMap((each) => [resolve(each), resolve(root, each)])
      .map((each) => known.get(each))
      .find((found) => found !== undefined);
    if (position === undefined)
      throw new CladError('EXCLUDED_UNKNOWN', { path: given, where, example: images[0] ?? '' });
    positions.add(position);
  }
  return positions;
}
