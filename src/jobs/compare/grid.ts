/**
 * @file Many trainings side by side: variants times seeds on the same photographs, each trained, measured and written down before the next
 * begins, so that a grid that is stopped goes on where it was. Variants of a seed that want the same features share their extraction.
 */

import { constants, existsSync } from 'node:fs';
import { access, readFile, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileDamaged } from '../../core/damaged-file.ts';
import { CladError } from '../../core/errors.ts';
import { requireWritable, writeFileAtomic } from '../../core/files.ts';
import { hashOf } from '../../core/hash.ts';
import { lockOfFolder, withLock } from '../../core/lock.ts';
import { orMadeAgain } from '../../core/made-again.ts';
import { optionFromText } from '../../core/options.ts';
import { stoppable } from '../../core/progress.ts';
import { openSealed, sealedJson } from '../../core/sealed-json.ts';
import { mapConcurrently } from '../../data/concurrency.ts';
import type { Sample } from '../../data/dataset.ts';
import { defaultConcurrency } from '../../data/default-concurrency.ts';
import { fileImages } from '../../data/file-images.ts';
import { fingerprint, fingerprintFiles } from '../../data/fingerprint.ts';
import { requireOutside } from '../../data/folders.ts';
import { loadDataset } from '../../data/load.ts';
import { listTextures } from '../../data/textures.ts';
import type { CommonOptions } from '../../methods/contract.ts';
import { loadMethod } from '../../methods/registry.ts';
import { type NamedOverride, presetOf, resolveOptions } from '../../methods/resolve-options.ts';
import { nodeEngine } from '../../runtime/node.ts';
import { type EvaluationDocument, evaluateRun } from '../evaluate/evaluate.ts';
import { askedBackbone } from '../train/asked-backbone.ts';
import { expectedTasks } from '../train/expected-tasks.ts';
import { train } from '../train/train.ts';
import type { TrainRequest } from '../train/train-request.ts';
import { version } from '../version.ts';
import { commonWhere, optionAt } from './common-settings.ts';

/** One row of the table. */
export interface GridVariant {
  /** For people; unique in its grid. */
  readonly name: string;
  /** Name or file. */
  readonly method: string;
  readonly preset: string;
  /** Options that differ from the preset's, as `name=value`. */
  readonly set: readonly string[];
  /** What is set for other rows as well; goes before `set` (common-settings.ts). */
  readonly common?: readonly string[];
  /** Where the row stands, for errors, e.g. `rows.yaml, row 2 (small)`. */
  readonly where?: string;
}

/** What all trainings of a grid have in common. */
export type GridSetting = Omit<TrainRequest, 'out' | 'method' | 'preset' | 'options' | 'resume' | 'cache'>;

export interface GridRequest {
  readonly setting: GridSetting;
  /** Folder of the grid: `cells/`, `runs/`, `cache/`. */
  readonly out: string;
  readonly variants: readonly GridVariant[];
  readonly seeds: readonly number[];
  /** Folder of patch features; `cache/` of `out` where absent. */
  readonly cache?: string | undefined;
  /** Told before the first training which are to be made and about how long each takes, where there are any. */
  readonly onPlanned?: (trainings: readonly PlannedTraining[]) => void;
  /** Told of all cells there are, each time one is added, so that a grid that is stopped has its tables. */
  readonly onCells?: (cells: readonly GridCell[]) => Promise<void>;
}

/** One training that is still to be made. */
export interface PlannedTraining {
  readonly variant: string;
  /** With what it is measured by, about; features that it shares with another are counted for both. */
  readonly seconds: number;
}

/** One training, measured. */
export interface GridCell {
  readonly variant: string;
  readonly seed: number;
  /** From the features on; null where the training had been stopped in between. */
  readonly trainingSeconds: number | null;
  readonly modelBytes: number;
  readonly evaluation: EvaluationDocument;
}

/**
 * Runs what is missing of a grid. A training that diverges leaves its cell out, with a note, and does not end the grid.
 * @returns its cells, variant by variant
 * @throws every error of `train` and `evaluateRun`; OPTION_INVALID where two variants have one name; IN_USE where another grid is written there;
 *   TRAINING_DIVERGED where no training came to its end
 */
export async function runGrid(request: GridRequest): Promise<GridCell[]> {
  await requireWritable(request.out, 'Give another folder to --out.');
  await requireOutside('--out', request.out, request.setting.data);
  return withLock(lockOfFolder(request.out), () => runAlone(request));
}

async function runAlone(request: GridRequest): Promise<GridCell[]> {
  const { setting, variants, seeds } = request;
  const jobs = await plannedJobs(request);
  const cells: GridCell[] = [];
  // A sweep passes over the value that all other rows have: variants whose options are the same are trained once.
  const trained = new Map<string, GridCell>();
  const diverged = new Map<string, CladError>();
  const add = (job: GridJob, cell: GridCell) => {
    trained.set(job.key, cell);
    cells.push({ ...cell, variant: job.variant.name });
    cells.sort((a, b) => indexOf(variants, a) - indexOf(variants, b) || a.seed - b.seed);
  };
  // What is there already is gathered first, so that tables written in between have all of it.
  const missing: GridJob[] = [];
  for (const job of jobs) {
    const before = await readCell(job, setting.note);
    if (before) add(job, before);
    else missing.push(job);
  }
  if (missing.length < jobs.length) await request.onCells?.([...cells]);
  if (missing.length > 0) request.onPlanned?.(await expectedOf(missing, setting));
  for (const job of missing) {
    const { variant, options, key } = job;
    if (diverged.has(key)) continue;
    setting.note?.(
      `${variant.name}, seed ${options.seed} (${cells.length + 1} of ${variants.length * seeds.length})`,
    );
    try {
      add(job, trained.get(key) ?? (await trainCell(setting, job)));
    } catch (error) {
      if (!(error instanceof CladError) || error.code !== 'TRAINING_DIVERGED') throw error;
      setting.note?.(`${variant.name}, seed ${options.seed}, is left out: ${error.message}`);
      diverged.set(key, error);
    }
    await request.onCells?.([...cells]);
  }
  const [failure] = diverged.values();
  if (cells.length === 0 && failure) throw failure;
  return cells;
}

/** About how long trainings take; those with the same options are made once. */
async function expectedOf(jobs: readonly GridJob[], setting: GridSetting): Promise<PlannedTraining[]> {
  const dataset = await loadDataset(setting.data, { layout: setting.layout });
  const each = new Map(jobs.map((job) => [job.key, job]));
  return Promise.all(
    [...each.values()].map(async ({ variant: { name, method }, options }) => {
      const request = { evaluated: true, textures: setting.textures };
      const tasks = expectedTasks(await loadMethod(method), options, request, dataset);
      return { variant: name, seconds: tasks.reduce((sum, { seconds }) => sum + seconds, 0) };
    }),
  );
}

/** One training to be made, unless its cell is there. */
interface GridJob {
  readonly variant: GridVariant;
  readonly options: CommonOptions;
  /** What it is made from: another key, another cell. */
  readonly key: string;
  readonly cell: string;
  readonly run: string;
  readonly cache: string;
}

/** All trainings, seed by seed; their options are checked before anything expensive is done. */
async function plannedJobs({ setting, out, variants, seeds, cache }: GridRequest): Promise<GridJob[]> {
  const twice = variants.find(({ name }, index) => variants.findIndex((each) => each.name === name) < index);
  if (twice) {
    throw new CladError('OPTION_INVALID', {
      option: optionAt('the name', twice.where),
      expected: 'unlike those of other rows',
      actual: twice.name,
    });
  }
  const resolved: { variant: GridVariant; options: CommonOptions }[] = [];
  for (const variant of variants) resolved.push({ variant, options: await optionsOf(variant) });
  const identity = await identityOf(setting);
  const jobs = seeds.flatMap((seed) =>
    resolved.map(async ({ variant, options: withoutSeed }) => {
      const options = { ...withoutSeed, seed };
      const key = await hashOf([identity, JSON.stringify([variant.method, options])]);
      // With a part of the key: rows whose names differ in signs alone, or that meant something else before, have cells and runs of their own.
      const name = `${variant.name.replaceAll(/[^A-Za-z0-9.=-]+/g, '-')}-seed${seed}-${key.slice(0, 8)}`;
      return {
        variant,
        options,
        key,
        cell: resolve(out, 'cells', `${name}.json`),
        run: resolve(out, 'runs', name),
        cache: resolve(cache ?? join(out, 'cache')),
      };
    }),
  );
  return Promise.all(jobs);
}

function indexOf(variants: readonly GridVariant[], cell: GridCell): number {
  return variants.findIndex(({ name }) => name === cell.variant);
}

/** A variant's options, checked. @throws OPTION_INVALID, for a seed too; OPTION_UNKNOWN */
export async function optionsOf(variant: GridVariant): Promise<CommonOptions> {
  const { name, set, common = [], where } = variant;
  const method = await loadMethod(variant.method, optionAt('method', where));
  presetOf(method, variant.preset, optionAt('preset', where));
  return resolveOptions(method, variant.preset, [
    ...settings(common, commonWhere),
    ...settings(set, where ?? `row ${name}`),
  ]);
}

/** Texts as overrides. @throws OPTION_INVALID for a seed */
function settings(texts: readonly string[], where: string): NamedOverride[] {
  const seed = texts.find((text) => /^\s*seed\s*=/.test(text));
  if (seed !== undefined) {
    throw new CladError('OPTION_INVALID', {
      option: `seed in ${where}`,
      expected: 'left out: a grid trains every row with the same seeds (--seeds)',
      actual: seed,
    });
  }
  return texts.map((text) => ({ where, options: optionFromText(text, `what is set in ${where}`) }));
}

/** What all cells have in common and their numbers depend on: the contents of all files, not their places. */
async function identityOf(setting: GridSetting): Promise<string> {
  const { data, layout, textures, device, threads, skipBroken, bits } = setting;
  const dataset = await loadDataset(data, { layout });
  const given = textures === undefined ? null : await listTextures(textures);
  const files = ({ path, maskPaths = [] }: Sample) => [path, ...maskPaths];
  const samples = skipBroken ? await onlyReadable(dataset.samples, files) : dataset.samples;
  const textureFiles = given && skipBroken ? await onlyReadable(given, (path) => [path]) : given;
  const engine = await nodeEngine({ device, threads });
  const { sha256, card } = await askedBackbone(setting, engine);
  return JSON.stringify([
    version,
    await fingerprint({ ...dataset, samples }, fileImages),
    [sha256, card.mean, card.std, card.layers, ...(card.usualLayers ? [card.usualLayers] : [])],
    textureFiles && (await fingerprintFiles(textureFiles, fileImages)),
    engine.device,
    skipBroken ?? false,
    // Found in the files where it is not given, so that cells of before keep their key.
    ...(bits === undefined ? [] : [bits]),
  ]);
}

/** Files that cannot be read are left out; which these are shows in each training's notes. */
async function onlyReadable<T>(items: readonly T[], filesOf: (item: T) => readonly string[]): Promise<T[]> {
  const readable = await mapConcurrently(items, defaultConcurrency, async (item) => {
    const found = await Promise.allSettled(filesOf(item).map((path) => access(path, constants.R_OK)));
    return found.every(({ status }) => status === 'fulfilled');
  });
  return items.filter((_, index) => readable[index]);
}

/** A cell that was written before; undefined where it was not, is of something else, or, with a note, is damaged. */
async function readCell(
  { cell, key }: GridJob,
  note?: (text: string) => void,
): Promise<GridCell | undefined> {
  if (!existsSync(cell)) return undefined;
  return orMadeAgain(async () => {
    const before = openSealed(await readFile(cell, 'utf8')) as (GridCell & { key: string }) | undefined;
    if (!before) throw fileDamaged(cell, 'its checksum is another, or it has none');
    return before.key === key ? before : undefined;
  }, note);
}

/** Trains, measures, and writes the cell down. */
async function trainCell(
  setting: GridSetting,
  { variant: { name, method, preset }, options, key, ...place }: GridJob,
): Promise<GridCell> {
  const request = {
    ...setting,
    out: place.run,
    method,
    preset,
    options,
    cache: place.cache,
    // Cells differ in options, and shards in the cache may be of one of them.
    mayExtract: true,
    evaluated: true,
  };
  const resumed = existsSync(join(place.run, 'config.json'));
  const outcome = await train({ ...request, resume: true });
  const { device, threads, skipBroken, layout } = setting;
  const evaluation = await evaluateRun({
    run: place.run,
    device,
    threads,
    skipBroken: skipBroken ?? false,
    layout,
    onProgress: stoppable(setting),
  });
  const cell: GridCell = {
    variant: name,
    seed: options.seed,
    trainingSeconds: resumed ? null : outcome.seconds - outcome.featureSeconds,
    modelBytes: (await stat(outcome.model)).size,
    evaluation,
  };
  await writeFileAtomic(place.cell, sealedJson({ key, ...cell }));
  return cell;
}
