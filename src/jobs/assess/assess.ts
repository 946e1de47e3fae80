/**
 * @file `clad assess` as a function: which products are weak, without any defect at hand. Of each class what is missed of graded defects that are drawn on its good images, what more images
 * would change, and the state of its data; the worst first. Kept in the run's folder, where reports find it.
 */
import { existsSync } from 'node:fs';
import { optional, path, wholeFrom } from '../../core/arguments.ts';
import { CladError } from '../../core/errors.ts';
import { writeFileAtomic } from '../../core/files.ts';
import type { ProgressListener } from '../../core/progress.ts';
import { stoppable } from '../../core/progress.ts';
import { fileImages } from '../../data/file-images.ts';
import { bitsOf } from '../../detector/camera/camera.ts';
import { halfMissed, missTable, pooledMisses } from '../../evaluation/graded-misses.ts';
import { mapPixel } from '../../image/geometry.ts';
import type { Device } from '../../runtime/engine.ts';
import { nodeEngine } from '../../runtime/node.ts';
import { type Fields, machine, requireRequest, talk } from '../request-fields.ts';
import { type Subject, sourceOf, subjectOf } from '../update/subject.ts';
import { dataStates } from './data-state.ts';
import type { AssessmentDocument, ClassAssessment, Photograph } from './document.ts';
import { type Drawing, drawingOf, gradedContrasts, gradedDefects, gradedSizes } from './graded-defects.ts';
import {
  type Ask,
  type ClassPlan,
  type ClassScores,
  gradedScores,
  memoryDetector,
  planScores,
} from './graded-scores.ts';
import { learningOf } from './learning.ts';
import { type Unsorted, worstFirst } from './worst-first.ts';

export interface AssessRequest {
  /** Run folder. */
  readonly run: string;
  /** Good images of each class that defects are drawn on, at most. @default 12 */
  readonly images?: number | undefined;
  /** Another one, other defects. @default 0 */
  readonly seed?: number | undefined;
  readonly device?: Device | undefined;
  readonly threads?: number | undefined;
  readonly onProgress?: ProgressListener | undefined;
  readonly note?: ((text: string) => void) | undefined;
}

const fields: Fields<AssessRequest> = {
  run: path,
  images: optional(wholeFrom(1)),
  seed: optional(wholeFrom(0)),
  ...machine,
  ...talk,
};

/** Limits say hardly anything of fewer images. */
const usualImages = 12;

/** What it will cost. */
export interface AssessmentPlan {
  readonly classes: number;
  /** Images that defects are drawn on, and defects. */
  readonly images: number;
  readonly defects: number;
  /** How often the detector will be asked, with the whole memory or a smaller one. */
  readonly predictions: number;
  /** Expected on this machine as it is now. */
  readonly seconds: number;
}

/**
 * Assesses the products of a run, and writes `assessment.json` into its folder.
 * @throws RUN_NOT_FOUND, RUN_UNFINISHED, DETECTOR_INVALID, GOOD_IMAGES_MISSING, GOOD_IMAGES_DAMAGED, USAGE for a detector file, DATASET_EMPTY where no good image is left to draw on
 */
export async function assess(request: AssessRequest): Promise<AssessmentDocument> {
  requireRequest('assess', fields, request);
  const { seed = 0, note } = request;
  const { subject, plans } = await begin(request);
  const told = stoppable(request);
  const states = await dataStates(subject, told);
  const engine = await nodeEngine({ device: request.device, threads: request.threads });
  const drawing = await drawingOf(engine, subject, seed);
  const detector = await memoryDetector(engine, subject, plans);
  let scores: ReadonlyMap<string, ClassScores>;
  try {
    scores = await gradedScores(subject, plans, drawing, detector.ask, told);
  } finally {
    await detector.release();
    await drawing.regions.release();
  }
  const without = plans.filter(({ drawnOn }) => drawnOn.length === 0).map(({ name }) => name);
  if (without.length > 0)
    note?.(
      `The photographs of ${without.join(', ')} are not in ${subject.root} any more, so no defects can be drawn on them.`,
    );
  const classes: Unsorted[] = [];
  for (const plan of plans) {
    const measured = measuredOf(subject, scores.get(plan.name));
    classes.push({
      class: plan.name,
      threshold: subject.metadata.thresholds[plan.name]?.threshold ?? null,
      photograph: await photographOf(subject, plan),
      ...measured,
      data: states.get(plan.name)!,
    });
  }
  const document: AssessmentDocument = {
    format: 1,
    run: request.run,
    detector: sourceOf(subject),
    created: new Date().toISOString(),
    ...{ seed, confidence: 0.95, sizes: [...gradedSizes], contrasts: [...gradedContrasts] },
    textures: subject.metadata.provenance.textures,
    classes: worstFirst(classes),
  };
  await writeFileAtomic(subject.run.assessment, `${JSON.stringify(document, null, 2)}\n`);
  return document;
}

/**
 * Says what an assessment will cost: a few predictions are timed, nothing is written.
 * @throws as `assess`
 */
export async function planAssessment(request: AssessRequest): Promise<AssessmentPlan> {
  requireRequest('planAssessment', fields, request);
  const { subject, plans } = await begin(request);
  const drawnOn = plans.flatMap((plan) => plan.drawnOn);
  const predictions = plans.reduce((sum, each) => sum + each.predictions, 0);
  const engine = await nodeEngine({ device: request.device, threads: request.threads });
  const started = performance.now();
  const drawing = await drawingOf(engine, subject, request.seed ?? 0);
  const detector = await memoryDetector(engine, subject, plans);
  try {
    const loaded = performance.now();
    const seconds = await secondsOf(drawing, plans, detector.ask);
    const reading = subject.file.images.length * seconds.read;
    return {
      classes: plans.length,
      images: drawnOn.length,
      defects: drawnOn.length * gradedSizes.length * gradedContrasts.length,
      predictions,
      seconds:
        (loaded - started) / 1000 + reading + drawnOn.length * seconds.draw + predictions * seconds.ask,
    };
  } finally {
    await detector.release();
    await drawing.regions.release();
  }
}

/** What the parts take, each once, after the first, which is slower. */
async function secondsOf(drawing: Drawing, plans: readonly ClassPlan[], ask: Ask) {
  const { subject } = drawing;
  const { name, drawnOn } = plans.find((plan) => plan.drawnOn.length > 0)!;
  const timed = async <T>(work: () => Promise<T>): Promise<[T, number]> => {
    const start = performance.now();
    const result = await work();
    return [result, (performance.now() - start) / 1000];
  };
  const { id, path: file } = drawnOn[0]!;
  const [image, read] = await timed(() => fileImages.decode(file, { bits: bitsOf(subject.metadata) }));
  const [, draw] = await timed(async () => {
    for await (const _ of gradedDefects(name, [id], drawing));
  });
  await ask(id, image, 4);
  const [, asked] = await timed(async () => {
    for (let turn = 0; turn < 3; turn++) await ask(id, image, 4);
  });
  return { read, draw, ask: asked / 3 };
}

/** What is asked about, and of what. */
async function begin({ run, images = usualImages }: AssessRequest) {
  if (run.endsWith('.onnx'))
    throw new CladError('USAGE', {
      reason: 'A detector file does not know its good images: give the folder of its run',
      help: '`clad assess --help`',
    });
  const subject = await subjectOf(run);
  if (subject.metadata.crop)
    throw new CladError('USAGE', {
      reason:
        'The detector crops photographs to their part (--crop): defects of a stated size cannot be drawn on what it sees of them',
      help: '`clad tradeoff --help`',
    });
  const plans = planScores(subject, images, ({ path: file }) => existsSync(file));
  if (plans.every(({ drawnOn }) => drawnOn.length === 0))
    throw new CladError('DATASET_EMPTY', {
      path: subject.root,
      expected: 'the good images of the training, which defects are drawn on',
    });
  return { subject, plans };
}

async function photographOf({ metadata }: Subject, { drawnOn }: ClassPlan): Promise<Photograph | null> {
  const [first] = drawnOn;
  if (!first) return null;
  const { geometry } = metadata;
  const { width, height } = await fileImages.decode(first.path, { bits: bitsOf(metadata) });
  const pixel = mapPixel(geometry, { width, height });
  const side = Math.min(geometry.width, geometry.height) * Math.sqrt(pixel.width * pixel.height);
  return { width, height, side };
}

function measuredOf(
  { metadata }: Subject,
  scores: ClassScores | undefined,
): Pick<ClassAssessment, 'misses' | 'learning'> {
  const known = scores?.defects.filter(({ recognisedAs }) => metadata.thresholds[recognisedAs] !== undefined);
  if (!scores || !known || known.length === 0) return { misses: null, learning: null };
  const margins = known.map(
    ({ score, recognisedAs }) => score - metadata.thresholds[recognisedAs]!.threshold,
  );
  const results = known.map(({ image, size, contrast }, at) => ({
    ...{ image, size, contrast },
    missed: !(margins[at]! > 0),
  }));
  const table = missTable(results, gradedSizes.length, gradedContrasts.length);
  const half = gradedContrasts.map((_, contrast) =>
    halfMissed(
      gradedSizes,
      table.map((row) => row[contrast]?.rate ?? 1),
    ),
  );
  const strongest = gradedContrasts.length - 1;
  const isStrongest = ({ contrast }: { readonly contrast: number }) => contrast === strongest;
  return {
    misses: {
      expected: pooledMisses(results.filter(isStrongest)),
      all: pooledMisses(results),
      table,
      half,
    },
    learning: learningOf(
      scores,
      margins.filter((_, at) => isStrongest(results[at]!)),
    ),
  };
}
