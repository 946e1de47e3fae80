/** @file What a job does, in the process of its own: it calls what the command line calls, and tells how far it is. */
import { basename, join } from 'node:path';
import { CladError } from '../core/errors.ts';
import { readBytes } from '../core/files.ts';
import { optionFromText } from '../core/options.ts';
import { type ProgressEvent, type ProgressListener, stoppable } from '../core/progress.ts';
import { WholeWork } from '../core/whole-work.ts';
import type { Sample } from '../data/dataset.ts';
import { pathBelow } from '../data/dataset.ts';
import { inspectDataset } from '../data/inspect.ts';
import { readDetector } from '../detector/file-checksum.ts';
import { builtinName } from '../features/backbones/builtin-backbone.ts';
import { calibrateDetector } from '../jobs/calibrate/calibrate.ts';
import { writeDemoData } from '../jobs/demo/demo-data.ts';
import { RunFolder } from '../jobs/run-folder.ts';
import { type AskedTiles, tilesOf } from '../jobs/train/asked-tiles.ts';
import { planTraining } from '../jobs/train/plan.ts';
import { type TrainRequest, train } from '../jobs/train/train.ts';
import { loadMethod } from '../methods/registry.ts';
import { resolveOptions } from '../methods/resolve-options.ts';
import { reportTraining } from '../report/report.ts';
import type { Job, Sight, TrainSettings } from './api.ts';
import { detectorKey } from './detector-key.ts';
import type { FromJob, Order, Outcome } from './job-channel.ts';
import type { KeptInspection } from './memory.ts';
import { ResultsWriter, resultsFolders } from './results-store.ts';
import { updateRun } from './update-run.ts';

/** What a job is done with. */
export interface JobContext {
  readonly signal: AbortSignal;
  tell(message: Extract<FromJob, { type: 'progress' | 'note' }>): void;
}

type JobOrder = Extract<Order, { type: 'job' }>;

/** Does what was ordered. @throws what the jobs throw; INTERRUPTED where it was stopped */
export async function runOrder(order: Order, context: JobContext): Promise<Outcome> {
  const started = Date.now();
  const found =
    order.type === 'plan'
      ? { plan: await planTraining(await trainRequest(order.settings, 'plan', order, context)) }
      : await runJob(order, context);
  return { ...found, seconds: (Date.now() - started) / 1000 };
}

async function runJob(order: JobOrder, context: JobContext): Promise<Omit<Outcome, 'seconds'>> {
  const { job, root } = order;
  switch (job.kind) {
    case 'demo': {
      const { kind: _, dataset, ...options } = job;
      const asked = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
      await writeDemoData({
        folder: dataFolder(root, dataset),
        options: asked,
        onProgress: progressOf(context),
      });
      return {};
    }
    case 'inspect':
      return { inspection: await inspected(dataFolder(root, job.dataset), progressOf(context)) };
    case 'train':
      return trained(order, job, context);
    case 'evaluate':
      await evaluated(root, job.run, progressOf(context), context);
      return {};
    case 'threshold': {
      const { run, base, thresholds } = job;
      const detector = order.detector as string;
      await calibrateDetector({
        run: base === null ? join(root, 'runs', run) : join(root, 'detectors', base),
        good: [],
        anomalous: [],
        out: join(root, 'detectors', detector),
        minImages: 1,
        thresholds: { classes: thresholds },
        onProgress: progressOf(context),
        note: noteOf(context),
      });
      return { detector };
    }
    case 'update': {
      const { run, dataset } = job;
      const folders = {
        ...{ run: join(root, 'runs', run), data: dataset === null ? null : dataFolder(root, dataset) },
        ...{ marked: join(root, 'marked', run), cache: join(root, 'cache') },
      };
      return { update: await updateRun(job, folders, order.started, progressOf(context)) };
    }
  }
}

function dataFolder(root: string, dataset: string): string {
  return join(root, 'data', dataset);
}

/** The training, then its report and the pictures of the results page. */
async function trained(
  order: JobOrder,
  job: Extract<Job, { kind: 'train' }>,
  context: JobContext,
): Promise<Omit<Outcome, 'seconds'>> {
  const whole = new WholeWork();
  const onProgress = progressOf(context, whole);
  const request = await trainRequest(job, job.run, order, context);
  await train({
    ...request,
    resume: order.again,
    evaluated: true,
    onProgress,
    onTasks: (tasks) => whole.expect(tasks),
  });
  await evaluated(order.root, job.run, onProgress, context);
  return {};
}

/** What `clad train` would be given. */
export async function trainRequest(
  settings: TrainSettings,
  run: string,
  { root, exclude, roi }: Pick<JobOrder, 'root' | 'exclude' | 'roi'>,
  context: JobContext,
): Promise<TrainRequest> {
  const { dataset, method: name, preset, backbone = builtinName, device, changes = {} } = settings;
  const { backbonePrecision, tiles, follow, crop } = settings;
  const method = await loadMethod(name);
  const overrides = Object.entries(changes).map(([option, value]) => ({
    where: 'the form',
    options: optionFromText(`${option}=${JSON.stringify(value)}`, 'the form'),
  }));
  const data = dataFolder(root, dataset);
  return {
    data,
    out: join(root, 'runs', run),
    backbone,
    method: name,
    preset,
    options: resolveOptions(method, preset, overrides),
    backbonePrecision,
    ...(device && { device }),
    tiles: tiles && askedTiles(tiles),
    follow: follow && { ...follow, classes: 'all' },
    crop,
    exclude: exclude.map((path) => join(data, path)),
    ...(Object.keys(roi).length > 0 && { roi }),
    signal: context.signal,
    note: noteOf(context),
    onProgress: progressOf(context),
  };
}

/** Tiles as `clad train` is told of them. */
function askedTiles({ how, ...others }: NonNullable<Sight['tiles']>): AskedTiles {
  const tiles = tilesOf(how);
  // The schema of jobs has refused what is none.
  if (tiles === undefined) throw new TypeError(`no tiles: ${how}`);
  return { ...others, tiles };
}

/** The run on its own test images: its report, and what the results page shows. */
async function evaluated(
  root: string,
  run: string,
  onProgress: ProgressListener,
  context: JobContext,
): Promise<void> {
  const folder = new RunFolder(join(root, 'runs', run));
  const bytes = await readBytes(folder.model);
  const { metadata } = readDetector(bytes, folder.model);
  const { data } = await folder.config();
  const writer = new ResultsWriter(resultsFolders(join(root, 'cache'), run), metadata, data.root);
  await writer.begin();
  try {
    const { document } = await reportTraining({
      run: folder.path,
      onProgress,
      note: noteOf(context),
      onPredicted: writer.onPredicted,
    });
    if (document) await writer.finish(detectorKey(bytes), basename(data.root));
    else await writer.discard();
  } catch (error) {
    await writer.discard();
    throw error;
  }
}

async function inspected(folder: string, onProgress: ProgressListener): Promise<KeptInspection> {
  const sizes: { readonly sample: Sample; readonly size: string }[] = [];
  const inspection = await inspectDataset(folder, {
    onProgress,
    onImage: (sample, { width, height }) => sizes.push({ sample, size: `${width} x ${height}` }),
  });
  return { ...inspection, oddSizes: oddSizes(sizes, inspection.root) };
}

/** Images whose size is not that of most of their product, where there is one that most have. */
export function oddSizes(
  sizes: readonly { readonly sample: Pick<Sample, 'path' | 'className'>; readonly size: string }[],
  root: string,
): Record<string, string> {
  const counts = new Map<string, Map<string, number>>();
  for (const { sample, size } of sizes) {
    const own = counts.get(sample.className) ?? new Map<string, number>();
    counts.set(sample.className, own);
    own.set(size, (own.get(size) ?? 0) + 1);
  }
  const odd: [string, string][] = [];
  for (const { sample, size } of sizes) {
    const own = counts.get(sample.className) as Map<string, number>;
    const total = [...own.values()].reduce((sum, count) => sum + count, 0);
    const [usual, count] = [...own].reduce((most, each) => (each[1] > most[1] ? each : most));
    if (size !== usual && count > total / 2)
      odd.push([pathBelow(root, sample.path), `${size} pixels; most of ${sample.className} have ${usual}`]);
  }
  return Object.fromEntries(odd);
}

function noteOf({ tell }: JobContext): (text: string) => void {
  return (text) => tell({ type: 'note', text });
}

/** Milliseconds between two tellings of one task. */
const interval = 100;

/** Tells of progress, not more often than people can see it, and ends the work where it was stopped. */
function progressOf({ tell, signal }: JobContext, whole?: WholeWork): ProgressListener {
  let told: { readonly task: string; readonly at: number } = { task: '', at: 0 };
  const onProgress = (event: ProgressEvent) => {
    const now = Date.now();
    const state = whole?.observe(event, now);
    const { task, done, total, unit, values = {} } = event;
    if (task === told.task && done < total && now - told.at < interval) return;
    told = { task, at: now };
    const { step = null, steps = null, left = null } = state ?? {};
    tell({ type: 'progress', progress: { task, done, total, unit, values, step, steps, left } });
  };
  return stoppable({ onProgress, signal });
}

/** Whether another process writes what the job wants to write: as that of a server that was killed, which ends by itself. */
export function isInUse(error: unknown): boolean {
  return error instanceof CladError && (error.code === 'IN_USE' || error.code === 'IN_USE_PERHAPS');
}
