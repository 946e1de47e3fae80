/** @file The images of a data set as pages see them: what was read of the folder, with what is left out and what is said of each. Pure. */
import { type Dataset, pathBelow } from '../data/dataset.ts';
import type { DatasetImage, Flag } from './api.ts';
import type { KeptInspection } from './memory.ts';

/** What a reading of the folder says of an image. */
type ReadImage = Omit<DatasetImage, 'excluded' | 'flags'>;

/** A data set as it was read. */
export interface Reading extends Pick<Dataset, 'layout' | 'classes'> {
  readonly images: readonly ReadImage[];
  /** By path below the data set. */
  readonly splits: ReadonlyMap<string, DatasetImage['split']>;
}

/** What is known of the images beside their folder. */
export interface Remarks {
  readonly inspection: KeptInspection | undefined;
  /** Of a training, by path below the data set. */
  readonly suspects: ReadonlyMap<string, Flag>;
}

export function readingOf({ root, layout, classes, samples }: Dataset): Reading {
  const images = samples.map(({ path, className, split, defect, maskPaths = [] }) => ({
    ...{ path: pathBelow(root, path), product: className, split, kind: defect },
    masks: maskPaths.map((mask) => pathBelow(root, mask)),
  }));
  return { layout, classes, images, splits: new Map(images.map(({ path, split }) => [path, split])) };
}

/** @param excluded - paths that are left out */
export function imagesOf(
  { images, splits }: Reading,
  { inspection, suspects }: Remarks,
  excluded: ReadonlySet<string>,
): DatasetImage[] {
  const isTrained = (path: string) => splits.get(path) === 'train' && !excluded.has(path);
  // Where one of them is tested with, those that are learnt from are all too many.
  const staysOf = (paths: readonly string[]) =>
    paths.some((path) => splits.get(path) === 'test') ? undefined : paths.find(isTrained);
  const flags = inspection ? flagsOf(inspection, staysOf) : new Map<string, Flag[]>();
  for (const [path, flag] of suspects) flags.set(path, [...(flags.get(path) ?? []), flag]);
  return images.map((image) => ({
    ...image,
    excluded: excluded.has(image.path),
    flags: flags.get(image.path) ?? [],
  }));
}

/** Those that are not as they were. @param before - of the same reading */
export function changedImages(before: readonly DatasetImage[], now: readonly DatasetImage[]): DatasetImage[] {
  return now.filter((image, at) => {
    const then = before[at];
    return (
      then?.excluded !== image.excluded ||
      then.flags.some(({ stays }, flag) => stays !== image.flags[flag]?.stays)
    );
  });
}

/**
 * What is said of single images.
 * @param staysOf - of images that are alike, the one that stays when the others are left out
 */
export function flagsOf(
  found: KeptInspection,
  staysOf: (paths: readonly string[]) => string | undefined,
): Map<string, Flag[]> {
  const flags = new Map<string, Flag[]>();
  const add = (path: string, flag: Flag) => flags.set(path, [...(flags.get(path) ?? []), flag]);
  const below = (path: string) => pathBelow(found.root, path);
  const alike = (all: readonly string[], kind: Flag['kind'], what: string) => {
    const paths = all.map(below);
    const stays = staysOf(paths);
    for (const path of paths) {
      const message = `${what} ${paths.filter((each) => each !== path).join(', ')}`;
      add(path, { kind, severity: 'warning', message, ...(path === stays && { stays: true }) });
    }
  };
  for (const { severity, path, message } of found.problems)
    if (path !== null)
      add(below(path), { kind: severity === 'error' ? 'broken' : 'other', severity, message });
  for (const { paths } of found.copies) alike(paths, 'copy', 'the same pixels as');
  for (const { nearDuplicates } of Object.values(found.classes))
    for (const paths of nearDuplicates) alike(paths, 'almost', 'almost the same image as');
  for (const [path, message] of Object.entries(found.oddSizes))
    add(path, { kind: 'size', severity: 'warning', message });
  return flags;
}
