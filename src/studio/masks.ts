/**
 * @file Ground truth that is painted on a photograph in a page. It is written where the layout of the data set expects it, as large as the photograph, as a grey
 * PNG of 0 and 255. What a page has not seen is never written over: it says which file it began with, and another one, or one of another size, is refused.
 */
import { rm, rmdir } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import { CladError, reasonOf } from '../core/errors.ts';
import { asRefusal } from '../core/files.ts';
import { maskOfRuns, runsOf } from '../core/runs.ts';
import { type Dataset, pathBelow, type Sample } from '../data/dataset.ts';
import { foldersIn, stemOf } from '../data/folders.ts';
import { loadDataset } from '../data/load.ts';
import { mvtecFormOf } from '../data/mvtec-forms.ts';
import { writeGreyPng } from '../image/encode.ts';
import type { ImageSize } from '../image/limits.ts';
import { decodeMasks } from '../image/mask.ts';
import { storedForm, turnedSize } from '../image/stored-form.ts';
import type { MaskRemoval, MaskRequest, MaskView } from './api.ts';
import type { Datasets } from './datasets.ts';
import { InTurn } from './in-turn.ts';
import { stateOfFiles } from './state-of-files.ts';
import type { Workspace } from './workspace.ts';

/** Width times height of a photograph that is painted on, at most. */
const mostPixels = 100e6;

/** A photograph with what its data set says of its ground truth. */
interface Subject {
  readonly dataset: Dataset;
  readonly sample: Sample;
  readonly size: ImageSize;
  /** Absolute paths. */
  readonly files: readonly string[];
}

export class Masks {
  readonly #workspace: Workspace;
  readonly #datasets: Datasets;
  readonly #writing = new InTurn();

  constructor(workspace: Workspace, datasets: Datasets) {
    this.#workspace = workspace;
    this.#datasets = datasets;
  }

  /**
   * The ground truth of a photograph.
   * @param path - of the photograph, below the data set
   * @throws as `Datasets.folder`; NOT_THERE for what is no image of the data set; FILE_UNREADABLE, IMAGE_INVALID for the photograph
   */
  async view(name: string, path: string): Promise<MaskView> {
    return this.#viewOf(await this.#subject(name, path));
  }

  /**
   * Writes the ground truth of a photograph.
   * @returns it, as it is then
   * @throws as `view`; MASK_REFUSED
   */
  async save(name: string, { path, seen, runs }: MaskRequest): Promise<MaskView> {
    return this.#writing.run(async () => {
      const subject = await this.#subject(name, path);
      const { size, files } = subject;
      await requireSeen(path, files, seen);
      const { problem, refused } = await this.#viewOf(subject);
      if (refused !== null || problem !== null) throw refusal(path, refused ?? problem ?? '');
      const data = maskOfRuns(runs, size.width * size.height);
      if (!data) throw refusal(path, `it has not the ${sizeText(size)} pixels of the photograph`);
      if (!data.includes(1)) throw refusal(path, 'nothing is painted; to have none, remove the ground truth');
      const target = await this.#target(name, subject);
      await writeGreyPng(target, { ...size, data });
      // One of another format has another name; the new one is there before it goes.
      await removed(files.filter((file) => file !== target));
      return this.view(name, path);
    });
  }

  /** Removes the ground truth of a photograph. @throws as `save` */
  async remove(name: string, { path, seen }: MaskRemoval): Promise<MaskView> {
    return this.#writing.run(async () => {
      const subject = await this.#subject(name, path);
      await requireSeen(path, subject.files, seen);
      // A table that names it would make the data set unreadable.
      const reason = await whyNot(subject);
      if (reason !== null) throw refusal(path, reason);
      await removed(subject.files);
      await dropEmptied(subject);
      return this.view(name, path);
    });
  }

  async #subject(name: string, path: string): Promise<Subject> {
    const photograph = await this.#datasets.file(name, path);
    const dataset = await loadDataset(await this.#datasets.folder(name), { requireTraining: false });
    const sample = dataset.samples.find((each) => pathBelow(dataset.root, each.path) === path);
    if (!sample) throw new CladError('NOT_THERE', { what: 'image', name: basename(path) });
    const size = turnedSize(await storedForm(photograph));
    const files = await Promise.all(
      (sample.maskPaths ?? []).map((file) =>
        this.#workspace.within('data', `${name}/${pathBelow(dataset.root, file)}`),
      ),
    );
    return { dataset, sample, size, files };
  }

  async #viewOf(subject: Subject): Promise<MaskView> {
    const { dataset, size, files } = subject;
    const found = await existing(files, size);
    return {
      ...size,
      files: files.map((file) => pathBelow(dataset.root, file)),
      seen: await stateOfFiles(files),
      runs: found.runs,
      problem: found.problem,
      refused: await whyNot(subject),
    };
  }

  /** Where it is written: in the place of the one there is, else as its layout calls it. */
  async #target(name: string, { dataset, sample, files }: Subject): Promise<string> {
    const [only] = files;
    if (only !== undefined) {
      const isPng = extname(only).toLowerCase() === '.png';
      return isPng ? only : join(dirname(only), `${stemOf(basename(only))}.png`);
    }
    const place = placeFor(dataset, sample);
    return this.#workspace.within('data', `${name}/${pathBelow(dataset.root, place)}`);
  }
}

/** @throws FILE_REFUSED */
async function removed(files: readonly string[]): Promise<void> {
  for (const file of files)
    await rm(file).catch((error: unknown) => {
      throw asRefusal(error, file);
    });
}

/** LOCO has a folder for the masks of each image; an empty one would make the data set unreadable. */
async function dropEmptied({ sample, files }: Subject): Promise<void> {
  const own = stemOf(basename(sample.path));
  // What still holds something else stays.
  for (const folder of new Set(files.map((file) => dirname(file))))
    if (basename(folder) === own) await rmdir(folder).catch(() => undefined);
}

/** The ground truth that there is, or why it cannot be shown on its photograph. */
async function existing(
  files: readonly string[],
  size: ImageSize,
): Promise<Pick<MaskView, 'runs' | 'problem'>> {
  if (files.length === 0) return { runs: null, problem: null };
  try {
    const { width, height, data } = await decodeMasks(files);
    if (width === size.width && height === size.height) return { runs: runsOf(data), problem: null };
    const problem = `the ground truth there is has ${width} x ${height} pixels, and the photograph ${sizeText(size)}; remove it first`;
    return { runs: null, problem };
  } catch (error) {
    if (!(error instanceof CladError)) throw error;
    return { runs: null, problem: `the ground truth there is cannot be read: ${reasonOf(error)}` };
  }
}

/** Why ground truth of a photograph cannot be painted, a part of a sentence; null where it can. */
async function whyNot({ dataset, sample, size, files }: Subject): Promise<string | null> {
  const { layout, samples } = dataset;
  if (size.width * size.height > mostPixels)
    return `photographs of more than ${mostPixels / 1e6} megapixels are too large for a page`;
  if (!sample.anomalous) return 'the part is a good one, and all of it counts as normal';
  const form = mvtecFormOf(layout);
  if (!form)
    return `data sets of the layout ${layout} have theirs in a table or beside their images; those laid out as MVTec AD have folders for it`;
  if (files.length > 1)
    return 'it is made up of several files, one for each defect, and they would become one';
  // One folder of images has one of masks; with folders in it, masks would make the data set unreadable.
  const folder = dirname(sample.path);
  if (basename(dirname(folder)) !== form.test || (await foldersIn(folder)).length > 0)
    return `images of ${sample.defect} lie in folders below it, and ground truth is found by name within one folder`;
  const other = samples.find(
    ({ path }) =>
      path !== sample.path &&
      dirname(path) === folder &&
      stemOf(basename(path)) === stemOf(basename(sample.path)),
  );
  return other
    ? `${basename(other.path)} lies beside it, and the two would have one ground truth; rename one`
    : null;
}

/** Path of a mask that is not there yet. */
function placeFor({ layout, samples }: Dataset, { path }: Sample): string {
  const form = mvtecFormOf(layout);
  if (!form) throw new Error(`masks of the layout ${layout} have no folder`);
  const ofKind = dirname(path);
  const classFolder = dirname(dirname(ofKind));
  const folder = join(classFolder, form.groundTruth, basename(ofKind));
  const stem = stemOf(basename(path));
  if (layout === 'mvtec-loco') return join(folder, stem, '000.png');
  // Without any mask, MVTec's with defects that are all called bad looks like VisA's; it is MVTec's once another kind is added.
  const mayBeMvtec = layout === 'visa-1cls' && samples.every(({ maskPaths }) => maskPaths === undefined);
  return join(folder, `${stem}${mayBeMvtec ? '_mask' : form.suffix}.png`);
}

/** @throws MASK_REFUSED where the files are others than those that the page has seen */
async function requireSeen(path: string, files: readonly string[], seen: string | null): Promise<void> {
  if ((await stateOfFiles(files)) === seen) return;
  throw refusal(
    path,
    'its ground truth has changed since it was opened here; open it again to see what it is now',
  );
}

function sizeText({ width, height }: ImageSize): string {
  return `${width} x ${height}`;
}

function refusal(path: string, reason: string): CladError {
  return new CladError('MASK_REFUSED', { name: path, reason });
}
