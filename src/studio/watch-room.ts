/** @file Which folders can be watched at the same time: not too many, and none of which another would move on what this one has moved. */
import { CladError } from '../core/errors.ts';
import type { RememberedWatch } from './watches-table.ts';
import { isBelow } from './workspace.ts';

/** Processes at once: each has a detector open. */
const mostOpen = 4;

export type Moving = Pick<RememberedWatch, 'folder' | 'move'>;

/** @param open - what is watched already @throws WATCH_TAKEN */
export function requireRoom(wanted: Moving, open: readonly Moving[]): void {
  const refuse = (reason: string) => new CladError('WATCH_TAKEN', { path: wanted.folder, reason });
  if (open.length >= mostOpen)
    throw refuse(`${mostOpen} folders are watched already; stop one of them first`);
  const other = open.find((each) => movesInto(wanted, each) || movesInto(each, wanted));
  if (other)
    throw refuse(
      `photographs that are moved from it or from ${other.folder} would be moved by the other again`,
    );
}

/** Whether photographs are moved into a folder that is moved from, too. */
function movesInto({ move }: Moving, to: Moving): boolean {
  return (
    move !== null && to.move !== null && (isBelow(move.folder, to.folder) || isBelow(to.folder, move.folder))
  );
}
