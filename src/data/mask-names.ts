/** @file What a mask should be called, and files that nearly are: the names people and tools give masks differ by little. */
import { basename, dirname, join, relative } from 'node:path';
import type { Sample } from './dataset.ts';
import { namesIn, stemOf } from './folders.ts';
import { type Layout, layoutFacts } from './layouts.ts';
import { mvtecFormOf } from './mvtec-forms.ts';

/** What tools append or prepend to an image's name to call its mask. */
const marks = /mask|label|labels|annotation|segmentation|seg|gt|groundtruth/g;

/** What of a stem names the photograph: without case, separators, such marks, and zeros in front of a number. */
function coreOf(stem: string): string {
  const plain = stem
    .normalize('NFC')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]/gu, '')
    .replaceAll(marks, '');
  return plain.replace(/^0+(?=\d)/, '');
}

/** Of file names, those that differ from a stem by no more than case, separators, zeros in front, or a word for mask. */
export function alikeNames(stem: string, names: readonly string[]): string[] {
  const core = coreOf(stem);
  return core === '' ? [] : names.filter((name) => coreOf(stemOf(name)) === core);
}

/** Anomalous samples of a class without a mask, each with where it was looked for; one line without a path where none has any. */
export async function missingMasks(
  samples: readonly Sample[],
  layout: Layout,
): Promise<{ readonly path: string | null; readonly message: string }[]> {
  const anomalous = samples.filter((sample) => sample.anomalous);
  const missing = anomalous.filter(({ maskPaths }) => maskPaths === undefined);
  const [first] = missing;
  if (first === undefined) return [];
  if (missing.length === anomalous.length)
    return [{ path: null, message: `no masks, so no pixel metrics; ${await missingMask(first, layout)}` }];
  return Promise.all(
    missing.map(async (sample) => ({
      path: sample.path,
      message: `anomalous image without a mask; ${await missingMask(sample, layout)}`,
    })),
  );
}

/** Why an anomalous image has no mask, a part of a sentence: where one was looked for, from the class's folder, and what lies there instead. */
async function missingMask({ path, defect }: Sample, layout: Layout): Promise<string> {
  const form = mvtecFormOf(layout);
  if (form === undefined) return layoutFacts[layout].noMask ?? 'the layout has none';
  const classFolder = dirname(dirname(dirname(path)));
  const stem = stemOf(basename(path));
  const folder = join(form.groundTruth, defect);
  const expected = join(folder, `${stem}${form.suffix}.png`);
  const found = alikeNames(stem, await namesIn(join(classFolder, folder)));
  if (found.length > 0)
    return `expected ${expected}, found ${found.map((name) => join(folder, name)).join(', ')}`;
  const elsewhere = await otherFolder(classFolder, form.groundTruth, defect);
  return `expected ${expected}${elsewhere === undefined ? '' : `; there is a folder ${elsewhere}`}`;
}

/** A folder that may hold the masks and is not looked into, from the class's folder. */
async function otherFolder(
  classFolder: string,
  groundTruth: string,
  defect: string,
): Promise<string | undefined> {
  const isMarked = (name: string) =>
    /^(groundtruth|masks?|labels?|gt|annotations?|segmentations?)$/i.test(plainOf(name));
  const candidates = (await namesIn(classFolder)).filter((name) => isMarked(name) && name !== groundTruth);
  if (candidates[0] !== undefined) return candidates[0];
  const inside = await namesIn(join(classFolder, groundTruth));
  const alike = inside.find((name) => name !== defect && plainOf(name) === plainOf(defect));
  return alike === undefined ? undefined : relative(classFolder, join(classFolder, groundTruth, alike));
}

/** Without case and separators. */
export function plainOf(name: string): string {
  return name
    .normalize('NFC')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]/gu, '');
}
