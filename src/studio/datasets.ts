/** @file Data sets of the workspace as pages see them: what is there, what an inspection found, what is left out; and images that come in. */
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, extname, join, parse } from 'node:path';
import { CladError } from '../core/errors.ts';
import { asRefusal } from '../core/files.ts';
import { pathBelow } from '../data/dataset.ts';
import { foldersIn } from '../data/folders.ts';
import { loadDataset } from '../data/load.ts';
import { imageSize } from '../image/decode.ts';
import { imageExtensions } from '../image/format.ts';
import type { DatasetBrief, DatasetImage, DatasetView, UploadQuery } from './api.ts';
import { changedImages, imagesOf, type Reading, type Remarks, readingOf } from './dataset-images.ts';
import { InTurn } from './in-turn.ts';
import type { KeptInspection, Memory } from './memory.ts';
import { kindProblem, nameProblem, productProblem } from './names.ts';
import { Suspects } from './suspects.ts';
import type { Workspace } from './workspace.ts';

/** Width times height of an image that is taken, at most. */
const mostPixels = 100e6;
/** Milliseconds for which a data set is taken to have the layout that it was seen to have: to look takes longer, the more images there are. */
const layoutHolds = 60_000;
/** Data sets whose last reading is kept: one of 20 000 images takes about 10 MB. */
const mostReadings = 4;

export class Datasets {
  readonly #workspace: Workspace;
  readonly #memory: Memory;
  readonly #suspects: Suspects;
  /** Until when a data set is taken to have the layout that images are added to, by folder. */
  readonly #layoutSeen = new Map<string, number>();
  /** As they were read last, by folder; the newest last. */
  readonly #readings = new Map<string, Reading>();
  readonly #writing = new InTurn();

  constructor(workspace: Workspace, memory: Memory) {
    this.#workspace = workspace;
    this.#suspects = new Suspects(workspace.folder('runs'));
    this.#memory = memory;
  }

  async list(): Promise<DatasetBrief[]> {
    const names = await foldersIn(this.#workspace.folder('data'));
    return names
      .filter((name) => nameProblem(name) === undefined)
      .map((name) => {
        const inspection = this.#memory.inspection(name);
        return {
          name,
          images: inspection?.images ?? null,
          products: inspection ? Object.keys(inspection.found.classes) : null,
        };
      });
  }

  /** The folder of a data set that is there. @throws NAME_UNUSABLE, WORKSPACE_OUTSIDE, NOT_THERE */
  async folder(name: string): Promise<string> {
    const folder = await this.#workspace.path('data', 'data set', name);
    if (!existsSync(folder)) throw new CladError('NOT_THERE', { what: 'data set', name });
    return folder;
  }

  /** A file of a data set, as it is called below it. @throws as `folder`; NOT_THERE */
  async file(name: string, below: string): Promise<string> {
    await this.folder(name);
    const path = await this.#workspace.within('data', `${name}/${below}`);
    const isImage = imageExtensions.includes(extname(path).toLowerCase());
    if (!isImage || !existsSync(path))
      throw new CladError('NOT_THERE', { what: 'image', name: basename(below) });
    return path;
  }

  /** All but its regions, which are no files of it. */
  async view(name: string): Promise<Omit<DatasetView, 'regions'>> {
    const folder = await this.folder(name);
    const remembered = this.#memory.inspection(name);
    const none = { name, layout: null, products: [], images: [], inspection: null };
    try {
      const reading = await this.#read(folder);
      const remarks = await this.#remarks(name, folder);
      const images = imagesOf(reading, remarks, this.#memory.excluded(name));
      const inspection = remembered && {
        created: remembered.created,
        classes: remembered.found.classes,
        problems: remembered.found.problems.filter(({ path }) => path === null),
        stale: remembered.images !== images.length,
      };
      const { layout, classes: products } = reading;
      return { name, layout, products, images, error: null, inspection: inspection ?? null };
    } catch (error) {
      if (!(error instanceof CladError)) throw error;
      return { ...none, error: error.words };
    }
  }

  /**
   * Leaves images out, or takes them back. The folder is not read anew for images that were there when it was read last: to leave out one that is gone since
   * changes nothing.
   * @returns the images that are others now: these, and those whose remarks are others because of them
   * @throws NOT_THERE for a path that is no training image
   */
  async exclude(name: string, paths: readonly string[], excluded: boolean): Promise<DatasetImage[]> {
    const folder = await this.folder(name);
    const isKnown = ({ splits }: Reading) => paths.every((path) => splits.get(path) === 'train');
    const before = this.#readings.get(folder);
    const reading = before && isKnown(before) ? before : await this.#read(folder);
    const unknown = paths.find((path) => reading.splits.get(path) !== 'train');
    if (unknown !== undefined) throw new CladError('NOT_THERE', { what: 'training image', name: unknown });
    const remarks = await this.#remarks(name, folder);
    const images = () => imagesOf(reading, remarks, this.#memory.excluded(name));
    const then = images();
    this.#memory.exclude(name, paths, excluded);
    return changedImages(then, images());
  }

  async #read(folder: string): Promise<Reading> {
    const reading = readingOf(await loadDataset(folder, { requireTraining: false }));
    this.#readings.delete(folder);
    this.#readings.set(folder, reading);
    const [oldest] = this.#readings.keys();
    if (this.#readings.size > mostReadings && oldest !== undefined) this.#readings.delete(oldest);
    return reading;
  }

  async #remarks(name: string, folder: string): Promise<Remarks> {
    return { inspection: this.#memory.inspection(name)?.found, suspects: await this.#suspects.of(folder) };
  }

  /** What an inspection found. @param images - that there are */
  keepInspection(name: string, found: KeptInspection): void {
    const { train, testGood, testAnomalous } = found.total;
    this.#memory.keepInspection(name, train + testGood + testAnomalous, found);
  }

  /**
   * Takes an image into a data set, in the layout of MVTec AD.
   * @returns its path below the data set, and whether it was there already
   * @throws NAME_UNUSABLE, WORKSPACE_OUTSIDE, UPLOAD_REFUSED
   */
  async take(
    dataset: string,
    { product, place, kind, file }: UploadQuery,
    bytes: Uint8Array,
  ): Promise<{ readonly path: string; readonly known: boolean }> {
    const refuse = (reason: string) =>
      new CladError('UPLOAD_REFUSED', { name: JSON.stringify(file), reason });
    const reason = productProblem(product);
    if (reason !== undefined)
      throw new CladError('NAME_UNUSABLE', { what: 'product', name: product, reason });
    if (place === 'train' && kind !== 'good') throw refuse('a training learns from good parts alone');
    if (place === 'mask' && kind === 'good') throw refuse('a good part has no ground truth');
    const unclear = kindProblem(kind);
    if (unclear !== undefined)
      throw new CladError('NAME_UNUSABLE', { what: 'kind', name: kind, reason: unclear });
    const extension = extname(file).toLowerCase();
    if (!imageExtensions.includes(extension))
      throw refuse(`expected an image (${imageExtensions.join(', ')}) by its name`);
    const folder = await this.#workspace.path('data', 'data set', dataset);
    await this.#requireMvtec(folder, refuse);
    const parts = place === 'mask' ? [product, 'ground_truth', kind] : [product, place, kind];
    const path = await this.#workspace.path('data', 'name', dataset, ...parts, file);
    const images = await this.#workspace.path('data', 'name', dataset, product, 'test', kind);
    await imageSize(bytes, file, mostPixels).catch((error: unknown) => {
      throw error instanceof CladError ? refuse(error.message.replace(/\.$/, '')) : error;
    });
    // Two of one name that come at once would both find it free, and one of them would be lost.
    return this.#writing.run(async () => {
      try {
        const target =
          place === 'mask' ? await maskName(path, images, bytes, refuse) : await freeName(path, bytes);
        if (!target.known) await writeWhole(target.path, bytes);
        return { path: pathBelow(folder, target.path), known: target.known };
      } catch (error) {
        throw asRefusal(error, path);
      }
    });
  }

  /** Images of another layout would be read as something else beside these. */
  async #requireMvtec(folder: string, refuse: (reason: string) => CladError): Promise<void> {
    if (!existsSync(folder) || Date.now() < (this.#layoutSeen.get(folder) ?? 0)) return;
    if ((await readdir(folder)).every((name) => name.startsWith('.') || name === 'demo-data.json')) return;
    const found = await loadDataset(folder, { requireTraining: false }).catch(() => undefined);
    // A product whose defects are all called `bad` is read as VisA's, which lies alike.
    const isOurs = found?.layout === 'mvtec' || found?.layout === 'visa-1cls';
    if (isOurs) this.#layoutSeen.set(folder, Date.now() + layoutHolds);
    else if (found)
      throw refuse(
        `the data set has the layout ${found.layout}, and images are added to mvtec alone; name another data set`,
      );
  }
}

/** Paths below a data set that a training of it leaves out: only images that are there and trained on. */
export function leftOutOf(images: readonly DatasetImage[]): string[] {
  return images.filter((image) => image.excluded && image.split === 'train').map(({ path }) => path);
}

/** Where a file goes, and whether it is there already. */
interface Target {
  readonly path: string;
  readonly known: boolean;
}

/** A name that no other image has; the same image under the same name is there already. */
async function freeName(path: string, bytes: Uint8Array): Promise<Target> {
  const extension = extname(path);
  const stem = path.slice(0, path.length - extension.length);
  for (let number = 1; ; number++) {
    const candidate = number === 1 ? path : `${stem}-${number}${extension}`;
    if (!existsSync(candidate)) return { path: candidate, known: false };
    if (await holds(candidate, bytes)) return { path: candidate, known: true };
  }
}

/**
 * The name of a mask, which says which image it belongs to. One that belongs to none would make the whole data set unreadable.
 * @param images - folder of the images of its kind
 */
async function maskName(
  path: string,
  images: string,
  bytes: Uint8Array,
  refuse: (reason: string) => CladError,
): Promise<Target> {
  const { dir, name, ext } = parse(path);
  const stem = name.replace(/_mask$/, '');
  const names = await readdir(images).catch(() => []);
  if (!names.some((each) => parse(each).name === stem))
    throw refuse(
      `it is the ground truth of an image ${stem}, and there is no such image of its kind; add that first`,
    );
  const target = join(dir, `${stem}_mask${ext}`);
  if (!existsSync(target)) return { path: target, known: false };
  if (await holds(target, bytes)) return { path: target, known: true };
  throw refuse('there is another ground truth of its image; remove that from the folder first');
}

async function holds(path: string, bytes: Uint8Array): Promise<boolean> {
  return (await stat(path)).size === bytes.length && (await readFile(path)).equals(bytes);
}

async function writeWhole(path: string, bytes: Uint8Array): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const temporary = join(dirname(path), `.${randomUUID()}.tmp`);
  try {
    await writeFile(temporary, bytes, { flag: 'wx' });
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}
