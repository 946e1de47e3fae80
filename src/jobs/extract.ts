/** @file `clad extract` as a function: what a training computes of its images alone, before it learns from them, as a share that one of several machines makes. */
import { arch, cpus } from 'node:os';
import { having, optional, path, wholeFrom } from '../core/arguments.ts';
import { diskStorage } from '../core/disk-storage.ts';
import { CladError } from '../core/errors.ts';
import type { ExpectedTask } from '../core/expected-task.ts';
import { requireWritable } from '../core/files.ts';
import { checkOptions } from '../core/options.ts';
import { blaming } from '../core/plugin.ts';
import { isShare, nameOfShare, type Share, wholeWork } from '../core/share.ts';
import type { LeftOutSummary } from '../data/left-out.ts';
import type { ExtractedImages } from '../methods/contract.ts';
import { methodOf } from '../methods/registry.ts';
import { type Fields, requireRequest } from './request-fields.ts';
import { examinedPlace, readAll } from './train/prepare.ts';
import { type ReadRequest, trainFields } from './train/train-request.ts';
import { version } from './version.ts';

export interface ExtractRequest extends Omit<ReadRequest, 'cache' | 'evaluated'> {
  /** Where the stores of patch features are put; several machines may share it. */
  readonly cache: string;
  /** @default all */
  readonly share?: Share | undefined;
}

export interface ExtractOutcome extends ExtractedImages {
  /** `index/count` */
  readonly shard: string;
  /** What was passed over in the folders of data set and textures. */
  readonly leftOut: LeftOutSummary;
  readonly seconds: number;
}

const {
  out: _,
  resume: __,
  excludeOutliers: ___,
  mayExtract: ____,
  evaluated: _____,
  ...shared
} = trainFields;
const extractFields: Fields<ExtractRequest> = {
  ...shared,
  cache: path,
  share: optional(having('a share, { index, count }', { index: wholeFrom(0), count: wholeFrom(1) })),
};

/**
 * Computes a share of the patch features that a training with the same request finds in the cache. A share that is there already is left as it is; one that
 * was begun is gone on with.
 * @throws every error of the data readers and the backbone; OPTION_INVALID for a method that keeps none; INTERRUPTED when the signal is aborted
 */
export async function extract(request: ExtractRequest): Promise<ExtractOutcome> {
  requireRequest('extract', extractFields, request);
  const started = Date.now();
  const { cache, share = wholeWork, onTasks, ...rest } = request;
  if (!isShare(share)) {
    const actual = nameOfShare(share);
    throw new CladError('OPTION_INVALID', { option: 'share', expected: 'one of 0/n to n-1/n', actual });
  }
  const method = await methodOf(request.method);
  checkOptions(method.options, request.options);
  if (!method.extract) {
    throw new CladError('OPTION_INVALID', {
      option: '--method',
      expected:
        'one that keeps features of images in a cache (made with onPatches, or with a function extract)',
      actual: method.name,
    });
  }
  await requireWritable(cache, 'Give another folder to --cache.');
  const reading = {
    ...rest,
    cache,
    // As a training is by default: of broken images and contradictions it leaves out the same.
    evaluated: true,
    ...(onTasks && { onTasks: (tasks: readonly ExpectedTask[]) => onTasks(tasksOf(tasks, share)) }),
  };
  const read = await readAll(reading, { examined: examinedPlace(cache, share) });
  const madeBy = `clad ${version}, ${read.engine.device}, ${arch()} ${cpus()[0]?.model ?? ''}`.trim();
  const context = { ...read, cache: diskStorage(cache), share, madeBy };
  const { extract: run, file } = read.method;
  const made = await blaming(file, () => run!(context));
  return {
    shard: nameOfShare(share),
    ...made,
    leftOut: read.leftOut,
    seconds: (Date.now() - started) / 1000,
  };
}

/** Of a training's tasks those until the features are there. */
function tasksOf(tasks: readonly ExpectedTask[], { count }: Share): ExpectedTask[] {
  const last = tasks.findIndex(({ task }) => task === 'patch features');
  return tasks
    .slice(0, last + 1)
    .map((task, at) => (at === last ? { ...task, seconds: task.seconds / count } : task));
}
