/** @file Runs and detectors of the workspace as pages see them, from the files that the command line writes and reads. */
import { existsSync } from 'node:fs';
import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { CladError } from '../core/errors.ts';
import { readBytes } from '../core/files.ts';
import { foldersIn } from '../data/folders.ts';
import { readDetector } from '../detector/file-checksum.ts';
import type { DetectorMetadata } from '../detector/metadata.ts';
import type { EvaluationDocument } from '../jobs/evaluate/evaluate.ts';
import { type RunConfig, RunFolder } from '../jobs/run-folder.ts';
import { readTrainingLog, stagesIn } from '../report/training-log.ts';
import type { EarlierView, LogView, ResultsView, RunBrief, RunView, VersionView } from './api.ts';
import { runCommands } from './commands.ts';
import { detectorKey, keyOfSource } from './detector-key.ts';
import type { TrainedRun } from './marks-table.ts';
import type { Memory } from './memory.ts';
import { nameProblem } from './names.ts';
import {
  pictureName,
  type ResultsFolders,
  readResults,
  resultsFolders,
  thresholdNumbers,
} from './results-store.ts';
import type { Workspace } from './workspace.ts';

/** Points of a curve of losses, at most. */
const mostPoints = 400;

export class Runs {
  readonly #workspace: Workspace;
  readonly #memory: Memory;
  /** By run, as of a state of its file: to read it takes as long as it is large. */
  readonly #trained = new Map<string, TrainedRun & { readonly key: string; readonly state: string }>();

  constructor(workspace: Workspace, memory: Memory) {
    this.#workspace = workspace;
    this.#memory = memory;
  }

  /** The newest first. */
  async list(): Promise<RunBrief[]> {
    const names = await foldersIn(this.#workspace.folder('runs'));
    const briefs = await Promise.all(
      names.filter((name) => nameProblem(name) === undefined).map((name) => this.#brief(name)),
    );
    return briefs.sort((a, b) => (a.created < b.created ? 1 : -1));
  }

  /** The folder of a run that is there. @throws NAME_UNUSABLE, WORKSPACE_OUTSIDE, NOT_THERE */
  async folder(name: string): Promise<RunFolder> {
    const path = await this.#workspace.path('runs', 'run', name);
    if (!existsSync(path)) throw new CladError('NOT_THERE', { what: 'run', name });
    return new RunFolder(path);
  }

  async view(name: string): Promise<RunView> {
    const run = await this.folder(name);
    const brief = await this.#brief(name);
    const bytes = existsSync(run.model) ? await readBytes(run.model) : undefined;
    const metadata = bytes && readDetector(bytes, run.model).metadata;
    const results = bytes && metadata ? await this.#resultsOf(name, bytes, metadata) : null;
    return {
      ...brief,
      key: bytes ? detectorKey(bytes) : null,
      classes: metadata?.classes ?? [],
      version: metadata?.history?.at(-1)?.version ?? 1,
      earlier: metadata ? this.#earlier(name, metadata) : [],
      versions:
        bytes && metadata
          ? await this.#versions(name, run, bytes, thresholdNumbers(metadata.thresholds))
          : [],
      evaluation: await evaluationOf(run),
      hasReport: existsSync(join(run.path, 'report', 'index.html')),
      samples: await pngsIn(run.samples.pathOf()),
      standingOut: await pngsIn(run.standingOut),
      results,
      commands: runCommands(name, results?.dataset ?? null),
    };
  }

  async log(name: string): Promise<LogView> {
    const run = await this.folder(name);
    const log = await readTrainingLog(run.path);
    const stages = stagesIn(log).map((stage) => {
      const all = log.filter((entry) => entry.stage === stage && entry.losses);
      const every = Math.max(1, Math.ceil(all.length / mostPoints));
      const entries = all.filter((_, at) => at % every === 0 || at === all.length - 1);
      const names = [...new Set(entries.flatMap(({ losses }) => Object.keys(losses ?? {})))];
      const series = names.map(
        (loss) => [loss, entries.map(({ losses }) => losses?.[loss] ?? null)] as const,
      );
      return { stage, steps: entries.map(({ step }) => step), losses: Object.fromEntries(series) };
    });
    return { stages };
  }

  /** A picture of the run's folder. @throws NOT_THERE */
  async picture(name: string, of: 'samples' | 'standing-out', file: string): Promise<string> {
    await this.folder(name);
    const path = await this.#workspace.path('runs', 'picture', name, of, file);
    if (!file.endsWith('.png') || !existsSync(path))
      throw new CladError('NOT_THERE', { what: 'picture', name: file });
    return path;
  }

  /** The page of its report. @throws as `folder`; NOT_THERE */
  async report(name: string): Promise<string> {
    await this.folder(name);
    const path = await this.#workspace.within('runs', `${name}/report/index.html`);
    if (!existsSync(path)) throw new CladError('NOT_THERE', { what: 'report of run', name });
    return path;
  }

  /**
   * What a detector file of the run saw, the one that there is or one of before.
   * @param key - of the file; of the one that there is where null
   * @throws as `folder`; NOT_THERE
   */
  async results(name: string, key: string | null): Promise<ResultsView> {
    const run = await this.folder(name);
    const there = existsSync(run.model) ? await readBytes(run.model) : undefined;
    const found =
      there && (key === null || key === detectorKey(there))
        ? await this.#resultsOf(name, there, readDetector(there, run.model).metadata)
        : await readResults(this.#resultsFolder(name, key));
    if (!found?.thresholds || (key !== null && found.key !== key))
      throw new CladError('NOT_THERE', { what: 'evaluation of run', name });
    return { ...found, thresholds: found.thresholds, dataset: await this.#datasetOf(run, found.dataset) };
  }

  /** Which training made a run, and the key of its detector file; undefined where there is none yet. @throws as `folder` */
  async trained(name: string): Promise<(TrainedRun & { readonly key: string }) | undefined> {
    const { model } = await this.folder(name);
    const found = await stat(model).catch(() => undefined);
    if (!found) return undefined;
    const state = [found.ino, found.size, found.mtimeMs].join(' ');
    const before = this.#trained.get(name);
    if (before?.state === state) return before;
    const bytes = await readBytes(model);
    const { created } = readDetector(bytes, model).metadata;
    const trained = { name, trained: created, key: detectorKey(bytes), state };
    this.#trained.set(name, trained);
    return trained;
  }

  /** @returns name of their data set @throws as `results`; NOT_THERE for what is none of its test images */
  async requireTested(name: string, key: string | null, paths: readonly string[]): Promise<string> {
    const { dataset, images } = await this.results(name, key);
    const known = new Set(images.map(({ path }) => path));
    const unknown = paths.find((path) => !known.has(path));
    if (unknown !== undefined) throw new CladError('NOT_THERE', { what: 'test image', name: unknown });
    // Its images are elsewhere, and one of the workspace that has its name is another.
    if (dataset === null) throw new CladError('NOT_THERE', { what: 'data set of run', name });
    return dataset;
  }

  /**
   * The heat or the ground truth of a test image.
   * @param at - its place in the results
   * @param key - of the detector file that saw it
   * @throws NOT_THERE
   */
  async heat(name: string, what: 'heat' | 'truth', at: number, key: string): Promise<Buffer> {
    await this.folder(name);
    const file = pictureName(what, at);
    const found = await readFile(join(this.#resultsFolder(name, key), file)).catch(() => undefined);
    if (!found) throw new CladError('NOT_THERE', { what: 'picture', name: file });
    return found;
  }

  /** A detector file. @param file - of `detectors/`; the run's own where null @throws as `folder`; NOT_THERE */
  async detector(name: string, file: string | null): Promise<string> {
    const { model } = await this.folder(name);
    const path =
      file === null
        ? await this.#workspace.within('runs', `${name}/${basename(model)}`)
        : await this.#workspace.path('detectors', 'detector', file);
    if (!path.endsWith('.onnx') || !existsSync(path))
      throw new CladError('NOT_THERE', { what: 'detector', name: file ?? name });
    return path;
  }

  /** A name for a new version of a run's detector that no file has. */
  newDetector(run: string): string {
    for (let number = 2; ; number++) {
      const file = `${run}-v${number}.onnx`;
      if (!existsSync(join(this.#workspace.folder('detectors'), file))) return file;
    }
  }

  /**
   * Notes a new version.
   * @param base - the version that it was made from; null: the run's own detector, which may have been updated meanwhile
   */
  async keepVersion(run: string, file: string, base: string | null): Promise<void> {
    const path = await this.detector(run, file);
    const { metadata } = readDetector(await readBytes(path), path);
    const found = base === null ? undefined : this.#memory.versions(run).find(({ file }) => file === base);
    const source = found ? found.source : keyOfSource(metadata.calibrated!.source);
    this.#memory.addVersion(run, file, source, thresholdNumbers(metadata.thresholds));
  }

  #folders(name: string): ResultsFolders {
    return resultsFolders(this.#workspace.folder('cache'), name);
  }

  /** Where the results of a detector file lie: those that are not kept from before are the last ones. */
  #resultsFolder(name: string, key: string | null): string {
    const { now, earlier } = this.#folders(name);
    const folder = key !== null && isKey(key) ? join(earlier, key) : now;
    return existsSync(folder) ? folder : now;
  }

  /** Null where the run's file was not evaluated: the results of another would be the numbers of something else. */
  async #resultsOf(
    name: string,
    bytes: Uint8Array,
    { thresholds }: DetectorMetadata,
  ): Promise<ResultsView | null> {
    const found = await readResults(this.#folders(name).now);
    if (found?.key !== detectorKey(bytes)) return null;
    const dataset = await this.#datasetOf(await this.folder(name), found.dataset);
    return { ...found, dataset, thresholds: thresholdNumbers(thresholds) };
  }

  /** The data set of a run, as a name in the workspace; null where it lies elsewhere, and one here may only have its name. */
  async #datasetOf(run: RunFolder, name: string | null): Promise<string | null> {
    const root = (await run.originIfAny().catch(() => undefined))?.data.root;
    if (name === null || root === undefined) return name;
    const own = join(this.#workspace.folder('data'), name);
    const [real, realOwn] = await Promise.all(
      [root, own].map((path) => realpath(path).catch(() => undefined)),
    );
    // One that is nowhere any more: the workspace was moved, with its data.
    const isOwn = real === undefined ? basename(dirname(root)) === 'data' : real === realOwn;
    return isOwn ? name : null;
  }

  /** Files of before whose results are kept; the newest last. */
  #earlier(name: string, { history = [] }: DetectorMetadata): EarlierView[] {
    const { earlier } = this.#folders(name);
    return history
      .map(({ source, version, created }) => ({
        ...{ key: keyOfSource(source), version: version - 1, until: created },
      }))
      .filter(({ key }) => existsSync(join(earlier, key)));
  }

  async #brief(name: string): Promise<RunBrief> {
    const run = new RunFolder(join(this.#workspace.folder('runs'), name));
    const config: Partial<RunConfig> = await run.config().catch(() => ({}));
    const found = await stat(run.path);
    const evaluation = await evaluationOf(run);
    return {
      name,
      finished: existsSync(run.model),
      dataset: config.data ? basename(config.data.root) : null,
      method: config.method ?? null,
      preset: config.preset ?? null,
      created: found.birthtime.toISOString(),
      imageAuroc: evaluation?.mean.imageAuroc ?? null,
    };
  }

  async #versions(
    name: string,
    run: RunFolder,
    bytes: Uint8Array,
    thresholds: Readonly<Record<string, number>>,
  ): Promise<VersionView[]> {
    const created = (await stat(run.model)).mtime.toISOString();
    const first = { file: null, created, thresholds, bytes: bytes.length };
    const later: VersionView[] = [];
    const key = detectorKey(bytes);
    for (const { source, ...version } of this.#memory.versions(name)) {
      // The run was trained again, or updated: thresholds of other networks say nothing about the scores of these.
      if (source !== null && source !== key) continue;
      const path = join(this.#workspace.folder('detectors'), version.file);
      const found = await stat(path).catch(() => undefined);
      if (found) later.push({ ...version, bytes: found.size });
    }
    return [first, ...later];
  }
}

/** As `detectorKey` makes them: a name of a folder of the cache, and nothing that leads elsewhere. */
function isKey(text: string): boolean {
  return /^[0-9a-f]{16}$/.test(text);
}

async function evaluationOf(run: RunFolder): Promise<EvaluationDocument | null> {
  const text = await readFile(run.evaluation, 'utf8').catch(() => undefined);
  try {
    return text === undefined ? null : (JSON.parse(text) as EvaluationDocument);
  } catch {
    return null;
  }
}

async function pngsIn(folder: string): Promise<string[]> {
  return (await readdir(folder).catch(() => [])).filter((name) => name.endsWith('.png')).sort();
}
