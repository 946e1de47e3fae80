/**
 * @file Many trainings side by side: variants times seeds on the same photographs, each trained, measured and written down before the next
 * begins, so that a grid that is stopped goes on where it was. Variants of a seed that want the same features share their extraction.
 */
import { constants, existsSync } from 'node:fs';
import { access, readFile, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { CladError } from '../core/errors.ts';
import { writeFileAtomic } from '../core/files.ts';
import { checkOptions, mergeOptions, optionFromText } from '../core/options.ts';
import { defaultConcurrency, mapConcurrently } from '../data/concurrency.ts';
import type { Dataset } from '../data/dataset.ts';
import { fingerprint, fingerprintFiles } from '../data/fingerprint.ts';
import { loadDataset } from '../data/load.ts';
import { listTextures } from '../data/textures.ts';
import { loadBackbone } from '../features/backbone.ts';
import { nodeEngine } from '../runtime/node.ts';
import { type TrainingOptions, trainingOptionsSchema } from '../training/options.ts';
import { type EvaluationDocument, evaluateRun } from './evaluate.ts';
import type { MethodName } from './method.ts';
import { checkInput, presetOf, train } from './train.ts';
import { hashOf, stoppable, type TrainRequest } from './train-work.ts';
import { version } from './version.ts';

/** One row of the table. */
export interface GridVariant {
  /** For people; unique in its grid. */
  readonly name: string;
  readonly method: MethodName;
  readonly preset: string;
  /** Options that differ from the preset's, as `name=value`. */
  readonly set: readonly string[];
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
  /** Told of all cells there are, each time one is added, so that a grid that is stopped has its tables. */
  readonly onCells?: (cells: readonly GridCell[]) => Promise<void>;
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
 * Runs what is missing of a grid. A training that diverges leaves its cell out, with a note, and is tried again when the grid is.
 * @returns its cells, variant by variant
 * @throws every error of `train` and `evaluateRun`; OPTION_INVALID where two variants have one name
 */
export async function runGrid(request: GridRequest): Promise<GridCell[]> {
  const { setting, out, variants, seeds, cache } = request;
  const twice = variants.find(({ name }, index) => variants.findIndex((each) => each.name === name) < index);
  if (twice) {
    throw new CladError('OPTION_INVALID', {
      option: 'variants',
      expected: 'different names',
      actual: `${twice.name} twice`,
    });
  }
  // All options are checked before anything expensive is done.
  const resolved = new Map(variants.map((variant) => [variant.name, optionsOf(variant)]));
  let cells: GridCell[] = [];
  // A sweep passes over the value that all other rows have: variants whose options are the same are trained once.
  const trained = new Map<string, GridCell>();
  const place = { out: resolve(out), cache: resolve(cache ?? join(out, 'cache')) };
  const identity = await identityOf(setting);
  let done = 0;
  for (const seed of seeds) {
    for (const variant of variants) {
      const options = { ...(resolved.get(variant.name) as TrainingOptions), seed };
      setting.note?.(`${variant.name}, seed ${seed} (${++done} of ${variants.length * seeds.length})`);
      const key = hashOf([identity, JSON.stringify([variant.method, options])]);
      const same = trained.get(key);
      const cell = same
        ? { ...same, variant: variant.name }
        : await cellOrNothing({ setting, ...place, variant, options, key });
      if (!cell) continue;
      trained.set(key, cell);
      cells = [...cells, cell].sort((a, b) => indexOf(variants, a) - indexOf(variants, b) || a.seed - b.seed);
      await request.onCells?.(cells);
    }
  }
  return cells;
}

/** A cell, unless its training diverges. */
async function cellOrNothing(request: CellRequest): Promise<GridCell | undefined> {
  try {
    return await cellOf(request);
  } catch (error) {
    if (!(error instanceof CladError) || error.code !== 'TRAINING_DIVERGED') throw error;
    request.setting.note?.(
      `${request.variant.name}, seed ${request.options.seed}, is left out: ${error.message}`,
    );
    return undefined;
  }
}

function indexOf(variants: readonly GridVariant[], cell: GridCell): number {
  return variants.findIndex(({ name }) => name === cell.variant);
}

/** A variant's options, checked. @throws OPTION_INVALID, for a seed too */
export function optionsOf({ name, method, preset, set }: GridVariant): TrainingOptions {
  const seed = set.find((text) => /^\s*seed\s*=/.test(text));
  if (seed !== undefined) {
    throw new CladError('OPTION_INVALID', {
      option: `what is set for ${name}`,
      expected: 'without a seed: a grid trains every row with the same seeds (--seeds)',
      actual: seed,
    });
  }
  const options = set.reduce(
    (before, text) => mergeOptions(before, optionFromText(text), text),
    presetOf({ method, preset }),
  );
  const checked = checkOptions(trainingOptionsSchema, options);
  checkInput({ method, options: checked });
  return checked;
}

/** What all cells have in common and their numbers depend on: the contents of all files, not their places. */
async function identityOf(setting: GridSetting): Promise<string> {
  const { data, layout, backbone, backboneFlags, textures, device, threads, skipBroken } = setting;
  const dataset = await loadDataset(data, { layout });
  const { samples } = skipBroken ? await readable(dataset) : dataset;
  const engine = await nodeEngine({ device, threads });
  const { sha256, card } = await loadBackbone(backbone, backboneFlags, engine);
  return JSON.stringify([
    version,
    await fingerprint({ ...dataset, samples }),
    [sha256, card.mean, card.std, card.layers],
    textures === undefined ? null : await fingerprintFiles(await listTextures(textures)),
    engine.device,
    skipBroken ?? false,
  ]);
}

/** Files that cannot be read are left out; which these are shows in each training's notes. */
async function readable(dataset: Dataset): Promise<Dataset> {
  const can = await mapConcurrently(dataset.samples, defaultConcurrency, ({ path }) =>
    access(path, constants.R_OK).then(
      () => true,
      () => false,
    ),
  );
  return { ...dataset, samples: dataset.samples.filter((_, index) => can[index]) };
}

interface CellRequest {
  readonly setting: GridSetting;
  readonly out: string;
  readonly cache: string;
  readonly variant: GridVariant;
  readonly options: TrainingOptions;
  readonly key: string;
}

/** One cell: as it was written before, where it is the same, or trained and measured. */
async function cellOf({ setting, out, cache, variant, options, key }: CellRequest): Promise<GridCell> {
  const { name, method, preset } = variant;
  const { seed } = options;
  const slug = `${name.replaceAll(/[^A-Za-z0-9.=-]+/g, '-')}-seed${seed}`;
  // What is trained otherwise is another cell and another run, and so are rows whose names differ in signs alone.
  const place = `${slug}-${key.slice(0, 8)}`;
  const path = join(out, 'cells', `${place}.json`);
  if (existsSync(path)) {
    const before = JSON.parse(await readFile(path, 'utf8')) as GridCell & { key: string };
    if (before.key === key) return { ...before, variant: name };
  }
  const run = join(out, 'runs', place);
  const request = { ...setting, out: run, method, preset, options, cache, evaluated: true };
  const resumed = existsSync(join(run, 'config.json'));
  const outcome = await train({ ...request, resume: true });
  const { device, threads, skipBroken, layout } = setting;
  const evaluation = await evaluateRun({
    run,
    device,
    threads,
    skipBroken: skipBroken ?? false,
    layout,
    onProgress: stoppable(setting),
  });
  const cell: GridCell = {
    variant: name,
    seed,
    trainingSeconds: resumed ? null : outcome.seconds - outcome.featureSeconds,
    modelBytes: (await stat(outcome.model)).size,
    evaluation,
  };
  await writeFileAtomic(path, `${JSON.stringify({ key, ...cell }, null, 2)}\n`);
  return cell;
}
