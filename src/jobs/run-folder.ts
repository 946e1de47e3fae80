/**
 * @file The folder of one training: `config.json`, `data-files.jsonl`, `log.jsonl`, `checkpoint/`, `cache/` while it runs, `left-out.json`, `samples/`, `good-images.csv`,
 * `standing-out/`, `model.onnx`, `evaluation.json`, `assessment.json`.
 */
import { existsSync } from 'node:fs';
import { lstat, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { isRecord } from '../core/arguments.ts';
import { fileDamaged } from '../core/damaged-file.ts';
import { diskStorage } from '../core/disk-storage.ts';
import { CladError } from '../core/errors.ts';
import { appendLine, readBytes, removeAbandoned, writeFileAtomic } from '../core/files.ts';
import { lockOfFolder } from '../core/lock.ts';
import { openSealed, sealedJson } from '../core/sealed-json.ts';
import type { Storage } from '../core/storage.ts';
import { layouts } from '../data/dataset.ts';
import { fingerprintOf } from '../data/fingerprint.ts';
import type { LeftOutSummary } from '../data/left-out.ts';
import { cropModel, regionOfInterest } from '../detector/metadata.ts';
import { sampleBits, wholeRange } from '../image/samples.ts';
import type { TrainingLogEntry } from '../training/trainer.ts';
import { dataChanges } from './data-changes.ts';

const configSchema = z.object({
  cladVersion: z.string(),
  method: z.string(),
  /** Where the method is from, where it did not come with the program. */
  methodFile: z.string().nullable().default(null),
  /** Of that file, in hexadecimal. */
  methodSha256: z.string().nullable().default(null),
  preset: z.string(),
  /** Absolute paths, so that a run can be continued and evaluated from any folder. */
  data: z.object({ root: z.string(), layout: z.enum(layouts), fingerprint: z.string() }),
  /** Its precision where it was reduced for the training. */
  backbone: z.object({
    path: z.string(),
    name: z.string(),
    sha256: z.string(),
    precision: z.enum(['fp16', 'int8']).optional(),
  }),
  textures: z.string().nullable(),
  device: z.string(),
  skipBroken: z.boolean(),
  /** How 16-bit files are read; the whole range in runs of before 28 November 2026. */
  bits: z.literal(sampleBits).default(wholeRange),
  /** Regions of interest as they were drawn, by class; absent where there are none (detector/metadata.ts). */
  regionsOfInterest: z.record(z.string(), regionOfInterest).optional(),
  /** What photographs are cropped to the part by; absent where they are not. */
  crop: cropModel.optional(),
  /** Why the region of a class does not follow the part, although that was asked for. */
  notFollowed: z.record(z.string(), z.string()).optional(),
  /** As they were then: a later version of the method may have more, or others. */
  options: z.record(z.string(), z.unknown()),
});

/** What later verbs want of it, whatever options that version of the program had. */
const originSchema = configSchema.pick({ data: true });

/** The data set of a run. */
export type RunOrigin = z.infer<typeof originSchema>;

/** What a run was asked to do, resolved. */
export type RunConfig = z.infer<typeof configSchema>;

/** Paths and files of a run. */
export class RunFolder {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  get model(): string {
    return join(this.path, 'model.onnx');
  }
  /** What a training needs to go on where it was stopped. */
  get checkpoint(): Storage {
    return diskStorage(join(this.path, 'checkpoint'));
  }
  get samples(): Storage {
    return diskStorage(join(this.path, 'samples'));
  }
  /** What regions that follow the part chose in a few images of each class. */
  get regionPictures(): Storage {
    return diskStorage(join(this.path, 'samples', 'regions'));
  }
  get cache(): string {
    return join(this.path, 'cache');
  }
  get goodImages(): string {
    return join(this.path, 'good-images.csv');
  }
  /** The same and more, for later verbs (good-images-file.ts). */
  get goodImagesState(): string {
    return join(this.path, 'good-images.json');
  }
  /** The same of a changed detector, until that is in its place. */
  get comingGoodImages(): string {
    return join(this.path, 'good-images.coming.json');
  }
  /** Detector files that later verbs replaced. */
  get versions(): string {
    return join(this.path, 'versions');
  }
  /** What was passed over in the folders of data set and textures. */
  get leftOut(): string {
    return join(this.path, 'left-out.json');
  }
  /** Images of good images unlike the others. */
  get standingOut(): string {
    return join(this.path, 'standing-out');
  }
  get evaluation(): string {
    return join(this.path, 'evaluation.json');
  }
  /** What `clad assess` said. */
  get assessment(): string {
    return join(this.path, 'assessment.json');
  }
  get #config(): string {
    return join(this.path, 'config.json');
  }
  /** Records of the training images' files, a line each: what the fingerprint is made of. */
  get #records(): string {
    return join(this.path, 'data-files.jsonl');
  }
  /** Held by whoever writes the run. */
  get lock(): string {
    return lockOfFolder(this.path);
  }
  get #log(): string {
    return join(this.path, 'log.jsonl');
  }
  /** All files that lie in it directly. */
  get files(): string[] {
    const { goodImages, goodImagesState, comingGoodImages, leftOut, evaluation, assessment } = this;
    return [
      this.model,
      this.#config,
      this.#records,
      this.#log,
      goodImages,
      goodImagesState,
      comingGoodImages,
      leftOut,
      evaluation,
      assessment,
    ];
  }

  /** @throws RUN_EXISTS when there is a run and it is not to be continued; FILE_EXISTS for a detector file that no run here wrote */
  requireFree(resume: boolean): void {
    const begun = existsSync(this.#config);
    if (!resume && begun) throw new CladError('RUN_EXISTS', { path: this.path });
    if (!begun && existsSync(this.model)) throw new CladError('FILE_EXISTS', { path: this.model });
  }

  /**
   * Begins a run, or goes on with it.
   * @param records - of the files of the training images
   * @param preset - values of options that the method has got since the run was begun
   * @throws RUN_EXISTS when there is one and it is not to be continued, RUN_DIFFERS when it was asked to do something else
   */
  async begin(
    config: RunConfig,
    resume: boolean,
    records: readonly string[] = [],
    preset: object = {},
  ): Promise<void> {
    this.requireFree(resume);
    await removeAbandoned(this.path);
    if (existsSync(this.#config)) {
      const before = await this.config();
      // Data and backbone are known by what they hold: they may have been moved.
      const options = withNewOptions(before.options, preset);
      const differing = differences({ ...before, options }, config).filter(
        (name) => !['data.root', 'backbone.path', 'methodFile', 'cladVersion'].includes(name),
      );
      if (differing.length > 0) {
        const files = differing.includes('data.fingerprint') ? await this.#changesTo(records, before) : '';
        throw new CladError('RUN_DIFFERS', { path: this.path, differing: differing.join(', '), files });
      }
    }
    await writeFileAtomic(this.#records, records.map((record) => `${record}\n`).join(''));
    await writeFileAtomic(this.#config, sealedJson(config));
  }

  /** Takes back what `begin` and the first steps wrote, so that the same command works once its input is mended. */
  async forget(): Promise<void> {
    for (const path of [this.#config, this.#records, this.leftOut, this.samples.pathOf()])
      await rm(path, { recursive: true, force: true });
  }

  /** A sentence on the training images that differ from those the run was begun with; empty where the run does not say. */
  async #changesTo(records: readonly string[], { data }: RunConfig): Promise<string> {
    const before = (await readFile(this.#records, 'utf8').catch(() => '')).split('\n').slice(0, -1);
    // Of an earlier version, or damaged.
    if ((await fingerprintOf(before)) !== data.fingerprint) return '';
    return `Of its training images: ${dataChanges(before, records)}.`;
  }

  /**
   * What a detector's run was trained on; undefined where its folder does not say, as where it holds a detector file alone.
   * @throws FILE_DAMAGED
   */
  async originIfAny(): Promise<RunOrigin | undefined> {
    const content = this.#unsealed(await readFile(this.#config, 'utf8').catch(() => ''));
    return originSchema.safeParse(content).data;
  }

  /**
   * The content of `config.json`; undefined where it is no JSON.
   * @throws FILE_DAMAGED where it is ours, and not as it was written
   */
  #unsealed(text: string): unknown {
    const sealed = openSealed(text);
    if (sealed !== undefined) return sealed;
    const content = parsedJson(text);
    // Before there were checksums, it began so; damage to the checksum does not make it look like that.
    const older = isRecord(content) && Object.keys(content)[0] === 'cladVersion';
    if (older || !/"(crc32|cladVersion)"/.test(text)) return content;
    throw fileDamaged(
      this.#config,
      'its checksum is another',
      'Copy it again from a whole one; without it, name the detector file itself (model.onnx) and the data set, or train again with another --out.',
    );
  }

  /** @throws RUN_NOT_FOUND when the folder holds no run */
  async config(): Promise<RunConfig> {
    if (!existsSync(this.#config)) throw new CladError('RUN_NOT_FOUND', { path: this.path });
    const refuse = (reason: string) => new CladError('FILE_UNREADABLE', { path: this.#config, reason });
    const content = this.#unsealed((await readBytes(this.#config)).toString());
    if (content === undefined) throw refuse('it is no JSON');
    const result = configSchema.safeParse(content);
    if (result.success) return result.data;
    const [issue] = result.error.issues;
    throw refuse(`${issue?.path.join('.')}: ${issue?.message}`);
  }

  /** Keeps what was passed over; no file where that is nothing. */
  async writeLeftOut(leftOut: LeftOutSummary): Promise<void> {
    if (leftOut.total === 0) await rm(this.leftOut, { force: true });
    else await writeFileAtomic(this.leftOut, `${JSON.stringify(leftOut, null, 2)}\n`);
  }

  /** Appends a line to the log. */
  async log(entry: object): Promise<void> {
    await appendLine(this.#log, JSON.stringify(entry));
  }

  /** Removes what the log says of steps after a checkpoint; they are about to be run again. */
  async rewindLog(stage: number, step: number): Promise<void> {
    if (!existsSync(this.#log)) return;
    const lines = (await readBytes(this.#log))
      .toString()
      .split('\n')
      .filter((line) => {
        if (line === '') return false;
        const entry = parsedJson(line) as Partial<TrainingLogEntry> | undefined;
        // The last line of a process that was killed may be half a line.
        if (!isRecord(entry)) return false;
        if (entry.stage === undefined || entry.step === undefined) return true;
        return entry.stage < stage || (entry.stage === stage && entry.step <= step);
      });
    await writeFileAtomic(this.#log, lines.map((line) => `${line}\n`).join(''));
  }

  /** Removes the stores of patch features. */
  async clearCache(): Promise<void> {
    await rm(this.cache, { recursive: true, force: true });
  }
}

/**
 * The detector file of what a user names: a run's folder (of which `model.onnx` is enough), or the file itself.
 * @throws RUN_NOT_FOUND when the folder holds neither run nor `model.onnx`; RUN_UNFINISHED when it has none yet
 */
export async function modelPathOf(runOrModel: string): Promise<string> {
  if (runOrModel.endsWith('.onnx')) return runOrModel;
  const run = new RunFolder(runOrModel);
  // A link that leads nowhere is met, with its name, when it is read.
  const found = await lstat(run.model).catch(() => undefined);
  if (found) return run.model;
  await run.config();
  throw new CladError('RUN_UNFINISHED', { path: runOrModel });
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Recorded options, and the preset's values of those that there were not when they were recorded. */
function withNewOptions(
  recorded: Readonly<Record<string, unknown>>,
  preset: object,
): Record<string, unknown> {
  const all: Record<string, unknown> = { ...recorded };
  for (const [name, value] of Object.entries(preset)) {
    const before = recorded[name];
    if (before === undefined) all[name] = value;
    else if (isRecord(before) && isRecord(value)) all[name] = withNewOptions(before, value);
  }
  return all;
}

/** Names of the values in which two configurations differ, e.g. `options.seed`. */
function differences(before: unknown, now: unknown, at = ''): string[] {
  if (isRecord(before) && isRecord(now)) {
    const keys = new Set([...Object.keys(before), ...Object.keys(now)]);
    return [...keys].flatMap((key) => differences(before[key], now[key], at === '' ? key : `${at}.${key}`));
  }
  return JSON.stringify(before) === JSON.stringify(now) ? [] : [at];
}
