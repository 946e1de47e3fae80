/** @file `clad drift` as a function: whether what the line shows now is what the detector was made with, by class. */
import { stat } from 'node:fs/promises';
import { optional, path, text, time, wholeFrom } from '../../core/arguments.ts';
import { CladError } from '../../core/errors.ts';
import type { ProgressListener } from '../../core/progress.ts';
import type { Device } from '../../runtime/engine.ts';
import { nodeEngine } from '../../runtime/node.ts';
import { type Fields, machine, requireRequest, talk } from '../request-fields.ts';
import { modelPathOf } from '../run-folder.ts';
import { subjectOf } from '../update/subject.ts';
import { compareClass, type DriftFinding, leastImages, worstFirst } from './compare.ts';
import { type CurrentImages, imagesOfFolder, imagesOfJournal } from './current-images.ts';
import { levelFor, referencesOf } from './references.ts';
import { risingUnknown } from './rising-unknown.ts';
import { trainingLooks } from './training-looks.ts';

export interface DriftRequest {
  /** Run folder. */
  readonly run: string;
  /** Folder of photographs of now, or a journal of `clad watch`. */
  readonly images: string;
  /** Class of all photographs of the folder, where it is known. */
  readonly class?: string | undefined;
  /** Newest judgements of a journal that are counted, at most. @default 1000 */
  readonly last?: number | undefined;
  /** Judgements of a journal from then on are counted. @default all */
  readonly since?: Date | undefined;
  /** How often one will look in all; chance is shared out over that. @default 30 */
  readonly looks?: number | undefined;
  readonly device?: Device | undefined;
  readonly threads?: number | undefined;
  readonly onProgress?: ProgressListener | undefined;
  readonly note?: ((text: string) => void) | undefined;
}

/** Newest judgements that are counted where nobody says. */
const usualLast = 1000;

const fields: Fields<DriftRequest> = {
  run: path,
  images: path,
  class: optional(text),
  last: optional(wholeFrom(1)),
  since: optional(time),
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

/**
 * Compares what the line shows with the run's good images.
 * @throws RUN_NOT_FOUND, RUN_UNFINISHED, DETECTOR_INVALID, GOOD_IMAGES_MISSING, GOOD_IMAGES_DAMAGED, USAGE for a detector file, FILE_NOT_FOUND, JOURNAL_UNUSABLE,
 * DATASET_EMPTY, CLASS_GIVEN_UNKNOWN
 */
export async function drift(request: DriftRequest): Promise<DriftDocument> {
  requireRequest('drift', fields, request);
  const { run, images, last, since, looks = 30, note } = request;
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
  let rising: readonly DriftFinding[] = [];
  const level = levelFor(looks, subject);
  if (found.isDirectory()) {
    for (const [option, value] of [
      ['--since', since?.toISOString()],
      ['--last', last],
    ] as const)
      if (value !== undefined)
        throw new CladError('OPTION_INVALID', {
          option,
          expected: 'left out with a folder, of which all photographs are counted',
          actual: String(value),
        });
    const engine = await nodeEngine({ device: request.device, threads: request.threads });
    now = await imagesOfFolder(engine, model, images, request.class, request);
  } else {
    if (request.class !== undefined)
      throw new CladError('OPTION_INVALID', {
        option: '--class',
        expected: 'left out with a journal, which says what each photograph was taken for',
        actual: request.class,
      });
    const judged = await imagesOfJournal(model, images, { last: last ?? usualLast, since }, note);
    now = judged.byClass;
    rising = risingUnknown(judged.verdicts, level);
  }
  const names = [...now.keys()].filter((name) => now.get(name)!.length >= leastImages);
  const withLook = names.filter((name) => now.get(name)!.some(({ seen }) => seen));
  if (withLook.length < names.length)
    note?.('Judgements of before 29 November 2026 have no light and no focus: these are not compared.');
  const seen = await trainingLooks(subject, names, request.onProgress);
  const without = withLook.filter((name) => seen.get(name)!.length < leastImages);
  if (without.length > 0)
    note?.(
      `Fewer than ${leastImages} training photographs of ${without.join(', ')} are in ${subject.root}, so nothing is said of light and focus.`,
    );
  const references = referencesOf(subject, seen);
  const findings = [
    ...rising,
    ...names.flatMap((name) => compareClass(references.get(name)!, now.get(name)!, level)),
  ];
  return {
    ...{ run, images, drifted: findings.some(({ drifted }) => drifted), level, leastImages },
    count: Object.fromEntries([...now].map(([name, { length }]) => [name, length])),
    tooFew: [...now.keys()].filter((name) => !names.includes(name)),
    findings: worstFirst(findings),
  };
}
