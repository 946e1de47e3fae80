/**
 * @file DAGM 2007 (Wieler and Hahn, "Weakly supervised learning for industrial optical inspection") as published:
 *
 *     Class1/Train/0576.PNG     Class1/Train/Label/Labels.txt     Class1/Train/Label/0595_label.PNG
 *     Class1/Test/0001.PNG      Class1/Test/Label/Labels.txt      and so on
 *
 * A line of Labels.txt is number, 0 or 1, image, a number, and the mask or 0, with tabs between; the first line is the class's number alone. Unpacked
 * archives may hold a class's folder within one of the same name. Defective images of `Train`, which is for supervised methods, are set aside.
 */
import { basename, join } from 'node:path';
import { CladError } from '../core/errors.ts';
import { readRegular } from '../core/files.ts';
import type { Aside, Sample } from './dataset.ts';
import { foldersIn, isFile, namesIn, stemOf } from './folders.ts';
import { defectiveTraining } from './kolektor.ts';
import type { LayoutContent } from './layout-content.ts';
import type { ClassFolder } from './mvtec.ts';
import { pathWithin } from './path-within.ts';

const splits = [['Train', 'train'] as const, ['Test', 'test'] as const];

/** The classes: the root, or folders in it, or those within these. */
export async function dagmClasses(root: string): Promise<ClassFolder[]> {
  if (await isClass(root)) return [{ className: basename(root), path: root }];
  const found: ClassFolder[] = [];
  for (const className of await foldersIn(root))
    for (const path of [join(root, className), join(root, className, className)])
      if (await isClass(path)) {
        found.push({ className, path });
        // Who unpacked an archive twice has the same class in both.
        break;
      }
  return found;
}

/** By names as they are written, whatever the file system makes of case. */
async function isClass(path: string): Promise<boolean> {
  const names = await namesIn(path);
  for (const [folder] of splits)
    if (names.includes(folder) && (await namesIn(join(path, folder))).includes('Label')) return true;
  return false;
}

/** Reads all classes. @throws CladError `FILE_NOT_FOUND` without a Labels.txt, `SPLIT_TABLE_INVALID` naming the line */
export async function readDagm(classes: readonly ClassFolder[]): Promise<LayoutContent> {
  const samples: Sample[] = [];
  const asides: Aside[] = [];
  const consulted: string[] = [];
  for (const { className, path } of classes) {
    const names = await namesIn(path);
    for (const [folder, split] of splits.filter(([name]) => names.includes(name))) {
      const read = await readSplit(join(path, folder), className, split);
      const left = split === 'train' ? read.filter(({ anomalous }) => anomalous) : [];
      for (const sample of read) if (!left.includes(sample)) samples.push(sample);
      for (const { maskPaths = [] } of left) consulted.push(...maskPaths);
      if (left.length > 0)
        asides.push(
          defectiveTraining(
            className,
            join(path, folder),
            left.map((sample) => sample.path),
          ),
        );
    }
  }
  return { names: classes.map(({ className }) => className), samples, asides, consulted };
}

async function readSplit(folder: string, className: string, split: Sample['split']): Promise<Sample[]> {
  const list = join(folder, 'Label', 'Labels.txt');
  if (!(await isFile(list))) {
    const hint = 'Only this list says which images are good; take it from the archive of the class.';
    throw new CladError('FILE_NOT_FOUND', { path: list, hint });
  }
  const lines = (await readRegular(list)).toString('utf8').replaceAll('\ufeff', '').split(/\r?\n/);
  const samples: Sample[] = [];
  const seen = new Set<string>();
  for (const [index, text] of lines.entries()) {
    const cells = text.split('\t').map((cell) => cell.trim());
    if (cells.length === 1 && /^\d*$/.test(cells[0] ?? '')) continue;
    const refuse = (reason: string) =>
      new CladError('SPLIT_TABLE_INVALID', { path: list, line: index + 1, reason });
    const sample = await sampleOf(cells, folder, refuse);
    if (seen.has(sample.path)) throw refuse(`${basename(sample.path)} is listed twice`);
    seen.add(sample.path);
    samples.push({ ...sample, className, split });
  }
  return samples;
}

async function sampleOf(
  cells: readonly string[],
  folder: string,
  refuse: (reason: string) => CladError,
): Promise<Omit<Sample, 'className' | 'split'>> {
  const [, state, image = '', , mask = '0'] = cells;
  if (cells.length < 3 || image === '')
    throw refuse('expected number, 0 or 1, image, number and mask, with tabs between');
  if (state !== '0' && state !== '1')
    throw refuse(`the state is ${state}, expected 0 (good) or 1 (defective)`);
  const anomalous = state === '1';
  const path = pathWithin(folder, image, refuse);
  if (!(await isFile(path))) throw refuse(`${path} does not exist`);
  const sample = { path, anomalous, defect: anomalous ? 'defect' : 'good' };
  if (!anomalous || mask === '' || mask === '0') return sample;
  const maskPath = pathWithin(join(folder, 'Label'), mask, refuse);
  if (!(await isFile(maskPath))) throw refuse(`${maskPath} does not exist`);
  if (stemOf(basename(mask)) !== `${stemOf(basename(image))}_label`)
    throw refuse(`the mask ${mask} is not of the image ${image}, expected ${stemOf(image)}_label`);
  return { ...sample, maskPaths: [maskPath] };
}
