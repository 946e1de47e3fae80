/** @file Where what the line page judges is kept in the workspace, and a watched folder as pages see it. */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join, relative } from 'node:path';
import { shellWord } from '../core/shell-word.ts';
import type { WatchMove, WatchView } from './line-api.ts';
import type { JudgedFile } from './watch-channel.ts';
import type { RememberedWatch } from './watches-table.ts';

/** Judgements that pages are shown. */
const mostShown = 12;

/** Files of a folder of `line/`. */
export interface LinePlaces {
  readonly journal: string;
  /** Folder of pictures with their heat. */
  readonly maps: string;
}

/** @param line - the folder `line/` of the workspace @param name - of the folder in it */
export function linePlaces(line: string, name: string): LinePlaces {
  const folder = join(line, name);
  return { journal: join(folder, 'journal.sqlite'), maps: join(folder, 'maps') };
}

/** A name of a folder in `line/` that says what it is of, and is of nothing else. */
function lineName(of: string): string {
  const plain = of.replaceAll(/[^\p{L}\p{N}_-]+/gu, '-').slice(0, 60);
  return plain === of ? plain : `${plain}-${createHash('sha256').update(of).digest('hex').slice(0, 6)}`;
}

/** Journals of cameras are called so, also of those that have filmed nothing yet. */
const ofCamera = 'camera-';

/** Name of the folder in `line/` of a camera that films for a detector. @param version - file in `detectors/`; null for the run's own */
export function cameraLineName(run: string, version: string | null): string {
  // A slash is in no name, so no two detectors are called alike.
  return lineName(`${ofCamera}${run}${version === null ? '' : `/${version}`}`);
}

/** The same of a watched folder, that none has and no camera will have. @param taken - names that are given and may not be there yet */
export function freeLineName(line: string, of: string, taken: readonly string[]): string {
  const own = lineName(of);
  const plain = own.toLowerCase().startsWith(ofCamera) ? `folder-${own}` : own;
  for (let number = 1; ; number++) {
    const name = number === 1 ? plain : `${plain}-${number}`;
    if (!taken.includes(name) && !existsSync(join(line, name))) return name;
  }
}

/** Whether what is kept of a watched folder is bounded: photographs that are moved go too then, so that is asked for. */
export function isBounded(move: WatchMove | null): boolean {
  return move === null || move.removeOldest;
}

/** @param root - of the workspace @param keepSize - bytes that its journal and pictures may take */
export function watchView(
  {
    remembered,
    judged,
    state,
    trouble,
    notes,
    counts,
    drift,
  }: Pick<WatchView, 'state' | 'trouble' | 'notes' | 'counts' | 'drift'> & {
    readonly remembered: RememberedWatch;
    readonly judged: readonly JudgedFile[];
  },
  root: string,
  keepSize: number,
): WatchView {
  const { id, folder, run, version, move, created: since } = remembered;
  const places = linePlaces(join(root, 'line'), remembered.name);
  const fromRoot = (path: string) => relative(root, path).replaceAll('\\', '/');
  const below = fromRoot(folder);
  const journal = fromRoot(places.journal);
  const words = [
    ...['clad', 'watch', version === null ? `runs/${run}` : `detectors/${version}`],
    below.startsWith('..') ? folder : below,
    ...(move ? ['--move', fromRoot(move.folder)] : []),
    ...['--journal', journal, '--maps', fromRoot(places.maps)],
    ...(isBounded(move) ? ['--keep-size', `${Math.round(keepSize / 1e6)}MB`] : []),
  ];
  return {
    ...{ id, folder, run, version, state, trouble, notes, since, counts, drift, journal },
    move: move && { ...move, folder: fromRoot(move.folder) },
    judged: judged
      .slice(0, mostShown)
      .map(({ bytes: _, modified: __, sha256: ___, map: ____, movedTo: _____, ...shown }) => shown),
    command: words.map((word) => shellWord(word, process.platform === 'win32')).join(' '),
  };
}
