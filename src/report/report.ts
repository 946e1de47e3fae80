/**
 * @file Reports of runs: evaluates, gathers, and writes `index.html`, `results.md` and `results.csv` into a folder.
 *
 * @example
 * const { page } = await reportTraining({ run: 'runs/parts' });
 */
import { readdir } from 'node:fs/promises';
import { basename, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { stringify } from 'yaml';
import { callback, optional, path } from '../core/arguments.ts';
import { CladError } from '../core/errors.ts';
import { readBytes, writeFileAtomic } from '../core/files.ts';
import { sha256 } from '../core/sha256.ts';
import { readDetector } from '../detector/file-checksum.ts';
import type { DetectorMetadata } from '../detector/metadata.ts';
import { readAssessment } from '../jobs/assess/document.ts';
import { embeddingOf } from '../jobs/evaluate/embedding.ts';
import {
  type EvaluateRequest,
  type EvaluationDocument,
  type EvaluationInFull,
  type EvaluationWatch,
  evaluateFields,
  evaluateInFull,
} from '../jobs/evaluate/evaluate.ts';
import { type Fields, requireRequest } from '../jobs/request-fields.ts';
import { RunFolder } from '../jobs/run-folder.ts';
import { defectsInReport } from '../jobs/trade-off/synthetic-defects.ts';
import type { TestScoresByClass } from '../jobs/trade-off/test-scores.ts';
import { tradeOffsOf } from '../jobs/trade-off/trade-off.ts';
import { type Subject, subjectOf } from '../jobs/update/subject.ts';
import type { Engine } from '../runtime/engine.ts';
import { nodeEngine } from '../runtime/node.ts';
import { ReportCollector } from './collect.ts';
import type { EmbeddedImage, Example, ReportData, TestResults, TrainingFacts } from './data.ts';
import { reportPage } from './page.ts';
import { resultsCsv, resultsMarkdown } from './tables.ts';
import { embeddedImage, exampleOf, imageBudget } from './thumbnails.ts';
import { readTrainingLog } from './training-log.ts';

export interface ReportRequest extends EvaluateRequest {
  /** Folder to write. @default `report` in the run's folder */
  readonly folder?: string | undefined;
  /** Told of every test image too. */
  readonly onPredicted?: EvaluationWatch['onPredicted'] | undefined;
}

/** What it may hold, for programs that pass it without types. */
const fields: Fields<ReportRequest> = {
  ...evaluateFields,
  folder: optional(path),
  onPredicted: optional(callback),
};

/** What was written. */
export interface WrittenReport {
  /** Path of `index.html`. */
  readonly page: string;
  /** Null where the data set has no test images. */
  readonly document: EvaluationDocument | null;
}

/**
 * Evaluates a run and reports it.
 * @throws what `evaluateRun` throws
 */
export async function evaluateWithReport(
  request: ReportRequest,
): Promise<WrittenReport & { readonly document: EvaluationDocument }> {
  requireRequest('evaluateWithReport', fields, request);
  // What was asked of the training is part of the report: known to be missing before anything is predicted.
  await new RunFolder(request.run).config();
  const tested = await testResults(request);
  return { page: await write(request, tested), document: tested.test.document };
}

/** The report at the end of a training: also of a data set without test images, which is then not evaluated. */
export async function reportTraining(request: ReportRequest): Promise<WrittenReport> {
  requireRequest('reportTraining', fields, request);
  let tested: Tested | undefined;
  try {
    tested = await testResults(request);
  } catch (error) {
    if (!(error instanceof CladError) || error.code !== 'DATASET_EMPTY') throw error;
    request.note?.('No test images, so nothing was measured; the report shows the training.');
  }
  return { page: await write(request, tested), document: tested?.test.document ?? null };
}

/** Makes the three files of a report. */
export async function writeReport(data: ReportData, folder: string): Promise<string> {
  const page = join(folder, 'index.html');
  await writeFileAtomic(page, reportPage(data));
  if (data.test) {
    await writeFileAtomic(join(folder, 'results.md'), resultsMarkdown(data));
    await writeFileAtomic(join(folder, 'results.csv'), resultsCsv(data.test.document));
  }
  return page;
}

/** What came of the test images. */
interface Tested {
  readonly test: TestResults;
  readonly taken: TestScoresByClass;
  readonly engine: Engine;
}

async function write(request: ReportRequest, tested: Tested | undefined): Promise<string> {
  const run = new RunFolder(request.run);
  const folder = request.folder ?? join(run.path, 'report');
  const bytes = await readBytes(run.model);
  const { metadata } = readDetector(bytes, run.model);
  const data: ReportData = {
    name: basename(resolve(run.path)),
    runFromPage: wayTo(run.path, folder),
    written: new Date().toISOString(),
    metadata,
    training: await trainingFacts(run),
    tradeOffs: await tradeOffs(request, metadata, tested),
    test: tested?.test ?? null,
    assessment: await readAssessment(run, await sha256(bytes)),
  };
  return writeReport(data, folder);
}

/** From one folder to another, with slashes. */
function wayTo(path: string, from: string): string | undefined {
  const way = relative(from, path);
  return isAbsolute(way) ? undefined : way.split(sep).join('/');
}

async function tradeOffs(request: ReportRequest, metadata: DetectorMetadata, tested: Tested | undefined) {
  return tradeOffsOf(
    {
      engine: tested?.engine ?? (await nodeEngine({ device: request.device, threads: request.threads })),
      metadata,
      tested: tested?.taken ?? new Map(),
      subject: await subjectIfAny(request.run),
      made: defectsInReport(metadata.classes.length),
    },
    request,
  );
}

/** Nothing of runs of before, which have no list of their good images. */
async function subjectIfAny(run: string): Promise<Subject | undefined> {
  try {
    return await subjectOf(run);
  } catch (error) {
    if (error instanceof CladError) return undefined;
    throw error;
  }
}

async function testResults(request: ReportRequest): Promise<Tested> {
  const run = new RunFolder(request.run);
  const collector = new ReportCollector(3);
  const full = await evaluateInFull(request, {
    curvePoints: collector.curvePoints,
    onPredicted: (image) => {
      collector.onPredicted(image);
      request.onPredicted?.(image);
    },
  });
  const { metadata, samples, engine, document, curves } = full;
  const progress = request.onProgress ? { onProgress: request.onProgress } : {};
  const test = {
    document,
    curves: curves ?? {},
    confusion: collector.confusion(metadata),
    examples: await examplesOf(collector, full),
    embedding: await embeddingOf({
      engine,
      model: run.model,
      metadata,
      samples,
      seed: metadata.provenance.seed,
      ...progress,
    }),
  };
  return { test, taken: collector.taken, engine };
}

/** Fewer examples of each kind where there are many classes, so that the page stays small. */
function shownOf(classes: number): number {
  return classes <= 20 ? 3 : classes <= 40 ? 2 : 1;
}

async function examplesOf(collector: ReportCollector, { metadata, document }: EvaluationInFull) {
  const shown = shownOf(Object.keys(document.classes).length);
  const chosen = Object.entries(collector.candidates(shown));
  const images = chosen.reduce((sum, [, each]) => sum + 2 * each.length, 0);
  const bytes = Math.min(16_000, imageBudget.examples / Math.max(1, images));
  const examples: [string, Example[]][] = [];
  for (const [name, each] of chosen) {
    const made: Example[] = [];
    for (const candidate of each) made.push(await exampleOf(candidate, metadata, document.data, bytes));
    examples.push([name, made]);
  }
  return Object.fromEntries(examples);
}

async function trainingFacts(run: RunFolder): Promise<TrainingFacts> {
  const config = await run.config();
  return {
    log: await readTrainingLog(run.path),
    input: config.options.input === 'residual' ? 'residual' : 'feature',
    options: stringify(config.options),
    synthesis: Object.fromEntries(await imagesIn(run.samples.pathOf(), 640, imageBudget.synthesis)),
    regions: Object.fromEntries(await imagesIn(run.regionPictures.pathOf(), 516, imageBudget.regions)),
    standingOut: await imagesIn(run.standingOut, 448, imageBudget.standingOut),
  };
}

/** The images of a folder by name, made small. @param budget - bytes of all, about */
async function imagesIn(
  folder: string,
  side: number,
  budget: number,
): Promise<[name: string, EmbeddedImage][]> {
  const files = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith('.png')).sort();
  const bytes = Math.min(40_000, budget / Math.max(1, files.length));
  const images: [string, EmbeddedImage][] = [];
  for (const file of files)
    images.push([basename(file, '.png'), await embeddedImage(join(folder, file), side, bytes)]);
  return images;
}
