/**
 * @file Real-IAD (Wang et al., CVPR 2024) as published: a list a class says which image trains and which tests, of one size of images:
 *
 *     realiad_jsons/realiad_jsons/audiojack.json       { meta: { normal_class: 'OK', prefix: 'audiojack/' }, train: [...], test: [...] }
 *     realiad_1024/audiojack/OK/S0001/..._C1_....jpg   an entry's image_path, and mask_path, below the prefix
 *
 * An entry has anomaly_class, `OK` or the kind of defect. A part is photographed from five sides, C1 to C5, which the list takes for images of one class.
 * Beside it the archive has other lists: of one side (`realiad_jsons_sv`) and with defects in training (`realiad_jsons_fuiad_*`); they are read where the first
 * is not there, and those with defects in training refused.
 */
import { basename, join, relative } from 'node:path';
import { z } from 'zod';
import { CladError } from '../core/errors.ts';
import { mapConcurrently } from './concurrency.ts';
import type { Sample } from './dataset.ts';
import { defaultConcurrency } from './default-concurrency.ts';
import { foldersIn, isFile, namesIn, statOrNothing, stemOf } from './folders.ts';
import { readJsonFile } from './json-file.ts';
import type { LayoutContent } from './layout-content.ts';
import type { LeftOut } from './left-out.ts';
import { pathWithin } from './path-within.ts';

const entry = z.object({
  anomaly_class: z.string().min(1),
  image_path: z.string().min(1),
  mask_path: z.string().nullish(),
});
const classList = z.object({
  meta: z.object({ normal_class: z.string().default('OK'), prefix: z.string().optional() }),
  train: z.array(entry),
  test: z.array(entry),
});
type Entry = z.infer<typeof entry>;

const listHint = 'Take the list as it is published, or correct it.';
const imageFolder = /^realiad_(256|512|1024|raw)$/;

/** The folder of lists; undefined where there is none. The first of the names that holds any. */
async function listFolder(root: string): Promise<string | undefined> {
  const outer = (await foldersIn(root)).filter((name) => name.startsWith('realiad_jsons'));
  const inner = await Promise.all(
    outer.map(async (name) => (await foldersIn(join(root, name))).map((below) => join(name, below))),
  );
  const rank = (folder: string) => {
    const name = basename(folder);
    return name === 'realiad_jsons' ? 0 : name === 'realiad_jsons_sv' ? 1 : 2;
  };
  for (const folder of [...outer, ...inner.flat()].toSorted((a, b) => rank(a) - rank(b)))
    if ((await namesIn(join(root, folder))).some((name) => name.endsWith('.json'))) return join(root, folder);
  return undefined;
}

/** The folder of lists, which shows that a root is of this layout. */
export const realIadEvidence = listFolder;

/**
 * Reads all classes whose images are there.
 * @throws CladError `LAYOUT_UNCLEAR` for images of two sizes, `FILE_NOT_FOUND` without lists or images, `LIST_INVALID` naming the list and the entry
 */
export async function readRealIad(root: string): Promise<LayoutContent> {
  const lists = await listFolder(root);
  if (lists === undefined) {
    const hint = 'Unpack realiad_jsons.zip there: only its lists say which images train and which test.';
    throw new CladError('FILE_NOT_FOUND', { path: join(root, 'realiad_jsons'), hint });
  }
  const images = await imagesOf(root);
  const samples: Sample[] = [];
  const names: string[] = [];
  const leftOut: LeftOut[] = [];
  for (const file of (await namesIn(lists)).filter((name) => name.endsWith('.json'))) {
    const path = join(lists, file);
    const className = stemOf(file);
    const list = await readJsonFile(path, classList, (reason) => invalid(path, reason));
    const prefix = list.meta.prefix ?? className;
    const folder = pathWithin(images, prefix.replace(/\/+$/, ''), (reason) =>
      invalid(path, `meta.prefix: ${reason}`),
    );
    if (!(await statOrNothing(folder))?.isDirectory()) {
      const packed = await isFile(`${folder}.zip`);
      leftOut.push({
        path: packed ? `${folder}.zip` : path,
        reason: packed ? 'archive that is not unpacked' : noImages,
      });
      continue;
    }
    names.push(className);
    for (const split of ['train', 'test'] as const) {
      const of = { split, className, folder, path, good: list.meta.normal_class };
      const read = await mapConcurrently(list[split], defaultConcurrency, (each, index) =>
        sampleOf(each, index, of),
      );
      for (const sample of read) samples.push(sample);
    }
    refuseTwice(samples, className, path);
  }
  if (names.length === 0) {
    const expected = `the images of a class in ${relative(root, images) || '.'}/<class>, unpacked, as the lists in ${relative(root, lists)} name them`;
    throw new CladError('DATASET_EMPTY', { path: root, expected });
  }
  return { names, samples, leftOut };
}

const noImages = 'list of a class whose images are not there';

async function imagesOf(root: string): Promise<string> {
  const sizes = (await foldersIn(root)).filter((name) => imageFolder.test(name));
  if (sizes.length < 2) return join(root, sizes[0] ?? '');
  throw new CladError('LAYOUT_UNCLEAR', {
    path: root,
    reason: `it holds the images in ${sizes.length} sizes, ${sizes.join(' and ')}`,
    hint: 'Keep one of them, or give a folder with links to the lists and to one size.',
  });
}

interface Place {
  readonly split: Sample['split'];
  readonly className: string;
  readonly folder: string;
  /** Of the list. */
  readonly path: string;
  readonly good: string;
}

async function sampleOf(each: Entry, index: number, of: Place): Promise<Sample> {
  const { split, className, folder, good } = of;
  const refuse = (reason: string) => invalid(of.path, `${split}[${index}]: ${reason}`);
  const anomalous = each.anomaly_class !== good;
  if (anomalous && split === 'train') throw refuse(`${each.image_path} is ${each.anomaly_class}, and trains`);
  const path = pathWithin(folder, each.image_path, refuse);
  if (!(await isFile(path))) throw refuse(`${path} does not exist`);
  const sample = { path, className, split, anomalous, defect: anomalous ? each.anomaly_class : 'good' };
  if (!anomalous || !each.mask_path) return sample;
  const mask = pathWithin(folder, each.mask_path, refuse);
  if (!(await isFile(mask))) throw refuse(`the mask ${mask} does not exist`);
  return { ...sample, maskPaths: [mask] };
}

function refuseTwice(samples: readonly Sample[], className: string, path: string): void {
  const seen = new Set<string>();
  for (const sample of samples) {
    if (sample.className !== className) continue;
    if (seen.has(sample.path)) throw invalid(path, `${sample.path} is listed twice`);
    seen.add(sample.path);
  }
}

function invalid(path: string, reason: string): CladError {
  return new CladError('LIST_INVALID', { path, reason, hint: listHint });
}
