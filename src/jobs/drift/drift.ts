/** @file `clad drift` as a function: whether what the line shows now is what the detector was made with, by class. */
import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { optional, path, text, wholeFrom } from '../../core/arguments.ts';
import { CladError } from '../../core/errors.ts';
import type { ProgressListener } from '../../core/progress.ts';
import { stoppable } from '../../core/progress.ts';
import { mapAhead } from '../../data/concurrency.ts';
import { bitsOf } from '../../detector/camera/camera.ts';
import { evenly } from '../../features/patches/class-foreground.ts';
import { type Seen, seenOf } from '../../image/seen.ts';
import type { Device } from '../../runtime/engine.ts';
import { nodeEngine } from '../../runtime/node.ts';
import { decodeOrError } from '../predict.ts';
import { type Fields, machine, requireRequest, talk } from '../request-fields.ts';
import { modelPathOf } from '../run-folder.ts';
import { asNewByClass } from '../trade-off/trade-off.ts';
import { imagesLeft, type Subject, subjectOf } from '../update/subject.ts';
import {
  type ClassReference,
  compareClass,
  comparisons,
  type DriftFinding,
  falseAlarms,
  leastImages,
  worstFirst,
} from './compare.ts';
import { type CurrentImages, imagesOfFolder, imagesOfJournal } from './current-images.ts';

export interface DriftRequest {
  /** Run folder. */
  readonly run: string;
  /** Folder of photographs of now, or a journal of `clad watch`. */
  readonly images: string;
  /** Class of all photographs of the folder, where it is known. */
  readonly class?: string | undefined;
  /** Newest judgements of a journal that are counted, at most. @default 1000 */
  readonly last?: number | undefined;
  /** How often one will look in all; chance is shared out over that. @default 30 */
  readonly looks?: number | undefined;
  readonly device?: Device | undefined;
  readonly threads?: number | undefined;
  readonly onProgress?: ProgressListener | undefined;
  readonly note?: ((text: string) => void) | undefined;
}

const fields: Fields<DriftRequest> = {
  run: path,
  images: path,
  class: optional(text),
  last: optional(wholeFrom(1)),
  looks: optional(wholeFrom(1)),
  ...machine,
  ...talk,
};

/** The document of `clad drift --json`. */
export interface DriftDocument {
  readonly run: string;
  readonly images: string;
  /** Whether anything drifted. */
  readonly drifted: boolean;
  /** A difference is taken for real where chance would make it with at most this probability. */
  readonly level: number;
  /** Classes with fewer images than that are in `tooFew`. */
  readonly leastImages: number;
  /** Images of now by class. */
  readonly count: Readonly<Record<string, number>>;
  readonly tooFew: readonly string[];
  /** The worst first. */
  readonly findings: readonly DriftFinding[];
}

/** Training images of a class that are looked at, at most: more make the medians no better. */
const mostSeen = 150;

/**
 * Compares what the line shows with the run's good images.
 * @throws RUN_NOT_FOUND, RUN_UNFINISHED, DETECTOR_INVALID, GOOD_IMAGES_MISSING, GOOD_IMAGES_DAMAGED, USAGE for a detector file, FILE_NOT_FOUND, JOURNAL_UNUSABLE,
 * DATASET_EMPTY, CLASS_GIVEN_UNKNOWN
 */
export async function drift(request: DriftRequest): Promise<DriftDocument> {
  requireRequest('drift', fields, request);
  const { run, images, last = 1000, looks = 30, note } = request;
  if (run.endsWith('.onnx'))
    throw new CladError('USAGE', {
      reason: 'A detector file does not know its good images: give the folder of its run',
      help: '`clad drift --help`',
    });
  const found = await stat(images).catch(() => undefined);
  if (!found)
    throw new CladError('FILE_NOT_FOUND', {
      path: images,
      hint: 'Give a folder of photographs, or a journal of `clad watch`.',
    });
  const subject = await subjectOf(run);
  const model = await modelPathOf(run);
  let now: CurrentImages;
  if (found.isDirectory()) {
    const engine = await nodeEngine({ device: request.device, threads: request.threads });
    now = await imagesOfFolder(engine, model, images, request.class, request);
  } else {
    if (request.class !== undefined)
      throw new CladError('OPTION_INVALID', {
        option: '--class',
        expected: 'left out with a journal, which says what each photograph was taken for',
        actual: request.class,
      });
    now = await imagesOfJournal(model, images, last, note);
    note?.('A journal has no light and no focus: give a folder of photographs to compare these.');
  }
  const names = [...now.keys()].filter((name) => now.get(name)!.length >= leastImages);
  const seen = found.isDirectory() ? await seenByClass(subject, names, request) : new Map<string, Seen[]>();
  const without = names.filter((name) => found.isDirectory() && (seen.get(name)?.length ?? 0) < leastImages);
  if (without.length > 0)
    note?.(
      `Fewer than ${leastImages} training photographs of ${without.join(', ')} are in ${subject.root}, so nothing is said of light and focus.`,
    );
  const scores = asNewByClass(subject);
  const level = falseAlarms / (looks * comparisons * subject.metadata.classes.length);
  const findings = names.flatMap((name) =>
    compareClass(
      referenceOf(subject, name, scores.get(name) ?? [], seen.get(name) ?? []),
      now.get(name)!,
      level,
    ),
  );
  return {
    ...{ run, images, drifted: findings.some(({ drifted }) => drifted), level, leastImages },
    count: Object.fromEntries([...now].map(([name, { length }]) => [name, length])),
    tooFew: [...now.keys()].filter((name) => !names.includes(name)),
    findings: worstFirst(findings),
  };
}

function referenceOf(
  { metadata }: Subject,
  name: string,
  scores: readonly number[],
  seen: readonly Seen[],
): ClassReference {
  const found = metadata.thresholds[name];
  if (!found) return { class: name, scores, seen, threshold: null };
  const { threshold: value, achievableRate: rate, count: images } = found;
  return {
    ...{ class: name, seen, scores: scores.filter((score) => score <= value) },
    threshold: { value, rate, images },
  };
}

/** Light and sharpness of training photographs that are still there, spread over all of a class. */
async function seenByClass(
  subject: Subject,
  names: readonly string[],
  { onProgress }: DriftRequest,
): Promise<ReadonlyMap<string, readonly Seen[]>> {
  const told = stoppable({ onProgress });
  const reading = { bits: bitsOf(subject.metadata) };
  const there = imagesLeft(subject).filter(({ path }) => existsSync(path));
  const chosen = names.flatMap((name) =>
    evenly(
      there.filter((image) => image.class === name),
      mostSeen,
    ),
  );
  const seen = new Map<string, Seen[]>(names.map((name) => [name, []]));
  let done = 0;
  for await (const [{ class: name }, image] of mapAhead(chosen, 4, (each) =>
    decodeOrError(each.path, reading),
  )) {
    if (!(image instanceof CladError)) seen.get(name)!.push(seenOf(image));
    told({ task: 'training images', done: ++done, total: chosen.length, unit: 'images' });
  }
  return seen;
}
