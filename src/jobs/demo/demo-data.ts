/**
 * @file The demo factory's photographs as files, in MVTec's layout, with a note of what made them.
 *
 * The note (`demo-data.json`) is written first and marks the folder as the generator's own: only such a folder, or an
 * empty one, is written to, and what an earlier plan put there and the present one does not is removed.
 */
import { readdir, readFile, rm, rmdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { z } from 'zod';
import { CladError } from '../../core/errors.ts';
import { requireWritable, writeFileAtomic } from '../../core/files.ts';
import { lockOfFolder, withLock } from '../../core/lock.ts';
import { checkOptions } from '../../core/options.ts';
import type { ProgressListener } from '../../core/progress.ts';
import { statOrNothing } from '../../data/folders.ts';
import { type DemoOptions, demoDefaults, demoDefects, type PlannedPart, planDemo } from '../../demo/plan.ts';
import { type SizeOption, sizeOf, sizePattern } from '../../image/size-option.ts';
import { writeAllPlanned } from './demo-files.ts';
import { demoNote } from './demo-note.ts';

/** What to write where. */
export interface DemoDataRequest {
  /** Made when missing; must be empty or of an earlier call. */
  readonly folder: string;
  /** Whatever is not given is as in `demoDefaults`. */
  readonly options?: Partial<DemoOptions>;
  readonly onProgress?: ProgressListener;
}

/** What was written. */
export interface DemoData {
  /** Absolute path of the data set. */
  readonly root: string;
  readonly seed: number;
  readonly size: SizeOption;
  /** Photographs, masks not counted. */
  readonly images: number;
  readonly classes: Readonly<Record<string, DemoCounts>>;
  /** Files of an earlier call in the folder that are of other classes or numbers, and were removed. */
  readonly removed: number;
}

/** Photographs of one class. */
export interface DemoCounts {
  readonly train: number;
  readonly testGood: number;
  /** By kind of defect. */
  readonly defects: Readonly<Record<string, number>>;
}

const command = 'clad data demo';

/** Pixels: of the shorter side, at least, and of the whole image, at most. */
const leastSide = 64;
const mostPixels = 32e6;
/** Likewise of the shorter side, where defects are small. */
const leastLineSide = 480;

const count = z.int().min(0).max(10_000);
const optionsSchema = z.strictObject({
  seed: z
    .int()
    .min(0)
    .max(2 ** 32 - 1),
  size: z.union([z.int(), z.string().regex(sizePattern)]).refine(
    (size) => {
      const { width, height } = sizeOf(size);
      return Math.min(width, height) >= leastSide && width * height <= mostPixels;
    },
    {
      message: `sides of at least ${leastSide} pixels, and at most ${mostPixels / 1e6} million pixels in all`,
    },
  ),
  defects: z.enum(demoDefects).default('own'),
  train: count,
  testGood: count,
  testAnomalous: count,
  classes: z.array(z.string()).min(1),
});
const noteSchema = z.object({ madeBy: z.literal(command), options: optionsSchema });

/**
 * Draws and writes a data set. The same options give the same files.
 * @throws CladError `OPTION_INVALID`, `FOLDER_EXPECTED`, `FOLDER_FOREIGN`, `FILE_REFUSED`, `IN_USE`
 */
export async function writeDemoData({
  folder,
  options: given,
  onProgress,
}: DemoDataRequest): Promise<DemoData> {
  const options: DemoOptions = checkOptions(optionsSchema, { ...demoDefaults, ...given });
  requireRoom(options);
  const root = resolve(folder);
  const plan = planDemo(options);
  await requireWritable(root, 'Give another folder to --out.');
  return withLock(lockOfFolder(root), () => write(root, options, plan, onProgress));
}

async function write(
  root: string,
  options: DemoOptions,
  plan: readonly PlannedPart[],
  onProgress: ProgressListener | undefined,
): Promise<DemoData> {
  const removed = await removeEarlier(root, new Set(filesOf(options)));
  await writeFileAtomic(
    join(root, demoNote),
    `${JSON.stringify({ madeBy: command, options }, undefined, 2)}\n`,
  );
  let done = 0;
  await writeAllPlanned({ root, options }, plan, () =>
    onProgress?.({ task: 'demo data', done: ++done, total: plan.length, unit: 'images' }),
  );
  const classes: Record<string, { train: number; testGood: number; defects: Record<string, number> }> = {};
  for (const { product, kind } of plan) {
    classes[product] ??= { train: options.train, testGood: options.testGood, defects: {} };
    const { defects } = classes[product];
    if (kind !== 'good') defects[kind] = (defects[kind] ?? 0) + 1;
  }
  return { root, seed: options.seed, size: options.size, images: plan.length, classes, removed };
}

function filesOf(options: DemoOptions): string[] {
  return planDemo(options).flatMap(({ path, maskPath }) =>
    maskPath === undefined ? [path] : [path, maskPath],
  );
}

/** Removes what an earlier call has written and the present one will not, and the folders that leaves empty. @returns how many files */
async function removeEarlier(root: string, kept: ReadonlySet<string>): Promise<number> {
  let removed = 0;
  const folders = new Set<string>();
  for (const path of await earlierFiles(root)) {
    if (kept.has(path)) continue;
    await rm(join(root, path), { force: true });
    removed++;
    for (let folder = dirname(path); folder !== '.'; folder = dirname(folder)) folders.add(folder);
  }
  // The deepest first; one that still holds something stays.
  const deepest = [...folders].sort((first, second) => second.length - first.length);
  for (const folder of deepest) await rmdir(join(root, folder)).catch(() => {});
  return removed;
}

/** Small defects need parts that are much larger than they are. @throws CladError `OPTION_INVALID` */
function requireRoom({ size, defects }: DemoOptions): void {
  const { width, height } = sizeOf(size);
  if (defects === 'small' && Math.min(width, height) < leastLineSide)
    throw new CladError('OPTION_INVALID', {
      option: 'size',
      expected: `sides of at least ${leastLineSide} pixels, where defects are small (20 to 60 pixels)`,
      actual: size,
    });
}

/** Files that an earlier call has written to a folder. @throws CladError unless the folder may be written to */
async function earlierFiles(root: string): Promise<string[]> {
  const found = await statOrNothing(root);
  if (!found) return [];
  const hint = 'Give another folder to --out.';
  if (!found.isDirectory()) throw new CladError('FOLDER_EXPECTED', { path: root, hint });
  const entries = await readdir(root);
  if (entries.every((name) => join(root, name) === lockOfFolder(root))) return [];
  const note = await readFile(join(root, demoNote), 'utf8').catch(() => undefined);
  const parsed = note === undefined ? undefined : noteSchema.safeParse(jsonOrNothing(note));
  if (!parsed?.success) throw new CladError('FOLDER_FOREIGN', { path: root, command });
  // A product that a later version no longer has is no reason to refuse.
  const known = parsed.data.options.classes.filter((name) => demoDefaults.classes.includes(name));
  return filesOf({ ...parsed.data.options, classes: known });
}

function jsonOrNothing(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
