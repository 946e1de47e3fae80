/**
 * @file `clad data collect`: the data set of a list, built of links or copies of pictures that somebody has. What is missing or differs is named; what is there
 * is built all the same, and a later call with further folders goes on.
 */
import { copyFile, readdir, readFile, readlink, rm, symlink, writeFile } from 'node:fs/promises';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { z } from 'zod';
import { callback, flag, list, optional, path } from '../../core/arguments.ts';
import { CladError } from '../../core/errors.ts';
import { replaceFile, requireWritable, writeFileAtomic } from '../../core/files.ts';
import { lockOfFolder, withLock } from '../../core/lock.ts';
import type { ProgressListener } from '../../core/progress.ts';
import { fileImages } from '../../data/file-images.ts';
import { fingerprint } from '../../data/fingerprint.ts';
import { namesIn, requireOutside, statOrNothing, stemOf } from '../../data/folders.ts';
import { loadDataset } from '../../data/load.ts';
import { filesOf, type PictureList, readPictureList } from '../../data/picture-list.ts';
import { type Fields, requireRequest } from '../request-fields.ts';
import { fileHash } from './hashes.ts';
import { type Found, findPictures, scaledPicture, type Wanted } from './sources.ts';

export interface CollectRequest {
  /** File that `clad data list` wrote. */
  readonly list: string;
  /** Folders in which pictures are, at any depth. */
  readonly sources: readonly string[];
  /** Folder of the data set: new, empty or of an earlier call. */
  readonly out: string;
  /** Copies files rather than linking to them. @default false */
  readonly copy?: boolean;
  /** Takes a picture that has the name and the folders of a listed one and other pixels. @default false */
  readonly byName?: boolean;
  readonly onProgress?: ProgressListener;
}

const fields: Fields<CollectRequest> = {
  list: path,
  sources: list(path),
  out: path,
  copy: optional(flag),
  byName: optional(flag),
  onProgress: optional(callback),
};

/** What was built. Pictures are images and masks. */
export interface Collection {
  readonly root: string;
  readonly pictures: number;
  /** How many were found, by what says that they are meant (sources.ts); `name` is those that were taken for their names alone. */
  readonly found: Readonly<Record<Found['by'], number>>;
  /** Nowhere in the folders; below `root`, as they would be. */
  readonly missing: readonly string[];
  /** There by name, with other pixels, and not taken. */
  readonly differing: readonly { readonly picture: string; readonly path: string }[];
  /** Of what was built, where nothing is missing, and whether it is the listed one's: of the same files under the same names. */
  readonly fingerprint: { readonly value: string; readonly same: boolean } | null;
}

const command = 'clad data collect';
const marker = '.clad-collected.json';
const markerSchema = z.object({ madeBy: z.literal(command), fingerprint: z.string() });

/**
 * Builds it.
 * @throws CladError `LIST_INVALID`, `FILE_NOT_FOUND`, `FOLDER_EXPECTED`, `FOLDER_FOREIGN` where the folder is not of such a call, `FILE_REFUSED`, `IN_USE`
 */
export async function collectPictures(request: CollectRequest): Promise<Collection> {
  requireRequest('collectPictures', fields, request);
  const wantedList = await readPictureList(request.list);
  for (const source of request.sources) await requireOutside('--out', request.out, source);
  await requireWritable(request.out, 'Give another folder to --out.');
  return withLock(lockOfFolder(request.out), () => collect(request, wantedList));
}

async function collect(
  { sources, out, copy = false, byName = false, onProgress }: CollectRequest,
  wantedList: PictureList,
): Promise<Collection> {
  const root = resolve(out);
  await claim(root, wantedList);
  const wanted = wantedOf(wantedList);
  const places = await findPictures(wanted, sources, onProgress);
  const found = { file: 0, pixels: 0, scaled: 0, name: 0 };
  const missing: string[] = [];
  const differing: Collection['differing'][number][] = [];
  for (const [index, each] of wanted.entries()) {
    const place = places[index];
    if (place === undefined) missing.push(each.target);
    else if (place.by === 'name' && !byName) differing.push({ picture: each.target, path: place.path });
    else {
      found[place.by]++;
      await put(root, each, place, copy);
    }
    onProgress?.({ task: 'building the data set', done: index + 1, total: wanted.length, unit: 'pictures' });
  }
  const whole = missing.length + differing.length === 0 && wanted.length > 0;
  return {
    root,
    pictures: wanted.length,
    found,
    missing,
    differing,
    fingerprint: whole ? await fingerprintOf(root, wantedList, onProgress) : null,
  };
}

/** Marks the folder as one of this list; refuses one that is somebody else's. */
async function claim(root: string, { fingerprint: of }: PictureList): Promise<void> {
  const place = join(root, marker);
  const before = markerSchema.safeParse(
    await readFile(place, 'utf8')
      .then(JSON.parse)
      .catch(() => undefined),
  );
  if (before.success && before.data.fingerprint === of) return;
  const names = await readdir(root).catch(() => []);
  if (names.some((name) => join(root, name) !== lockOfFolder(root)))
    throw new CladError('FOLDER_FOREIGN', { path: root, command: `${command} of this list` });
  await writeFileAtomic(place, `${JSON.stringify({ madeBy: command, fingerprint: of }, null, 2)}\n`);
}

/** Every picture of a list, with its place in MVTec AD's layout. */
export function wantedOf({ classes }: PictureList): Wanted[] {
  const wanted: Wanted[] = [];
  for (const [className, { images, shorterSide }] of Object.entries(classes))
    for (const [folder, rows] of Object.entries(images)) {
      const [split, defect] = folder.split('/') as ['train' | 'test', string];
      for (const row of rows) {
        const [image, ...masks] = filesOf(row);
        if (image === undefined) continue;
        const imageStem = stemOf(image[0]);
        const of = { className, split, defect, imageStem, shorterSide };
        wanted.push({
          ...of,
          isMask: false,
          target: `${className}/${folder}/${image[0]}`,
          file: image[1],
          pixels: image[2],
        });
        // Several masks of an image lie in a folder of its name, as MVTec LOCO has them.
        const maskFolder = `${className}/ground_truth/${defect}${masks.length > 1 ? `/${imageStem}` : ''}`;
        for (const [name, file, pixels] of masks)
          wanted.push({ ...of, isMask: true, target: `${maskFolder}/${name}`, file, pixels });
      }
    }
  return wanted;
}

/** Links, copies or draws one, unless it is there. */
async function put(root: string, wanted: Wanted, { by, path: source }: Found, copy: boolean): Promise<void> {
  const scaled = wanted.shorterSide !== undefined && (by === 'scaled' || by === 'name');
  const ending = scaled ? '.png' : extname(source);
  const stem = stemOf(basename(wanted.target));
  const target = join(root, ...wanted.target.split('/').slice(0, -1), `${stem}${ending}`);
  if (await isThere(target, source, wanted, copy)) return;
  // An earlier call may have taken a file of another format for it.
  for (const name of await namesIn(dirname(target)))
    if (stemOf(name) === stem && name !== basename(target)) await rm(join(dirname(target), name));
  await replaceFile(target, async (temporary) => {
    if (scaled) {
      const image = await scaledPicture(source, wanted.shorterSide as number, wanted.isMask);
      await writeFile(temporary, await fileImages.encodePng(image));
    } else if (copy) await copyFile(source, temporary);
    else await symlink(source, temporary);
  });
}

/** A link of an earlier call is not where copies are asked for now. */
async function isThere(target: string, source: string, wanted: Wanted, copy: boolean): Promise<boolean> {
  const link = await readlink(target).catch(() => undefined);
  if (link === source) return !copy;
  if (link !== undefined && copy) return false;
  return (await statOrNothing(target))?.isFile() === true && (await fileHash(target)) === wanted.file;
}

async function fingerprintOf(
  root: string,
  { fingerprint: listed }: PictureList,
  onProgress?: ProgressListener,
): Promise<Collection['fingerprint']> {
  const dataset = await loadDataset(root, { requireTraining: false });
  const value = await fingerprint(dataset, fileImages, onProgress);
  return { value, same: value === listed };
}
